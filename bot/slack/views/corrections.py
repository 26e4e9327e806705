"""What is said below a digest or a leaderboard when its numbers have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.figures import count, thousands
from bot.slack import kit
from bot.slack.kit import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.domain.correction import Correction
    from bot.domain.model import Row
    from bot.domain.period import Period
    from bot.slack.message import Message

_PLACES = {1: "First", 2: "Second", 3: "Third"}


def correction(found: Correction, period: Period) -> Message:
    """What has changed since it was told, or that it is as it was told after all."""
    point = " ".join(_sentences(found))
    small = kit.context(f"{period.dates()} · {escape(period.zone)}")
    return kit.message(point.replace("*", ""), [kit.section(point), small])


def _sentences(found: Correction) -> Iterator[str]:
    now, told = found.now.total, found.told.total
    if found.holds:
        yield f"Correction: it is *{_scans(now)}* after all, as first told."
        return
    if now == told:
        yield f"Correction: still *{_scans(now)}*, but not the same ones."
    else:
        yield f"Correction: *{_scans(now)}*, not {thousands(told)}."
    yield from _moved(found)
    yield from _places(found)


def _scans(total: int) -> str:
    return count(total, "scan") if total else "no scans"


def _moved(found: Correction) -> Iterator[str]:
    """How many came and went."""
    if found.late:
        yield f"{thousands(found.late)} came late."
    if found.gone:
        verb = "is" if found.gone == 1 else "are"
        yield f"{thousands(found.gone)} {verb} gone from Vantio."


def _places(found: Correction) -> Iterator[str]:
    """Who has the places now that changed hands; those who share a place are named once."""
    named = []
    for place in found.changed:
        holders = found.now.holders(place)
        if holders and holders not in named:
            named.append(holders)
            yield _now(holders)
        elif not holders:
            yield f"{_PLACES[place]} place is empty now."


def _now(holders: Sequence[Row]) -> str:
    place, scans = _PLACES[holders[0].rank], thousands(holders[0].scans)
    match [f"*{escape(row.name, 60)}*" for row in holders]:
        case [one]:
            return f"{place} is now {one} ({scans})."
        case [one, two]:
            return f"{place} are now {one} and {two} ({scans} each)."
        case [one, *others]:
            return f"{place} are now {one} and {count(len(others), 'other')} ({scans} each)."
        case _:
            return ""
