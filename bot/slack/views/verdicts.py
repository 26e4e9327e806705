"""What most likely lies behind a spike, and what that rests on; never whose doing it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.alert import Scope, Verdict
from bot.domain.figures import count, roughly, thousands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.alert import Alert, Evidence

_POINT = {
    Verdict.CROWD: "Most likely *a crowd*",
    Verdict.DEVICE: "Most likely *one phone*",
    Verdict.BOT: "Most likely *a bot*",
    Verdict.NEW: "*A new poster*",
    Verdict.PROGRAM_WIDE: "*Program-wide*",
}
_WHY = {
    Verdict.CROWD: "Many different people scanned.",
    Verdict.DEVICE: "Most scans came from one phone, as when somebody tries a code out.",
    Verdict.BOT: "Most scans came from bots, such as link previews, and not from people.",
    Verdict.NEW: "The first days of a poster are often livelier than what follows.",
    Verdict.PROGRAM_WIDE: "Many posters are busier than usual at the same time.",
}
_OPEN = "It is open what lies behind it."


def short(found: Alert) -> str:
    """The verdict with its strongest evidence, in one sentence; empty where it is open."""
    point, strongest = _point(found), _strongest(found)
    return f"{point}: {strongest}." if point and strongest else f"{point}." if point else ""


def verdict(found: Alert) -> str:
    """The verdict and what it means."""
    point = _point(found)
    return f"{point}. {_WHY[found.verdict]}" if point else _OPEN


def evidence(found: Alert) -> Iterator[str]:
    """What the verdict rests on, in sentences."""
    seen = found.evidence
    if found.verdict is not Verdict.BOT:
        yield from _people(seen)
    if seen.agents > 1:
        yield f"{thousands(seen.agents)} different kinds of phones and browsers were used."
    if seen.bots:
        rest = max(seen.scans - seen.bots, 0)
        yield (
            f"{_of(seen.bots, seen.scans)} came from bots such as link previews, "
            f"{thousands(rest)} from people."
        )
    if seen.posters and found.scope is not Scope.POSTER:
        yield f"{_posters(seen.posters)} more scans than usual."


def _point(found: Alert) -> str:
    if found.verdict is Verdict.PROGRAM_WIDE and found.scope is Scope.OVERALL:
        return "*Across all programs*"
    return _POINT.get(found.verdict, "")


def _strongest(found: Alert) -> str:
    seen = found.evidence
    match found.verdict:
        case Verdict.CROWD if seen.scanners > 1:
            return f"about {thousands(roughly(seen.scanners))} people"
        case Verdict.DEVICE if seen.busiest:
            return f"{_of(seen.busiest, seen.told)} came from it"
        case Verdict.BOT if seen.bots:
            return f"{_of(seen.bots, seen.scans)} came from bots such as link previews"
        case Verdict.NEW:
            return "the first days are often livelier than what follows"
        case Verdict.PROGRAM_WIDE if seen.posters:
            return f"{_posters(seen.posters)} more scans than usual"
    return ""


def _people(seen: Evidence) -> Iterator[str]:
    """How many people scanned, of the scans that tell it."""
    told, busiest = seen.told, seen.busiest
    known = f"{_of(told, seen.scans)} tell who scanned"
    if not told or not seen.scanners:
        yield from ["The scans don't tell who scanned."] if seen.scans else []
    elif busiest > 2 and 2 * busiest >= told:  # noqa: PLR2004 - half of them, and not two by chance
        yield from [f"{known}."] if told < seen.scans else []
        others = f", the rest from about {count(roughly(seen.scanners - 1), 'other')}"
        yield f"{_of(busiest, told)} came from one phone{others if busiest < told else ''}."
    else:
        begin = f"{known}:" if told < seen.scans else f"{_of(told, told)} came from"
        most = "one scan" if busiest <= 1 else f"at most {count(busiest, 'scan')}"
        people = count(roughly(seen.scanners), "person").replace("persons", "people")
        yield f"{begin} about {people}, {most} each."


def _of(part: int, whole: int) -> str:
    """A part of all scans: "26 of 30 scans", "all 30 scans", "the only scan"."""
    if part >= whole:
        return f"all {count(part, 'scan')}" if part > 1 else "the only scan"
    return f"{thousands(part)} of {count(whole, 'scan')}"


def _posters(posters: int) -> str:
    return f"{count(posters, 'poster')} {'has' if posters == 1 else 'have'}"
