"""Days as people type them, and the dates that they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.calendar import MONTHS, WEEKDAYS, day_words, weekday

EXAMPLES = "“today”, “last 7 days”, “last month”, “since monday” or “2026-11-01..2026-11-15”"
_FIRST_YEAR, _AHEAD = 2000, timedelta(days=366)
WEEKDAY = {name[:n]: i for i, name in enumerate(WEEKDAYS) for n in (3, len(name))} | {
    "tues": 1,
    "thur": 3,
    "thurs": 3,
}
MONTH = {name[:n]: i for i, name in enumerate(MONTHS, 1) for n in (3, len(name))} | {"sept": 9}


def either(words: dict[str, int]) -> str:
    """A regular expression for any of the words, longest first."""
    return "|".join(sorted(words, key=len, reverse=True))


_DAY = re.compile(
    rf"(?:(?P<weekday>{either(WEEKDAY)})(?:,? (?=[0-9a-z])|$))?(?:"
    r"(?P<iso>[0-9]{4,})-(?P<isomonth>[0-9]{1,2})-(?P<isoday>[0-9]{1,2})"
    rf"|(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?: (?P<month>{either(MONTH)})\.?)?"
    r"(?:,? (?P<year>[0-9]{4,}))?"
    rf"|(?P<month2>{either(MONTH)})\.? (?P<day2>[0-9]{{1,2}})(?:st|nd|rd|th)?"
    r"(?:,? (?P<year2>[0-9]{4,}))?)?"
)


class PeriodError(ValueError):
    """Words that are no period; the sentence says what to type instead."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day as typed: what was left out is None."""

    day: int | None = None
    month: int | None = None
    year: int | None = None
    weekday: int | None = None


def typed_day(text: str, wall: datetime | None = None) -> Day | None:
    """A day as typed; with `wall`, the words "today" and "yesterday" count as days too."""
    if wall and text in {"today", "yesterday", "now"}:
        meant = wall.date() - timedelta(days=text == "yesterday")
        return Day(meant.day, meant.month, meant.year)
    found = _DAY.fullmatch(text) if text else None
    if not found:
        return None
    part = found.groupdict()
    name = part["month"] or part["month2"]
    day, year = (
        (part["isoday"] or part["day"] or part["day2"]),
        (part["iso"] or part["year"] or part["year2"]),
    )
    number = int(part["isomonth"]) if part["isomonth"] else MONTH[name] if name else None
    return Day(
        int(day) if day else None,
        number,
        int(year[:9]) if year else None,
        WEEKDAY[part["weekday"]] if part["weekday"] else None,
    )


def latest(typed: Day, wall: datetime) -> date:
    """The latest day up to today that was meant."""
    today = wall.date()
    if typed.month is None or typed.day is None:
        return today - timedelta(days=(today.weekday() - (typed.weekday or 0)) % 7)
    year = typed.year
    if year is None:
        year = today.year - ((typed.month, typed.day) > (today.month, today.day))
        if (typed.month, typed.day) == (2, 29):
            year -= year % 4
    day = date_of(year, typed.month, typed.day, wall)
    if typed.weekday not in {None, day.weekday()}:
        raise PeriodError(f"{day_words(day)[4:]} is a {weekday(day)}. Try “{day}”.")
    return day


def date_of(year: int, number: int, day: int, wall: datetime) -> date:
    """The date, if there is one that scans can have.

    Raises:
        PeriodError: There is not.
    """
    typed = f"{year}-{number:02}-{day:02}"
    if not _FIRST_YEAR <= year <= wall.year + 2:
        raise PeriodError(f"The year {year} is out of reach. Try {EXAMPLES}.")
    try:
        found = date(year, number, day)
    except ValueError:
        raise PeriodError(f"There is no day {typed} in the calendar. Try {EXAMPLES}.") from None
    if found > wall.date() + _AHEAD:
        raise PeriodError(f"“{typed}” lies too far in the future. Try {EXAMPLES}.")
    return found


def ends(begin: Day, end: Day, wall: datetime) -> tuple[date, date]:
    """The days that two ends mean, of which each may leave to the other what it doesn't say."""
    if begin.month is None and begin.day is not None:
        begin = Day(begin.day, end.month, end.year, begin.weekday)
    if end.year is not None and begin.year is None and begin.month is not None:
        year = end.year - (begin.month > (end.month or 0))
        begin = Day(begin.day, begin.month, year, begin.weekday)
    first = latest(begin, wall)
    if end.month is None:
        ahead = ((end.weekday or 0) - first.weekday()) % 7
        return first, first + timedelta(days=ahead)
    if end.year is None:
        end = Day(end.day, end.month, first.year + (end.month < first.month), end.weekday)
    return first, latest(end, wall)
