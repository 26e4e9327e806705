"""Who gets what and when: wall-clock times in a zone, each day's once, whatever the clocks do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.domain.calendar import WEEKDAYS, instant, local, midnight, valid_zone

_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_MOST = 400
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Schedule:
    """A time on the wall of a zone: every day, or every week on `weekday` (0 is Monday).

    Raises:
        ValueError: `at` is no time such as "09:00", or the zone or the weekday doesn't exist.
    """

    at: str
    zone: str
    weekday: int | None = None

    def __post_init__(self) -> None:
        if not _CLOCK.fullmatch(self.at):
            raise ValueError(f"“{self.at}” is no time of day; write it like “09:00”")
        if not valid_zone(self.zone):
            raise ValueError(f"“{self.zone}” is no time zone; write it like “Europe/Berlin”")
        if self.weekday is not None and self.weekday not in range(len(WEEKDAYS)):
            raise ValueError(f"there is no weekday {self.weekday}; Monday is 0 and Sunday is 6")

    def describe(self) -> str:
        """In words: "daily at 09:00 (Europe/Berlin)", "Mondays at 09:00 (Europe/Berlin)"."""
        when = "daily" if self.weekday is None else f"{WEEKDAYS[self.weekday].title()}s"
        return f"{when} at {self.at} ({self.zone})"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A channel that gets something regularly.

    `kind` is "digest", "leaderboard" or "alert". `words` are filters as people type them.
    `next_due` is in UTC seconds. An alert comes when it comes: no schedule, no due time.
    """

    id: int
    kind: str
    channel: str
    schedule: Schedule | None = None
    words: str = ""
    next_due: int | None = None


def next_due(schedule: Schedule, after: int) -> int:
    """The next due time strictly after `after`, both in UTC seconds.

    Where clocks skip the time, it is the first instant after the gap; where they show it twice, it
    is the first of both; where a zone drops a whole day, that day has none.
    """
    day = local(after, schedule.zone).date()
    while True:
        due = _due(schedule, day)
        if due is not None and due > after:
            return due
        day += timedelta(days=1)


def moved(before: Subscription, schedule: Schedule, now: int) -> int:
    """When a subscription is next due that has another schedule from now on (UTC seconds).

    What it tells next stays what it would have told, the day or the week before it was due: so a
    change of the schedule neither skips nor repeats one.
    """
    if before.schedule is None or before.next_due is None:
        return next_due(schedule, now)
    day = local(before.next_due, before.schedule.zone).date()
    if before.schedule.weekday is not None:
        day -= timedelta(days=day.weekday())
    return next_due(schedule, midnight(day, schedule.zone) - 1)


def missed(schedule: Schedule, first_due: int, now: int) -> tuple[int, ...]:
    """The due times from `first_due` up to and including `now`, oldest first.

    Those that lie more than 400 days back are let go, so that a bot that wakes up after years
    doesn't count them one by one.
    """
    found = []
    due = first_due
    if now - due > _MOST * _DAY:
        due = next_due(schedule, now - _MOST * _DAY)
    while due <= now:
        found.append(due)
        due = next_due(schedule, due)
    return tuple(found)


def _due(schedule: Schedule, day: date) -> int | None:
    if schedule.weekday is not None and day.weekday() != schedule.weekday:
        return None
    if midnight(day, schedule.zone) == midnight(day + timedelta(days=1), schedule.zone):
        return None
    return instant(datetime.combine(day, time.fromisoformat(schedule.at)), schedule.zone)
