"""Who changed what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.change import SETTINGS, Change, Deed
from bot.domain.figures import count
from bot.domain.noise import State
from bot.slack import kit
from bot.slack.kit import escape
from bot.slack.views.noise import STOOD, private, what
from bot.slack.views.phrases import clock, few

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.slack.message import Message

_MOST_NAMED = 5
_LATEST = 2**35  # seconds; no mute ends later


def changes(last: Sequence[tuple[Change, str]], zone: str) -> Message:
    """The last changes, newest first, each with the name of what it is about."""
    if not last:
        return private("*No changes yet.* Who mutes alerts or changes the settings is listed here.")
    many = count(len(last), "change").removeprefix("1 ")
    point = f"*The last {many}*{', newest first' if len(last) > 1 else ''}."
    lines = kit.sections(_line(change, name, zone) for change, name in last)
    return private(point, kit.section(point), *lines, kit.context(f"Times in {escape(zone)}."))


def _line(change: Change, name: str, zone: str) -> str:
    who = f"`{SETTINGS}`" if change.author == SETTINGS else kit.mention("@", change.author)
    return f"{clock(change.at, zone)} · {who} {_done(change, name, zone)}"


def _done(change: Change, name: str, zone: str) -> str:
    where = kit.mention("#", change.channel)
    match change.deed:
        case Deed.MUTED:
            return f"muted {what(change.scope, name)} in {where}{_until(change.detail, zone)}"
        case Deed.UNMUTED:
            return f"ended the mute of {what(change.scope, name)} in {where}"
        case Deed.STOOD:
            return f"noted that *{escape(name)}* {_stood(change.detail)}"
        case Deed.MANAGERS:
            return _managers(change.detail.split())
        case _:
            return _subscription(change, where)


def _subscription(change: Change, where: str) -> str:
    kind = "the alerts" if change.subject == "alert" else f"the {escape(change.subject, 40)}"
    details = f": {escape(change.detail, 120)}" if change.detail else ""
    if change.deed is Deed.UNSUBSCRIBED:
        return f"no longer sends {kind} to {where}"
    if change.deed is Deed.RESUBSCRIBED:
        return f"changed {kind} in {where}{details}"
    return f"sends {kind} to {where}{details}"


def _until(detail: str, zone: str) -> str:
    ends = detail.isascii() and detail.isdecimal() and int(detail) < _LATEST
    return f" until {clock(int(detail), zone)}" if ends else ""


def _stood(detail: str) -> str:
    return STOOD[State(detail)] if detail in {*State} else f"is {escape(detail, 40)}"


def _managers(ids: Sequence[str]) -> str:
    if not ids:
        return "names no managers any more: everyone may change things"
    named = few([_manager(each) for each in ids], _MOST_NAMED)
    return f"names the managers: {', '.join(named)}"


def _manager(id_: str) -> str:
    return f"the group {escape(id_)}" if id_.startswith("S") else kit.mention("@", id_)
