"""The posters of a campus: where they hang, from when to when, and how often they are scanned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.campus.seasons import PLACES, SLOTS_OF_DAY, SLOTS_OF_WEEK, Seasons
from bench.campus.world import DAY, HOUR, SLOT, WEEK, Label, ambassador
from bot.domain.model import Poster

if TYPE_CHECKING:
    from bench.campus.world import Floats, Ints

NOVELTY: Final = 2 * DAY

_SHAPE: Final = 0.5  # of the Gamma distribution of rates: most posters are hardly ever scanned
_BUSY: Final = 0.01  # how many posters are scanned ten times as often
_NEW: Final = 0.15  # how many are put up during the run
_TAKEN_DOWN: Final = 0.12
_NOVELTY_LIFT: Final = 3.0
_TO_A_PLACE: Final = 5  # posters in one building


@dataclass(frozen=True)
class Ground:
    """Posters and their true rates.

    By poster: `program` its number, `base` scans a day, `created` and `died` in UTC seconds.
    `rates` holds by poster and slot the scans to expect had it stayed up.
    """

    posters: tuple[Poster, ...]
    program: Ints
    base: Floats
    created: Ints
    died: Ints
    rates: Floats
    labels: tuple[Label, ...]


def ground(
    chance: np.random.Generator, count: int, programs: int, mean: float, time: Seasons
) -> Ground:
    """So many posters, scanned `mean` times a day on average."""
    program = np.arange(count) % programs
    kind = chance.integers(len(PLACES), size=count)
    base = _base(chance, program, programs, mean)
    created, died = _lives(chance, count, time)
    posters = tuple(
        Poster(f"poster_{index}", f"prog_{number}", ambassador(index), place, begin)
        for index, (number, begin, place) in enumerate(
            zip(program.tolist(), created.tolist(), _places(kind), strict=True)
        )
    )
    rates = np.empty((count, time.slots))
    for index in range(count):
        rates[index] = base[index] * _course(chance, time, int(kind[index]), int(created[index]))
    labels = tuple(_labels(posters, created, died, time))
    return Ground(posters, program, base, created, died, rates, labels)


def _base(chance: np.random.Generator, program: Ints, programs: int, mean: float) -> Floats:
    """Scans a day of each poster; some programs are liked more than others."""
    liked = chance.lognormal(-0.125, 0.5, programs)
    usual = chance.gamma(_SHAPE, mean / _SHAPE, len(program)) * liked[program]
    return np.where(chance.random(len(program)) < _BUSY, 10 * usual, usual)


def _lives(chance: np.random.Generator, count: int, time: Seasons) -> tuple[Ints, Ints]:
    """When each was put up and taken down; none of the new ones is taken down."""
    length = time.end - time.start
    old = time.start - chance.integers(WEEK, 20 * WEEK, count)
    days = chance.integers(length // DAY, size=count)
    new = time.start + DAY * days + chance.integers(9 * HOUR, 18 * HOUR, count)
    is_new = chance.random(count) < _NEW
    ending = time.start + chance.integers(length // 3, length, count)
    ends = ~is_new & (chance.random(count) < _TAKEN_DOWN)
    return np.where(is_new, new, old), np.where(ends, ending, time.end)


def _places(kind: Ints) -> list[str]:
    """A building for each; neighbours have it in common."""
    seen = dict.fromkeys(range(len(PLACES)), 0)
    places = []
    for each in kind.tolist():
        places.append(f"{PLACES[each].capitalize()} {seen[each] // _TO_A_PLACE + 1}")
        seen[each] += 1
    return places


def _course(chance: np.random.Generator, time: Seasons, kind: int, created: int) -> Floats:
    """By slot, the share of a day's scans: place, hour, own weekdays, season, novelty."""
    shift = int(chance.choice([-1, 0, 0, 0, 1])) * HOUR // SLOT
    weekdays = chance.gamma(10, 0.1, 7)
    week = np.roll(time.week[kind], shift) * np.repeat(weekdays, SLOTS_OF_DAY)
    course = np.tile(week / SLOTS_OF_DAY, time.slots // SLOTS_OF_WEEK) * time.level * time.open
    first = max(0, (created - time.start) // SLOT)
    course[:first] = 0
    fresh = max(0, (created + NOVELTY - time.start) // SLOT)
    course[first:fresh] *= _NOVELTY_LIFT
    return course


def _labels(posters: tuple[Poster, ...], created: Ints, died: Ints, time: Seasons) -> list[Label]:
    lives = zip(posters, created.tolist(), died.tolist(), strict=True)
    labels = []
    for poster, begin, end in lives:
        if begin > time.start:
            labels.append(Label("novelty", "poster", poster.id, begin, begin + NOVELTY))
        if end < time.end:
            labels.append(Label("taken down", "poster", poster.id, end, time.end))
    return labels
