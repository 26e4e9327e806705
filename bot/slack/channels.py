"""Finding the channel that a person means."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.slack.client import call, pages
from bot.slack.errors import INVITE, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slack_sdk import WebClient

_MENTION = re.compile(r"<[#@]([A-Z0-9]+)(?:\|[^>]*)?>")
_CHANNEL_ID = re.compile(r"[CGD](?=[A-Z0-9]*\d)[A-Z0-9]+")
_USER_ID = re.compile(r"[UW](?=[A-Z0-9]*\d)[A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Channel:
    """Where a message can go: a channel, or a person (then `id` is the user's and `name` empty)."""

    id: str
    name: str
    is_member: bool
    is_private: bool
    is_archived: bool


class Channels:
    """The channels of a workspace, by id, name or mention."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        self._ids: dict[str, str] = {}

    def find(self, name_or_id: str) -> Channel:
        """The channel that `#name`, `name`, `<#C1|name>`, `<@U1>` or an id stands for.

        Names are remembered as ids, and what stands in the answer is always fresh.

        Raises:
            Refused: With the code `channel_not_found` if the bot sees no such channel.
            SlackError: As `bot.slack.client.call`.
        """
        word = name_or_id.strip()
        mention = _MENTION.fullmatch(word)
        if mention:
            word = mention[1]
        if _USER_ID.fullmatch(word):
            return Channel(word, "", is_member=True, is_private=True, is_archived=False)
        if _CHANNEL_ID.fullmatch(word):
            return self._by_id(word)
        return self._by_name(word.removeprefix("#"))

    def _by_id(self, channel: str) -> Channel:
        found = call(self._client.conversations_info, channel, channel=channel)
        return _channel(found.get("channel") or {"id": channel})

    def _by_name(self, name: str) -> Channel:
        known = self._ids.get(name)
        if known:
            with suppress(Refused):  # deleted since: another one may bear its name now
                channel = self._by_id(known)
                if channel.name == name:
                    return channel
        listed = {channel.name: channel for channel in self._list()}
        self._ids = {each.name: each.id for each in listed.values()}
        if name not in listed:
            remedy = f"Check the name #{name}; if it is a private channel, type {INVITE} there."
            raise Refused("channel_not_found", remedy, permanent=True)
        return listed[name]

    def _list(self) -> Iterator[Channel]:
        method = self._client.conversations_list
        try:
            for item in pages(method, "channels", types="public_channel,private_channel"):
                yield _channel(item)
        except Refused as refused:
            if refused.code != "missing_scope":
                raise
            for item in pages(method, "channels", types="public_channel"):
                yield _channel(item)


def _channel(item: Mapping[str, Any]) -> Channel:
    """A channel object of Slack; a direct message has neither a name nor members."""
    return Channel(
        str(item["id"]),
        str(item.get("name", "")),
        is_member=bool(item.get("is_member") or item.get("is_im")),
        is_private=bool(item.get("is_private") or item.get("is_im")),
        is_archived=bool(item.get("is_archived")),
    )
