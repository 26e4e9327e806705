"""Human words for a period, read against a wall clock; `period` turns them into instants."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from rapidfuzz import fuzz, process

from bot.domain.calendar import (
    DASH,
    MONTHS,
    WEEKDAYS,
    Step,
    Unit,
    day_words,
    floor,
    span_words,
)
from bot.domain.dates import (
    EXAMPLES,
    MONTH,
    WEEKDAY,
    PeriodError,
    date_of,
    either,
    ends,
    latest,
    typed_day,
)

_LONGEST, _SHORT = 7300, 3
_DAYS_IN = {
    "minute": 1 / 1440,
    "hour": 1 / 24,
    "day": 1,
    "week": 7,
    "month": 30,
    "quarter": 91,
    "year": 365,
}

_NUMBERS = {
    word: str(n)
    for n, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 1
    )
}
_UNIT = {
    "min": Unit.MINUTE,
    "h": Unit.HOUR,
    "hr": Unit.HOUR,
    "d": Unit.DAY,
    "w": Unit.WEEK,
} | {unit.value: unit for unit in Unit if unit.value in _DAYS_IN}
_VOCABULARY = (
    *("today", "yesterday", "this", "last", "past", "since", "all", "time"),
    *("minutes", "hours", "days", "week", "weeks", "months", "quarter", "years"),
    *WEEKDAYS,
    *MONTHS,
)


_NAMED_MONTH = re.compile(rf"({either(MONTH)})(?: ([0-9]{{4,}}))?")
_ISO_MONTH = re.compile(r"([0-9]{4,})-([0-9]{1,2})")
_CALENDAR = re.compile(r"(this|current|last|previous) (day|week|month|quarter|year)")
_ROLLING = re.compile(r"(?:(last|past|previous) ?)?(?:([0-9]+) ?)?([a-z]+?)(s?)")
_BETWEEN = re.compile(r" ?(?:\.{2,3}|…|[\N{EN DASH}\N{EM DASH}]) ?| (?:to|until|till|and|-) ")
_PREFIX = re.compile(r"^\s*(?:(?:in|on|for|over|during|from|between)\s+(?:the\s+)?|the\s+)")
_BEGIN = re.compile(
    r"[0-9]|(?:in|on|for|over|during|from|between|the|all|ever|everything|today|yesterday|this|"
    rf"current|last|past|previous|since|{either(WEEKDAY | MONTH)}|{'|'.join(_NUMBERS)})\b"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A period by the wall clock.

    `start` is None where it is `step` ago by a stopwatch (hours) or the beginning of everything,
    `end` is None for now. `label` reads back as the same phrase. `bare` is a lone name, such as
    "friday" or "may", that might as well belong to a place or a person.
    """

    start: datetime | None
    end: datetime | None
    label: str
    step: Step
    bare: bool = False


def read(words: str, wall: datetime) -> Phrase | None:
    """Read `words` on a day when the clock on the wall shows `wall`.

    Returns:
        The phrase, or None where the words don't look like a period at all.

    Raises:
        PeriodError: They do, but there is no such time.
    """
    text = _plain(words)
    for reader in (_relative, _rolling, _since, _month, _span, _one_day):
        phrase = reader(text, wall)
        if phrase is None:
            continue
        if phrase.start and phrase.start > wall:
            raise PeriodError(f"“{phrase.label}” lies in the future. Try {EXAMPLES}.")
        return replace(phrase, bare=phrase.bare and not _PREFIX.match(words.casefold()))
    return None


def suggest(words: str, wall: datetime) -> str | None:
    """The period that was probably meant by mistyped words, if there is one."""
    mended = [_nearest(word) for word in _plain(words).split()]
    guess = " ".join(mended)
    try:
        return guess if read(guess, wall) else None
    except PeriodError:
        return None


def _nearest(word: str) -> str:
    if len(word) <= _SHORT or not word.isalpha():
        return word
    found = process.extractOne(word, _VOCABULARY, scorer=fuzz.ratio, score_cutoff=70)
    return found[0] if found else word


def may_begin(word: str) -> bool:
    """Whether a period can begin with this word: a quick look before `read`."""
    return _BEGIN.match(word.casefold()) is not None


def _plain(words: str) -> str:
    text = " ".join(_NUMBERS.get(word, word) for word in words.casefold().split())
    text = _PREFIX.sub("", text, count=1)
    return re.sub(r"^([0-9]{1,2}) ?- ?([0-9]{1,2}) (?=[a-z])", rf"\1{DASH}\2 ", text)


def _relative(text: str, wall: datetime) -> Phrase | None:
    today = floor(wall, Unit.DAY)
    if text in {"all time", "all", "ever", "everything"}:
        return Phrase(None, None, "all time", Step(Unit.EVER), text != "all time")
    if text in {"today", "this day"}:
        return Phrase(today, today + timedelta(days=1), "today", Step(Unit.DAY))
    if text == "yesterday":
        return Phrase(today - timedelta(days=1), today, "yesterday", Step(Unit.DAY))
    found = _CALENDAR.fullmatch(text)
    if not found or found[2] == "day":
        return None
    step = Step(Unit(found[2]))
    start = floor(wall, step.unit)
    if found[1] in {"this", "current"}:
        return Phrase(start, step.shift(start, 1), f"this {found[2]}", step)
    return Phrase(step.shift(start, -1), start, f"last {found[2]}", step)


def _rolling(text: str, wall: datetime) -> Phrase | None:
    found = _ROLLING.fullmatch(text)
    unit = _UNIT.get(found[3]) if found else None
    if not found or not unit or not (found[1] or found[2]):
        return None
    if not found[1] and found[3] != unit.value:
        return None
    count = int(found[2][:9]) if found[2] else 1
    if not count or count * _DAYS_IN[unit] > _LONGEST:
        raise PeriodError(f"“{text}” is {'too long' if count else 'no time'}. Try {EXAMPLES}.")
    label = _rolling_label(unit, count)
    if unit.seconds or (unit is Unit.DAY and count == 1):
        step = Step(unit, count, rolling=True)
        return Phrase(None if unit.seconds else step.shift(wall, -1), None, label, step)
    # Longer ones are made of whole days, today included: nobody means a week ago at 14:05.
    step, end = Step(unit, count), floor(wall, Unit.DAY) + timedelta(days=1)
    return Phrase(step.shift(end, -1), end, label, step)


def _rolling_label(unit: Unit, count: int) -> str:
    if count > 1:
        return f"last {count} {unit}s"
    return f"last {unit}" if unit in {Unit.MINUTE, Unit.HOUR, Unit.DAY} else f"past {unit}"


def _since(text: str, wall: datetime) -> Phrase | None:
    if not text.startswith("since "):
        return None
    rest = text.removeprefix("since ")
    phrase = None if "since" in rest else read(rest, wall)
    if phrase is None:
        return None
    if not phrase.start or phrase.step.rolling:
        raise PeriodError("“since” wants a day, such as “since monday” or “since 2026-11-02”.")
    if rest in WEEKDAY:
        return Phrase(
            phrase.start, None, f"since {WEEKDAYS[WEEKDAY[rest]].title()}", Step(Unit.WEEK)
        )
    step = Step(Unit.DAY, (wall.date() - phrase.start.date()).days + 1)
    return Phrase(phrase.start, None, f"since {day_words(phrase.start)}", step)


def _month(text: str, wall: datetime) -> Phrase | None:
    named, iso = _NAMED_MONTH.fullmatch(text), _ISO_MONTH.fullmatch(text)
    if named:
        number = MONTH[named[1]]
        year = int(named[2][:9]) if named[2] else wall.year - (number > wall.month)
    elif iso:
        year, number = int(iso[1][:9]), int(iso[2])
    else:
        return None
    start = datetime.combine(date_of(year, number, 1, wall), time())
    step = Step(Unit.MONTH)
    label = f"{MONTHS[number - 1].title()} {year}"
    return Phrase(start, step.shift(start, 1), label, step, bare=bool(named and not named[2]))


def _one_day(text: str, wall: datetime) -> Phrase | None:
    previous = text.startswith("last ") and text.removeprefix("last ") in WEEKDAY
    typed = typed_day(text.removeprefix("last ") if previous else text)
    if not typed or (typed.month is None and (typed.weekday is None or typed.day is not None)):
        return None
    day = latest(typed, wall)
    if previous and day == wall.date():
        day -= timedelta(days=7)
    return _days(day, day, bare=text in WEEKDAY)


def _span(text: str, wall: datetime) -> Phrase | None:
    parts = _BETWEEN.split(text)
    if len(parts) != 2:  # noqa: PLR2004 - a span has two ends
        return None
    begin, end = (typed_day(part, wall) for part in parts)
    if not begin or not end or (end.month is None and end.weekday is None):
        return None
    first, last = ends(begin, end, wall)
    if last < first:
        raise PeriodError(
            f"{day_words(first)} comes after {day_words(last)}. Did you mean “{last}..{first}”?"
        )
    return _days(first, last)


def _days(first: date, last: date, *, bare: bool = False) -> Phrase:
    start = datetime.combine(first, time())
    end = datetime.combine(last, time()) + timedelta(days=1)
    return Phrase(start, end, span_words(first, last), Step(Unit.DAY, (end - start).days), bare)
