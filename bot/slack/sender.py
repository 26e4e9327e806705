"""Sending a message once, changing it, and finding it when nobody knows whether it arrived."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from bot.slack.channels import Channel, Channels
from bot.slack.client import call, header, make_client, pages
from bot.slack.errors import Limited, Refused, SlackError, Unknown
from bot.slack.receipt import Receipt, is_person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from slack_sdk import WebClient
    from slack_sdk.web import SlackResponse

    from bot.slack.message import Block, Message

__all__ = [
    "Channel",
    "Identity",
    "Limited",
    "Receipt",
    "Refused",
    "Sender",
    "SlackError",
    "Unknown",
    "make_client",
]

_EVENT = "posterpulse"
_MOST = 1000
_UNFAMILIAR = {"invalid_blocks", "invalid_blocks_format"}
_UNFAMILIAR_VIEW = {*_UNFAMILIAR, "invalid_arguments"}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is in the workspace, and what it may do."""

    user: str
    name: str
    team: str
    scopes: frozenset[str]


class Sender:
    """The bot's hand in a workspace; safe to share between threads.

    Every method raises `SlackError`: `Refused` or `Limited` when nothing was done, `Unknown` when
    that can't be told.
    """

    def __init__(self, client: WebClient) -> None:
        self._client = client
        self._channels = Channels(client)

    def post(
        self,
        channel: str,
        message: Message,
        key: str,
        thread_ts: str | None = None,
        called: str = "",
    ) -> Receipt:
        """Send `message`, marked with `key`, to the channel or user with the id `channel`.

        `called` is what people call the channel, for a remedy. A workspace that doesn't know the
        native blocks yet refuses them and gets the text instead.
        """
        answer = _understood(
            message,
            self._client.chat_postMessage,
            called or channel,
            channel=channel,
            thread_ts=thread_ts,
            metadata={"event_type": _EVENT, "event_payload": {"key": key}},
            unfurl_links=False,
            unfurl_media=False,
        )
        return _receipt(answer)

    def update(self, receipt: Receipt, message: Message) -> None:
        """Put `message` in the place of one that was sent; doing so twice does no harm.

        It keeps its key. Native blocks are treated as in `post`.
        """
        # Metadata that are not named stay.
        _understood(
            message,
            self._client.chat_update,
            receipt.channel,
            channel=receipt.channel,
            ts=receipt.ts,
        )

    def find_all(
        self, channel: str, key: str, oldest: float, thread_ts: str | None = None
    ) -> list[Receipt]:
        """The messages marked with `key` that were posted at `oldest` (UTC seconds) or later.

        The oldest comes first. The bot must be in the channel; `thread_ts` names the thread to
        look into. Where `channel` is a user, these are the direct messages with them, which takes
        the permissions `im:write` and `im:history`.
        """
        channel = self._readable(channel)
        found = [
            Receipt(channel, str(message["ts"]))
            for message in self._messages(channel, f"{oldest:.6f}", thread_ts)
            if _key(message) == key
        ]
        return sorted(found, key=lambda receipt: float(receipt.ts))

    def marked(
        self, channel: str, oldest: float, thread_ts: str | None = None
    ) -> dict[str, Receipt]:
        """What was posted at `oldest` (UTC seconds) or later, by the key of each message.

        No more than the last thousand messages are looked at, of anybody; otherwise as `find_all`.
        """
        channel = self._readable(channel)
        messages = islice(self._messages(channel, f"{oldest:.6f}", thread_ts), _MOST)
        return {
            key: Receipt(channel, str(message["ts"]))
            for message in messages
            if (key := _key(message)) is not None
        }

    def delete(self, receipt: Receipt) -> None:
        """Take a message of the bot's away; one that is gone already is fine."""
        try:
            call(self._client.chat_delete, receipt.channel, channel=receipt.channel, ts=receipt.ts)
        except Refused as refused:
            if refused.code != "message_not_found":
                raise

    def channel_id(self, name_or_id: str) -> Channel:
        """The channel that `#name`, `name`, `<#C1|name>`, `<@U1>` or an id stands for.

        A person is a channel of its own: posting to a user's id opens a direct message.
        """
        return self._channels.find(name_or_id)

    def identity(self) -> Identity:
        """The bot's user id and name, its workspace, and the permissions that it was granted."""
        answer = call(self._client.auth_test)
        granted = header(answer.headers, "x-oauth-scopes").split(",")
        return Identity(
            str(answer.get("user_id", "")),
            str(answer.get("user", "")),
            str(answer.get("team", "")),
            frozenset(scope.strip() for scope in granted if scope.strip()),
        )

    def publish_home(self, user: str, view: Message) -> None:
        """Show a person the blocks of `view` as Home; native blocks are treated as in `post`."""
        try:
            self._publish(user, view.blocks)
        except Refused as refused:
            if refused.code not in _UNFAMILIAR_VIEW or view.plain is None:
                raise
            self._publish(user, view.plain)

    def permalink(self, receipt: Receipt) -> str:
        """The address of a message that was sent."""
        answer = call(
            self._client.chat_getPermalink,
            receipt.channel,
            channel=receipt.channel,
            message_ts=receipt.ts,
        )
        return str(answer.get("permalink") or "")

    def _publish(self, user: str, blocks: Sequence[Block]) -> None:
        view = {"type": "home", "blocks": list(blocks)}
        call(self._client.views_publish, user, user_id=user, view=view)

    def _readable(self, channel: str) -> str:
        """A channel that has a history: Slack posts to a user, but does not read from one."""
        if not is_person(channel):
            return channel
        opened = call(self._client.conversations_open, channel, users=channel).get("channel") or {}
        if "id" not in opened:
            raise Unknown("Slack did not say where the direct messages are.")
        return str(opened["id"])

    def _messages(
        self, channel: str, oldest: str, thread_ts: str | None
    ) -> Iterator[dict[str, Any]]:
        """The messages of a channel, or of one thread in it: a history leaves replies out."""
        wanted: dict[str, object] = {"channel": channel, "oldest": oldest, "inclusive": True}
        wanted["include_all_metadata"] = True
        if thread_ts:
            replies = self._client.conversations_replies
            return pages(replies, "messages", channel, ts=thread_ts, **wanted)
        return pages(self._client.conversations_history, "messages", channel, **wanted)


def _understood(
    message: Message, method: Callable[..., SlackResponse], about: str, **arguments: object
) -> SlackResponse:
    """Call `method` with a message, in native blocks or, where they are not known, as text."""
    try:
        return call(method, about, text=message.text, blocks=list(message.blocks), **arguments)
    except Refused as refused:
        if refused.code not in _UNFAMILIAR or message.plain is None:
            raise
    return call(method, about, text=message.text, blocks=list(message.plain), **arguments)


def _key(message: Mapping[str, Any]) -> str | None:
    """The key that a message of ours is marked with."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != _EVENT:
        return None
    key = (metadata.get("event_payload") or {}).get("key")
    return None if key is None else str(key)


def _receipt(answer: SlackResponse) -> Receipt:
    """The receipt in Slack's answer; without one nobody can say where the message stands."""
    channel, ts = answer.get("channel"), answer.get("ts")
    if not channel or not ts:
        raise Unknown("Slack gave no receipt.")
    return Receipt(str(channel), str(ts))
