"""The methods ``conversations.*``."""

import base64
import binascii
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from .desk import Desk, SlackError, number, truth, user_named
from .workspace import Channel, Message

Json = dict[str, Any]
Item = TypeVar("Item")

_READ = MappingProxyType({"public_channel": "channels:read", "private_channel": "groups:read"})
_MOST = 1000


def list_channels(desk: Desk, params: Json) -> Json:
    """``conversations.list``: the channels of the wanted types that the bot can see."""
    types = {kind.strip() for kind in str(params.get("types") or "public_channel").split(",")}
    for kind in sorted(types & _READ.keys()):
        desk.need(_READ[kind])
    hide_archived = truth(params, "exclude_archived")
    seen = [
        channel.wire()
        for channel in desk.workspace.channels
        if ("private_channel" if channel.is_private else "public_channel") in types
        and (channel.is_member or not channel.is_private)
        and not (hide_archived and channel.is_archived)
    ]
    page, cursor = _page(seen, params)
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


def info(desk: Desk, params: Json) -> Json:
    """``conversations.info``."""
    channel = desk.channel(params.get("channel"))
    desk.need(_scope(channel, "read"))
    return {"channel": channel.wire()}


def join(desk: Desk, params: Json) -> Json:
    """``conversations.join``: public channels only."""
    channel = desk.channel(params.get("channel"))
    if channel.is_private or channel.user:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    channel.is_member = True
    desk.workspace.tell({"type": "channel"})
    return {"channel": channel.wire()}


def history(desk: Desk, params: Json) -> Json:
    """``conversations.history``: newest first, without threads and ephemeral messages."""
    channel = desk.channel(params.get("channel"))
    desk.need(_scope(channel, "history"))
    if not channel.is_member:
        raise SlackError("not_in_channel")
    newest_first = desk.workspace.messages(channel.id)[::-1]
    seen = [
        message
        for message in newest_first
        if message.thread_ts in (None, message.ts) and _in_time(message, params)
    ]
    return _told(seen, params) | {"pin_count": 0}


def replies(desk: Desk, params: Json) -> Json:
    """``conversations.replies``: the message at the top of a thread, then its replies in order."""
    channel = desk.channel(params.get("channel"))
    desk.need(_scope(channel, "history"))
    if not channel.is_member:
        raise SlackError("not_in_channel")
    everything, ts = desk.workspace.messages(channel.id), str(params.get("ts"))
    top = [message for message in everything if message.ts == ts]
    if not top:
        raise SlackError("thread_not_found")
    below = [m for m in everything if m.thread_ts == ts != m.ts and _in_time(m, params)]
    return _told([*top, *below], params)


def open_dm(desk: Desk, params: Json) -> Json:
    """``conversations.open``: the direct messages with one user."""
    users = str(params.get("users") or "").split(",")
    if len(users) != 1:
        raise SlackError("method_not_supported_for_channel_type")
    channel = desk.workspace.dm(user_named(desk, users[0]))
    return {"channel": {"id": channel.id}}


def _told(seen: Sequence[Message], params: Json) -> Json:
    page, cursor = _page(seen, params)
    with_metadata = truth(params, "include_all_metadata")
    return {
        "messages": [message.wire(with_metadata=with_metadata) for message in page],
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


def _in_time(message: Message, params: Json) -> bool:
    """Whether a message lies between ``oldest`` and ``latest``, by default without the ends."""
    ts = float(message.ts)
    oldest, latest = _time(params, "oldest", 0.0), _time(params, "latest", float("inf"))
    at_an_end = ts in (oldest, latest) and truth(params, "inclusive")
    return oldest < ts < latest or at_an_end


def _time(params: Json, key: str, otherwise: float) -> float:
    try:
        return float(params.get(key) or otherwise)
    except ValueError:
        raise SlackError(f"invalid_ts_{key}") from None


def _scope(channel: Channel, verb: str) -> str:
    if channel.user:
        return f"im:{verb}"
    return f"groups:{verb}" if channel.is_private else f"channels:{verb}"


def _page(items: Sequence[Item], params: Json) -> tuple[Sequence[Item], str]:
    """One page of ``items``, and the cursor of the next, empty where there is none."""
    start = _offset(str(params.get("cursor") or ""))
    end = start + number(params, "limit", 100, _MOST)
    cursor = base64.b64encode(b"next:%d" % end).decode() if end < len(items) else ""
    return items[start:end], cursor


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).removeprefix(b"next:"))
    except (ValueError, binascii.Error):
        raise SlackError("invalid_cursor") from None


METHODS = MappingProxyType(
    {
        "conversations.history": (history, None),
        "conversations.info": (info, None),
        "conversations.join": (join, "channels:join"),
        "conversations.list": (list_channels, None),
        "conversations.open": (open_dm, "im:write"),
        "conversations.replies": (replies, None),
    }
)
