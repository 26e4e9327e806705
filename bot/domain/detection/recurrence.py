"""What comes every week: the class on Tuesdays at ten is no event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bot.domain.detection.recent import HOUR, HOURS_KEPT, SLICE

if TYPE_CHECKING:
    from bot.domain.detection.arrays import Integers
    from bot.domain.detection.recent import Recent


_WEEKS: Final = 5
_WEEK_HOURS: Final = 168
_AROUND: Final = 5400  # seconds by which it may be earlier or later, clock changes included
_TIMES: Final = 2  # so often it must have been there
_COMPARABLE: Final = 0.25
_LEAST, _UNUSUAL = 2.0, 2.0


def usual_then(
    recent: Recent, posters: Integers, now: int, slices: int, counted: float, expected: float
) -> float:
    """How many scans are to be expected in a window of so many slices that ends `now`.

    The posters count together. That is what was `expected`, or the second most that the last five
    weeks had at this time, if that was out of the ordinary too and comparable to what is `counted`.
    """
    seconds = slices * SLICE
    first, last = (now - seconds - _AROUND) // HOUR, (now - 1 + _AROUND) // HOUR
    length = max(1, -(-seconds // HOUR))
    weekly = [
        _most(recent, posters, first - week * _WEEK_HOURS, last - week * _WEEK_HOURS, length)
        for week in range(1, _WEEKS + 1)
    ]
    second = sorted(weekly)[-_TIMES]
    comparable = second >= _COMPARABLE * counted
    return second if comparable and second >= _LEAST + _UNUSUAL * expected else expected


def _most(recent: Recent, posters: Integers, first: int, last: int, length: int) -> float:
    """The most scans in so many hours on end."""
    if first <= recent.latest - HOURS_KEPT:
        return 0.0
    columns = np.arange(first, last + 1) % HOURS_KEPT
    hours = recent.hours[np.ix_(posters, columns)].sum(axis=0, dtype=np.float64)
    return float(np.convolve(hours, np.ones(length), "valid").max())
