"""Wall clocks: what a clock on the wall of a zone shows, and when; right across its changes.

A wall reading is a naive `datetime`; an instant is a whole number of UTC seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from rapidfuzz import fuzz, process

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
DASH = "\N{EN DASH}"
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}


class Unit(StrEnum):
    """What a period is made of; `EVER` is made of everything."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    EVER = "ever"

    @property
    def seconds(self) -> int:
        """How long it lasts by a stopwatch; 0 for those that only a calendar can measure."""
        return {"minute": 60, "hour": 3600}.get(self, 0)


@dataclass(frozen=True, slots=True)
class Step:
    """So many units: the way from a period to the one before.

    `rolling` steps begin at any time of day, the others at a midnight.
    """

    unit: Unit
    count: int = 1
    rolling: bool = False

    def shift(self, wall: datetime, times: int) -> datetime:
        """The wall reading `times` steps later; the last day of a month where it is shorter."""
        if self.unit in {Unit.DAY, Unit.WEEK}:
            return wall + timedelta(days=(7 if self.unit is Unit.WEEK else 1) * self.count * times)
        months = wall.year * 12 + wall.month - 1 + _MONTHS_IN[self.unit] * self.count * times
        first = wall.replace(year=months // 12, month=months % 12 + 1, day=1)
        days = ((first + timedelta(days=31)).replace(day=1) - first).days
        return first.replace(day=min(wall.day, days))


def valid_zone(name: str) -> bool:
    """Whether `name` is a zone of the IANA database, such as "Europe/Berlin"."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def zones_like(name: str, limit: int = 3) -> list[str]:
    """Zones that somebody who typed `name` may have meant, best first; may be empty."""
    asked = name.replace(" ", "_").lower()
    cities = {zone: zone.lower() for zone in sorted(available_timezones())}
    found = process.extract(asked, cities, scorer=fuzz.WRatio, limit=limit, score_cutoff=75)
    return [zone for _, _, zone in found]


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local(instant: int, zone: str) -> datetime:
    """The wall reading in `zone` at an instant."""
    return datetime.fromtimestamp(instant, _zone(zone)).replace(tzinfo=None, fold=0)


def instant(wall: datetime, zone: str) -> int:
    """The first instant at which the clocks of `zone` show `wall`.

    Where they skip it, this is the first instant after the gap: a day without a midnight begins
    when its first hour does.
    """
    aware = wall.replace(tzinfo=_zone(zone), fold=0)
    late = int(aware.timestamp())
    if local(late, zone) == wall.replace(fold=0):
        return late
    early = int(aware.replace(fold=1).timestamp())
    while late - early > 1:
        middle = (early + late) // 2
        early, late = (early, middle) if local(middle, zone) >= wall else (middle, late)
    return late


def midnight(day: date, zone: str) -> int:
    """The first instant of a day in `zone`."""
    return instant(datetime.combine(day, time()), zone)


def floor(wall: datetime, unit: Unit) -> datetime:
    """The midnight at which the day, week, month, quarter or year around `wall` begins."""
    day = datetime.combine(wall.date(), time())
    match unit:
        case Unit.WEEK:
            return day - timedelta(days=day.weekday())
        case Unit.MONTH:
            return day.replace(day=1)
        case Unit.QUARTER:
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
        case Unit.YEAR:
            return day.replace(month=1, day=1)
        case _:
            return day


def weekday(day: date) -> str:
    """Three letters: "Mon"."""
    return WEEKDAYS[day.weekday()][:3].title()


def month(day: date) -> str:
    """Three letters: "Nov"."""
    return MONTHS[day.month - 1][:3].title()


def day_words(day: date) -> str:
    """A date as people read it: "Mon 2 Nov 2026"."""
    return f"{weekday(day)} {day.day} {month(day)} {day.year}"


def span_words(first: date, last: date, *, weekdays: bool = False) -> str:
    """Two dates, both included, with nothing said twice: "1-15 Nov 2026" (with a dash).

    With `weekdays`: "Mon 16 - Sun 22 Nov 2026". One day alone always has its weekday.
    """
    if first == last:
        return day_words(first)
    begin = f"{weekday(first)} {first.day}" if weekdays else str(first.day)
    end = f"{weekday(last)} {last.day}" if weekdays else str(last.day)
    end = f"{end} {month(last)} {last.year}"
    if first.year != last.year:
        return f"{begin} {month(first)} {first.year} {DASH} {end}"
    if first.month != last.month:
        return f"{begin} {month(first)} {DASH} {end}"
    return f"{begin} {DASH} {end}" if weekdays else f"{begin}{DASH}{end}"
