"""How the bot itself is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.figures import count, thousands
from bot.slack import kit
from bot.slack.kit import escape
from bot.slack.views.phrases import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.model import Status
    from bot.slack.kit import Part
    from bot.slack.message import Message

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_TROUBLES, _UPCOMING = 5, 5


def status(state: Status) -> Message:
    """Whether all is well, and if not, what to do."""
    point = _point(state)
    content: list[Part] = [kit.section(point)]
    content += [
        kit.section(f"⚠️ *{escape(each.what, 300)}*\n{escape(each.remedy, 500)}")
        for each in state.troubles[:_TROUBLES]
    ]
    content.append(kit.fields(_figures(state)))
    upcoming = [
        f"{escape(what)} in {_where(where)}: {clock(due, state.zone)}"
        for what, where, due in state.upcoming[:_UPCOMING]
    ]
    if upcoming:
        content.append(kit.section("*Next*\n" + "\n".join(upcoming)))
    content.append(kit.context(f"{clock(state.now, state.zone)}, {escape(state.zone)}"))
    return kit.message(point.replace("*", ""), content)


def relief(what: str, more: str) -> Message:
    """Something that works again, for a manager who heard that it did not."""
    return kit.note(f"✅ *{escape(what, 500)}*", escape(more, 1000))


def _where(channel: str) -> str:
    return kit.mention("#", channel) if channel else "a private conversation"


def _point(state: Status) -> str:
    ago = "never yet"
    if state.last_poll is not None:
        ago = f"{_length(max(state.now - state.last_poll, 0))} ago"
    every = _length(state.polled_every).removeprefix("1 ")
    polled = f"Vantio is asked every {every}, last {ago}."
    if state.troubles:
        return f"*{count(len(state.troubles), 'thing')} to look at.* {polled}"
    return f"*All is well.* {polled}"


def _figures(state: Status) -> Iterator[tuple[str, str]]:
    yield "Scans", thousands(state.scans)
    if state.first_scan is not None and state.last_scan is not None:
        yield "First scan", clock(state.first_scan, state.zone)
        yield "Last scan", clock(state.last_scan, state.zone)
    yield "Posters", thousands(state.posters)
    yield "Ambassadors", thousands(state.ambassadors)
    yield "Programs", thousands(state.programs)
    if state.waiting:
        yield "Messages waiting", thousands(state.waiting)
    if state.buried:
        yield "Messages given up", thousands(state.buried)
    if state.quarantined:
        yield "Rows not understood", thousands(state.quarantined)


def _length(seconds: int) -> str:
    """A length of time in the largest unit that fits: "2 minutes"."""
    for size, unit in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= size:
            return count(seconds // size, unit)
    return count(seconds, "second")
