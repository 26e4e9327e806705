"""Half-open spans of time with a label: read from human words, compared, cut into slices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from bot.domain import phrase
from bot.domain.calendar import (
    DASH,
    Step,
    Unit,
    day_words,
    floor,
    instant,
    local,
    midnight,
    month,
    span_words,
    valid_zone,
    weekday,
    zones_like,
)
from bot.domain.dates import EXAMPLES, PeriodError

__all__ = [
    "Comparison",
    "Period",
    "PeriodError",
    "compare",
    "days",
    "parse",
    "slices",
    "valid_zone",
    "zones_like",
]

_DAY = 86_400
_LONGEST, _SHOWN = 200, 60


@dataclass(frozen=True, slots=True)
class Period:
    """The half-open span `[start, end)` in UTC seconds, seen from an IANA zone.

    `label` says it in words that `parse` reads back: "today", "last 7 days", "Mon 2 Nov 2026".
    `step` is the way to the period that it compares with; without one that is as long by a
    stopwatch, just before.
    """

    start: int
    end: int
    zone: str
    label: str
    step: Step | None = None

    def describe(self) -> str:
        """The label with dates and zone: "yesterday (Mon 23 Nov 2026, Europe/Berlin)"."""
        if self.step and self.step.unit is Unit.EVER:
            return f"{self.label} ({self.zone})"
        dates = self.dates()
        if self.label == dates or self.label[:1].isdigit():
            return f"{dates} ({self.zone})"
        return f"{self.label} ({dates}, {self.zone})"

    def dates(self) -> str:
        """Its dates alone, both ends included; with times of day where it isn't whole days."""
        first, last = local(self.start, self.zone), local(self.end, self.zone)
        whole = all(
            midnight(wall.date(), self.zone) == at
            for wall, at in ((first, self.start), (last, self.end))
        )
        if whole and self.start < self.end:
            return span_words(first.date(), local(self.end - 1, self.zone).date(), weekdays=True)
        if first.date() == last.date():
            return f"{day_words(first)} {first:%H:%M} {DASH} {last:%H:%M}"
        cut = None if first.year != last.year else -5
        return f"{day_words(first)[:cut]} {first:%H:%M} {DASH} {day_words(last)[:cut]} {last:%H:%M}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A period and the fair one before it.

    `running` says that the asked period has not ended; then both are cut to the part of it that
    has gone by.
    """

    period: Period
    before: Period
    running: bool


def parse(words: str, now: int, zone: str) -> Period:
    """The period that human words mean at `now` (UTC seconds) in an IANA zone.

    Raises:
        PeriodError: With a sentence that says what to type instead.
    """
    wall = local(now, zone)
    found = phrase.read(words, wall) if len(words) <= _LONGEST else None
    if found is None:
        raise PeriodError(unknown(words, wall))
    return resolve(found, now, zone)


def unknown(words: str, wall: datetime) -> str:
    """The sentence for words that are no period."""
    typed = " ".join(words.split())
    shown = typed if len(typed) <= _SHOWN else f"{typed[:_SHOWN]}…"
    guess = phrase.suggest(typed[:_LONGEST], wall)
    remedy = f"Did you mean “{guess}”?" if guess else f"Try {EXAMPLES}."
    return f"I don't know the period “{shown}”. {remedy}"


def resolve(found: phrase.Phrase, now: int, zone: str) -> Period:
    """The instants of a phrase that was read against the wall clock at `now`."""
    step = found.step
    if found.start:
        start = instant(found.start, zone)
    else:
        start = now - step.unit.seconds * step.count if step.unit.seconds else 0
    end = instant(found.end, zone) if found.end else now
    return Period(min(start, end), end, zone, found.label, step)


def days(first: date, last: date, zone: str, step: Step | None = None) -> Period:
    """Whole days, both included; compared with as many before unless a `step` says otherwise."""
    step = step or Step(Unit.DAY, (last - first).days + 1)
    end = midnight(last + timedelta(days=1), zone)
    return Period(midnight(first, zone), end, zone, span_words(first, last), step)


def compare(period: Period, now: int) -> Comparison:
    """What to hold a period against: the one before, cut alike while the period is running.

    Months compare whole with whole, however long; rolling ones with as much just before; today
    until 15:00 with yesterday until 15:00. "All time" has an empty period before.
    """
    asked = replace(period, end=max(period.start, min(period.end, now)))
    running = now < period.end
    if period.step and period.step.unit is Unit.EVER:
        before = Period(0, 0, period.zone, "nothing before")
    elif period.step and not period.step.unit.seconds:
        before = _before_by_wall(asked, period.step, running=running)
    else:
        start = period.start - (period.end - period.start)
        label = _before_label(period.step, partial=running, running=running)
        before = Period(start, start + asked.end - asked.start, period.zone, label)
    return Comparison(asked, before, running)


def _before_by_wall(asked: Period, step: Step, *, running: bool) -> Period:
    zone, begin = asked.zone, local(asked.start, asked.zone)
    if not step.rolling:
        begin = datetime.combine(begin.date(), time())
    back = step.shift(begin, -1)
    start, end = instant(back, zone), asked.start
    partial = not step.rolling and asked.end < instant(step.shift(begin, 1), zone)
    if partial:
        gone = local(asked.end, zone) - begin
        end = max(start, min(instant(back + gone, zone), end))
    return Period(start, end, zone, _before_label(step, partial=partial, running=running))


def _before_label(step: Step | None, *, partial: bool, running: bool) -> str:
    if step is None:
        return "the same part of the time before" if partial else "the same time before"
    if step.count > 1:
        whole = f"the {step.count} {step.unit}s before"
    elif partial and not running and step.unit is Unit.WEEK:
        return "the same days a week before"
    elif partial:
        whole = "yesterday" if step.unit is Unit.DAY else f"last {step.unit}"
    else:
        whole = f"the {step.unit} before"
    return f"the same part of {whole}" if partial else whole


def slices(period: Period, by: int | Unit | str | None = None) -> list[tuple[int, int, str]]:
    """Cut a period into slices that tile it, as (start, end, label), oldest first.

    Args:
        period: What to cut.
        by: How many equally long slices; or the unit ("hour", "day", "week", "month", "quarter",
            "year") whose boundaries on the wall clock to cut at, which can leave the first and
            the last slice short; or None for the unit that makes a readable chart.
    """
    if isinstance(by, int):
        length = period.end - period.start
        cuts = [period.start + length * i // by for i in range(by + 1)]
        unit = _chart_unit(length // by * 20)
    else:
        unit = Unit(by) if by else _chart_unit(period.end - period.start)
        cuts = _cuts(period, unit)
    spans = [(start, end) for start, end in pairwise(cuts) if start < end]
    labels = _labels([start for start, _ in spans], unit, period)
    return [(start, end, label) for (start, end), label in zip(spans, labels, strict=True)]


def _chart_unit(length: int) -> Unit:
    limits = ((2.1, Unit.HOUR), (93.1, Unit.DAY), (731, Unit.WEEK), (3660, Unit.MONTH))
    return next((unit for most, unit in limits if length <= most * _DAY), Unit.YEAR)


def _cuts(period: Period, unit: Unit) -> list[int]:
    cuts = [period.start]
    while cuts[-1] < period.end:
        cuts.append(min(_boundary(cuts[-1], unit, period.zone), period.end))
    return cuts


def _boundary(after: int, unit: Unit, zone: str) -> int:
    """The first instant after `after` at which a new unit begins on the wall clock."""
    wall = local(after, zone)
    if unit.seconds:
        past = (wall.minute * 60 + wall.second) % unit.seconds
        return after + unit.seconds - past
    step, begin = Step(unit), floor(wall, unit)
    found = after
    while found <= after:
        begin = step.shift(begin, 1)
        found = instant(begin, zone)
    return found


def _labels(starts: list[int], unit: Unit, period: Period) -> list[str]:
    if not unit.seconds:
        return [_label(start, unit, period) for start in starts]
    clocks = [_clock(start, period.zone) for start in starts]
    if len(set(clocks)) == len(clocks):
        return clocks
    days = [weekday(local(start, period.zone)) for start in starts]
    return [f"{day} {clock}" for day, clock in zip(days, clocks, strict=True)]


def _clock(start: int, zone: str) -> str:
    """The time of day; "(again)" for the second of two that the clocks show twice."""
    wall = local(start, zone)
    again = local(start - 3600, zone) == wall or instant(wall, zone) != start
    return f"{wall:%H:%M}{' (again)' if again else ''}"


def _label(start: int, unit: Unit, period: Period) -> str:
    zone, length = period.zone, period.end - period.start
    wall = local(start, zone)
    name = {
        Unit.DAY: f"{wall.day} {month(wall)}"
        if length > 27 * _DAY
        else f"{weekday(wall)} {wall.day}",
        Unit.WEEK: f"{wall.day} {month(wall)}{f' {wall.year}' if length > 360 * _DAY else ''}",
        Unit.MONTH: f"{month(wall)} {wall.year}",
        Unit.QUARTER: f"Q{(wall.month + 2) // 3} {wall.year}",
        Unit.YEAR: str(wall.year),
    }[unit]
    cut = start != instant(floor(wall, unit), zone)
    return f"{name} {wall:%H:%M}" if cut else name
