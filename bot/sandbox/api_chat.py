"""The methods ``chat.*`` and ``reactions.add``."""

from types import MappingProxyType
from typing import Any

from .desk import Desk, SlackError, parsed, user_named
from .workspace import BOT, SLACKBOT, Channel, Message

Json = dict[str, Any]

_MOST_TEXT = 40_000


def post_message(desk: Desk, params: Json) -> Json:
    """``chat.postMessage``: to a channel by id or name, or to a user."""
    channel = _target(desk, params.get("channel"))
    text, blocks = _content(desk, params)
    thread_ts = params.get("thread_ts") or None
    if thread_ts and desk.workspace.message(channel.id, thread_ts) is None:
        raise SlackError("thread_not_found")
    message = desk.workspace.post(
        channel, BOT, text, blocks=blocks, metadata=_metadata(params), thread_ts=thread_ts
    )
    return _told(channel, message)


def update(desk: Desk, params: Json) -> Json:
    """``chat.update``: ``text`` alone takes the blocks away; metadata stay unless given.

    Empty metadata take them away.
    """
    channel = desk.channel(params.get("channel"))
    if channel.is_archived:
        raise SlackError("is_inactive")
    message = desk.own_message(channel, params.get("ts"), "cant_update_message")
    text, blocks = _content(desk, params)
    if params.get("metadata") is not None:
        message.metadata = _metadata(params)
    desk.workspace.edit(message, text, blocks)
    return _told(channel, message) | {"text": text}


def delete(desk: Desk, params: Json) -> Json:
    """``chat.delete``."""
    channel = desk.channel(params.get("channel"))
    message = desk.own_message(channel, params.get("ts"), "cant_delete_message")
    desk.workspace.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def permalink(desk: Desk, params: Json) -> Json:
    """``chat.getPermalink``: an address that leads to the channel on the page."""
    channel, ts = desk.channel(params.get("channel")), str(params.get("message_ts"))
    if desk.workspace.message(channel.id, ts) is None:
        raise SlackError("message_not_found")
    address = f"{desk.root}archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": address}


def post_ephemeral(desk: Desk, params: Json) -> Json:
    """``chat.postEphemeral``."""
    channel = _target(desk, params.get("channel"))
    user = user_named(desk, params.get("user"))
    text, blocks = _content(desk, params)
    message = desk.workspace.post(channel, BOT, text, blocks=blocks, only_for=user)
    return {"message_ts": message.ts}


def add_reaction(desk: Desk, params: Json) -> Json:
    """``reactions.add``."""
    channel = desk.channel(params.get("channel"))
    message = desk.workspace.message(channel.id, str(params.get("timestamp")))
    if message is None:
        raise SlackError("message_not_found")
    if not params.get("name"):
        raise SlackError("invalid_name")
    if not desk.workspace.react(message, BOT, str(params["name"])):
        raise SlackError("already_reacted")
    return {}


def _target(desk: Desk, ref: object) -> Channel:
    """Where the bot may write: a channel that it is in, or the direct messages with a person."""
    user = desk.workspace.users.get(str(ref))
    if user is not None:
        if user.id in (BOT, SLACKBOT):
            raise SlackError("cannot_dm_bot")
        return desk.workspace.dm(user.id)
    named = desk.workspace.find(str(ref or "?"))
    channel = desk.channel(named.id if named else ref)
    if channel.is_archived:
        raise SlackError("is_archived")
    if not channel.is_member:
        raise SlackError("not_in_channel")
    return channel


def _content(desk: Desk, params: Json) -> tuple[str, list[Json]]:
    text, blocks = str(params.get("text") or ""), parsed(params, "blocks") or []
    if not text and not blocks and not params.get("attachments"):
        raise SlackError("no_text")
    if len(text) > _MOST_TEXT:
        raise SlackError("msg_too_long")
    desk.check_blocks(blocks)
    return text, blocks


def _metadata(params: Json) -> Json | None:
    metadata = parsed(params, "metadata")
    if not metadata:
        return None
    if not isinstance(metadata, dict) or {"event_type", "event_payload"} - metadata.keys():
        raise SlackError("invalid_metadata_format")
    return metadata


def _told(channel: Channel, message: Message) -> Json:
    told = message.wire(with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": told}


METHODS = MappingProxyType(
    {
        "chat.delete": (delete, "chat:write"),
        "chat.getPermalink": (permalink, None),
        "chat.postEphemeral": (post_ephemeral, "chat:write"),
        "chat.postMessage": (post_message, "chat:write"),
        "chat.update": (update, "chat:write"),
        "reactions.add": (add_reaction, "reactions:write"),
    }
)
