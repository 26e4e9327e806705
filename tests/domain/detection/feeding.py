"""Scans made up for a detector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bot.domain.detection.detector import Detector
from bot.domain.detection.recent import HOUR, Scans

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

MONDAY: Final = 491_088 - 491_088 % 168 + 96  # an hour since 1970 that begins a week in UTC
WEEK: Final = 168


def slot(hour: int) -> int:
    """The hour of the week, by clocks that show UTC; the epoch was a Thursday."""
    return (hour + 72) % WEEK


def scans(at: Iterable[int], poster: Iterable[int], scanner: Iterable[int] = ()) -> Scans:
    """Scans by people; without `scanner` by unknown ones."""
    when, where, who = (np.array(list(each), np.int64) for each in (at, poster, scanner))
    who = who if len(who) else np.zeros_like(when)
    return Scans(when, where, who, np.zeros(len(when), np.bool_))


def by_chance(chance: np.random.Generator, hour: int, means: NDArray[np.float64]) -> Scans:
    """An hour in which each poster gets so many scans on average, each by someone else."""
    poster = np.repeat(np.arange(len(means)), chance.poisson(means))
    return scans(hour * HOUR + chance.integers(0, HOUR, len(poster)), poster)


def detector(posters: int, programs: int = 1, since: int = 0) -> Detector:
    """One that knows posters 0, 1, ... of programs taken in turn."""
    made = Detector(slot)
    made.know([(f"poster {n}", f"program {n % programs}", since) for n in range(posters)])
    return made
