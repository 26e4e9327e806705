"""What goes on every day: people who pass by, alone or in groups, and weekly classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.campus.seasons import SLOTS_OF_DAY
from bench.campus.world import DAY, HOUR, SLOT, WEEK, Label

if TYPE_CHECKING:
    from bench.campus.pile import Pile
    from bench.campus.world import Floats

CLUMPING: Final = 1.3  # variance beside mean of the scans of a few minutes
_ALONE: Final = 2 / (1 + CLUMPING)  # so geometric groups make just that
_WITHIN: Final = 40.0  # seconds between the members of a group
_DAYS_VARY: Final = (0.1, 0.3)  # squared deviation of one poster's day
_WEATHER: Final = 0.01  # the same for a day of the whole campus
_CLASSES: Final = 0.1  # how many posters see a weekly class
_ATTENDANCE: Final = 0.05
_EARLIEST_CLASS: Final = 8


def pass_by(pile: Pile) -> None:
    """Add the scans of people who pass by."""
    chance, rates, alike = pile.chance, pile.ground.rates, _days(pile, _WEATHER)
    for index in range(len(rates)):
        course = alike * _days(pile, chance.uniform(*_DAYS_VARY))
        groups = chance.poisson(rates[index] * _ALONE * np.repeat(course, SLOTS_OF_DAY))
        slots = np.repeat(np.arange(len(groups)), groups)
        met = pile.time.start + SLOT * (slots + chance.random(len(slots)))
        together = np.repeat(met, chance.geometric(_ALONE, len(met)))
        at = (together + chance.exponential(_WITHIN, len(together))).astype(np.int64)
        pile.add(at, index, pile.people.anyone(chance, len(at)))


def _days(pile: Pile, variation: float) -> Floats:
    """A factor for each day, one on average."""
    return pile.chance.gamma(1 / variation, variation, pile.time.slots // SLOTS_OF_DAY)


@dataclass(frozen=True, slots=True)
class _Class:
    """One that meets every week from `first` on, for so many seconds, with so many scans."""

    poster: int
    first: int
    length: int
    size: float


def hold_classes(pile: Pile) -> None:
    """Add weekly classes and what they bring to the rates that are to be expected."""
    count = len(pile.ground.posters)
    for poster in pile.chance.permutation(count)[: round(_CLASSES * count)].tolist():
        _hold(pile, _class(pile, poster))


def _class(pile: Pile, poster: int) -> _Class:
    """One that begins in the first third of the run."""
    chance, time = pile.chance, pile.time
    week = int(chance.integers(max(1, (time.end - time.start) // WEEK // 3)))
    hour = int(chance.integers(_EARLIEST_CLASS, 19))
    first = time.start + week * WEEK + _weekday(chance, time.start) * DAY + hour * HOUR
    return _Class(poster, first, int(chance.integers(2, 13)) * SLOT, chance.uniform(8, 40))


def _weekday(chance: np.random.Generator, start: int) -> int:
    """Days from the start to some day from Monday to Friday; the epoch was a Thursday."""
    return (int(chance.integers(5)) - (start // DAY + 3)) % 7


def _hold(pile: Pile, lesson: _Class) -> None:
    ground, chance = pile.ground, pile.chance
    nth = 0
    for begin in range(lesson.first, pile.time.end, WEEK):
        end = begin + lesson.length
        if ground.created[lesson.poster] > begin or pile.time.within("holiday", begin, end):
            continue
        slots = slice((begin - pile.time.start) // SLOT, (end - pile.time.start) // SLOT)
        share = pile.time.open[slots] * lesson.size * SLOT / lesson.length
        ground.rates[lesson.poster, slots] += share
        if end > ground.died[lesson.poster]:
            continue
        nth += 1
        count = chance.poisson(lesson.size * chance.gamma(1 / _ATTENDANCE, _ATTENDANCE))
        at = chance.integers(begin, end, count)
        poster = ground.posters[lesson.poster].id
        label = Label("class", "poster", poster, begin, end, nth=nth)
        pile.add(at, lesson.poster, pile.people.crowd(chance, count), label)
