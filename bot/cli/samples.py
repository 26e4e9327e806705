"""Invented alerts for `posterpulse preview`, on a poster of the store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.alert import About, Alert, Band, Evidence, Kind, Scope, Verdict
from bot.domain.calendar import local
from bot.domain.naming import poster_name
from bot.slack import views

if TYPE_CHECKING:
    from bot.services.naming import Names
    from bot.slack.message import Message

ALERTS = ("spike", "over", "thread", "program", "quiet", "first-scan", "milestone", "threshold")
CHANNEL = "#alerts"  # where the menu that mutes would act
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_SCANS = (1, 2, 2, 4, 5, 4, 6, 5, 7, 5, 14, 34)
_USUAL = (1, 1.6, 2.4, 3.2, 4.1, 4.8, 5.2, 5.4, 5.1, 4.6, 4.2, 3.8)


def message(kind: str, poster: str, names: Names, zone: str, now: int) -> Message:
    """What one of `ALERTS` looks like.

    Args:
        kind: Which of them.
        poster: The id of the poster that it is about.
        names: Where names are looked up.
        zone: The IANA zone in which times are told.
        now: UTC seconds.
    """
    known = names.posters([poster])[poster]
    about = About(
        poster_name(known),
        names.about(known),
        program=names.program(known.program or ""),
        bands=_day(zone, now),
    )
    found = _alerts(poster, now)[kind]
    if kind == "thread":
        return views.details(found, about, zone)
    if kind == "program":
        program = about.program or "Autumn launch"
        about = replace(about, name=program, detail="", names={poster: about.name})
    if found.kind in {Kind.QUIET, Kind.FIRST_SCAN, Kind.MILESTONE}:
        about = replace(about, bands=())
    return views.alert(found, about, zone, now, CHANNEL)


def _day(zone: str, now: int) -> tuple[Band, ...]:
    """An afternoon that ends with a burst."""
    starts = range(now - len(_SCANS) * _HOUR, now, _HOUR)
    return tuple(
        Band(f"{local(start, zone):%H:%M}", scans, usual, 2.5 * usual + 2)
        for start, scans, usual in zip(starts, _SCANS, _USUAL, strict=True)
    )


def _alerts(poster: str, now: int) -> dict[str, Alert]:
    """One alert for each of `ALERTS`."""
    spike = Alert(
        kind=Kind.SPIKE,
        scope=Scope.POSTER,
        subject=poster,
        started_at=now - 40 * _MINUTE,
        fired_at=now,
        window=_HOUR,
        scans=34,
        expected=3.8,
        reason="34 scans in an hour that usually brings 3.8",
        score=4.1,
        now=34,
        usual=3.8,
        total=34,
        peak=34,
        verdict=Verdict.CROWD,
        evidence=Evidence(scans=34, bots=1, told=33, scanners=30, busiest=2, agents=14),
    )
    shared = Evidence(
        34, told=33, scanners=30, busiest=2, agents=14, posters=5, busy=((poster, 9),)
    )
    first = replace(spike, kind=Kind.FIRST_SCAN, scans=1, expected=0.0, reason="")
    quiet = replace(spike, kind=Kind.QUIET, started_at=now - 4 * _DAY, window=4 * _DAY, scans=0)
    return {
        "spike": spike,
        "over": replace(
            spike, started_at=now - 2 * _HOUR, fired_at=now - _HOUR, resolved_at=now, total=81
        ),
        "thread": spike,
        "program": replace(
            spike, scope=Scope.PROGRAM, verdict=Verdict.PROGRAM_WIDE, evidence=shared
        ),
        "quiet": replace(quiet, expected=18.0, reason=""),
        "first-scan": first,
        "milestone": replace(first, kind=Kind.MILESTONE, scans=1000),
        "threshold": replace(
            spike, kind=Kind.THRESHOLD, reason="30 scans within an hour were asked for"
        ),
    }
