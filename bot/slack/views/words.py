"""How alerts put numbers, times and odds: plain, without alarm, and right whenever it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.alert import Scope
from bot.domain.calendar import local
from bot.domain.figures import count, thousands
from bot.slack.kit import escape
from bot.slack.views.phrases import clock

if TYPE_CHECKING:
    from bot.domain.alert import Alert

_MINUTE, _HOUR, _DAY, _WEEK = 60, 3600, 86_400, 604_800
_FRESH = 600  # seconds for which a window still counts as the last one
_WEEKS_A_MONTH, _WEEKS_A_YEAR = 4.35, 52.2
_SURE, _FAIRLY_SURE = 3.0, 1.5  # scores: once in twenty years, once in half a year
_EXACT = 20  # from where odds are told in round numbers
_COUNTLESS = 4.7  # the score beyond which the odds are once in a thousand years


def about(expected: float) -> str:
    """A number that was worked out: "about 6"; "hardly any" where it is below one."""
    return f"about {thousands(round(expected))}" if expected >= 1 else "hardly any"


def span(seconds: int) -> str:
    """A length of time in its two largest units: "45 min", "1 h 20 min", "2 days 4 h"."""
    minutes, hours = max(seconds, 0) // _MINUTE, max(seconds, 0) // _HOUR
    if minutes < 1:
        return "under a minute"
    if hours < 1:
        return f"{minutes} min"
    if seconds < _DAY:
        return _both(f"{hours} h", minutes % 60, "min")
    return _both(count(hours // 24, "day"), hours % 24, "h")


def window(seconds: int, until: int, zone: str, now: int, told_at: int | None = None) -> str:
    """A window inside a sentence: "in the last hour", or "in the hour to 14:25".

    The latter once it is past, or where the message was first told at `told_at`, long before `now`:
    nobody sees when a message was edited.
    """
    whole = seconds % _HOUR == 0
    length = count(seconds // (_HOUR if whole else _MINUTE), "hour" if whole else "minute")
    length = length.removeprefix("1 ")
    if now - (until if told_at is None else told_at) <= _FRESH:
        return f"in the last {length}"
    return f"in the {length} to {time(until, zone, now)}"


def time(at: int, zone: str, now: int) -> str:
    """A time of the day ("13:40"), with its date where that is not the day of `now`."""
    wall = local(at, zone)
    same_day = wall.date() == local(now, zone).date()
    return f"{wall:%H:%M}" if same_day else clock(at, zone)


def stamp(at: int, zone: str) -> str:
    """An instant with its zone, for the small print."""
    return escape(f"{clock(at, zone)}, {zone}")


def surely(score: float) -> str:
    """In a few words, whether it may be chance; empty where nobody worked that out."""
    if score <= 0:
        return ""
    if score >= _SURE:
        return "Almost certainly not chance."
    return "Probably not chance." if score >= _FAIRLY_SURE else "Perhaps just chance."


def odds(found: Alert) -> str:
    """How often chance alone would do it to one poster or program; empty if nobody worked it out.

    Its score is the -log10 of the odds in a week.
    """
    if found.score <= 0:
        return ""
    countless = found.score > _COUNTLESS
    often = "less than once in a thousand years" if countless else _often(10**found.score)
    if found.scope is Scope.OVERALL:
        return f"By chance alone this would happen {often}."
    return f"By chance alone one {found.scope} would see this {often}."


def rate(found: Alert) -> str:
    """How often a poster used to be scanned: "about 12 scans a week"; empty where unknown."""
    if found.expected <= 0 or found.window <= 0:
        return ""
    weekly = found.expected / found.window * _WEEK
    for share, unit in ((1 / 7, "day"), (1, "week"), (_WEEKS_A_MONTH, "month")):
        if weekly * share >= 1:
            return f"about {count(round(weekly * share), 'scan')} a {unit}"
    return "less than a scan a month"


def _both(large: str, rest: int, unit: str) -> str:
    return f"{large} {rest} {unit}" if rest else large


def _often(weeks: float) -> str:
    """About once in so many weeks, months or years."""
    units = ((_WEEKS_A_YEAR, 2, "year"), (_WEEKS_A_MONTH, 2, "month"), (1, 1.5, "week"))
    for size, least, unit in units:
        if weeks >= least * size:
            return f"about once in {count(_rounded(weeks / size), unit)}"
    return "about once a week"


def _rounded(number: float) -> int:
    """Without digits that odds can't vouch for: 3, 12, 60, 300."""
    whole = round(number)
    return round(whole, 1 - len(str(whole))) if whole >= _EXACT else whole
