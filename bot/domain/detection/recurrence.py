"""What comes every week: the class on Tuesdays at ten is no event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from bot.domain.detection.recent import HOUR, HOURS_KEPT, SLICE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.domain.detection.recent import Recent

Floats: TypeAlias = "NDArray[np.float64]"
Integers: TypeAlias = "NDArray[np.int64]"

_WEEKS: Final = 5
_WEEK_HOURS: Final = 168
_AROUND: Final = 5400  # seconds by which it may be earlier or later, clock changes included
_TIMES: Final = 2  # so often it must have been there
_COMPARABLE: Final = 0.4


def usual_then(recent: Recent, posters: Integers, now: int, slices: int, counted: float) -> float:
    """How many scans a window of so many slices that ends `now` had in the weeks before.

    The posters count together. 0 where fewer than two of the last five weeks had anything
    comparable to what was `counted`; otherwise the second largest of them.
    """
    seconds = slices * SLICE
    first, last = (now - seconds - _AROUND) // HOUR, (now - 1 + _AROUND) // HOUR
    length = max(1, -(-seconds // HOUR))
    weekly = [
        _most(recent, posters, first - week * _WEEK_HOURS, last - week * _WEEK_HOURS, length)
        for week in range(1, _WEEKS + 1)
    ]
    second = sorted(weekly)[-_TIMES]
    return second if second >= _COMPARABLE * counted else 0.0


def _most(recent: Recent, posters: Integers, first: int, last: int, length: int) -> float:
    """The most scans in so many hours on end."""
    if first <= recent.latest - HOURS_KEPT:
        return 0.0
    columns = np.arange(first, last + 1) % HOURS_KEPT
    hours = recent.hours[np.ix_(posters, columns)].sum(axis=0, dtype=np.float64)
    return float(np.convolve(hours, np.ones(length), "valid").max())
