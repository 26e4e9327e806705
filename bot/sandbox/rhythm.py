"""When people pass by: how busy each kind of place is through the week."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

HOURS: Final = 24
DAYS: Final = 7
SATURDAY: Final = 5

# A peak is (hour of the day, hours it is wide, height). Weekday peaks first, then the weekend's.
_Peaks = tuple[tuple[float, float, float], ...]
_WEEK: Final[dict[str, tuple[_Peaks, _Peaks]]] = {
    "lecture": (((9.5, 1.2, 1.0), (11.5, 1.0, 0.9), (14.5, 1.8, 0.9)), ((12, 2.5, 0.06),)),
    "library": (((11, 2.0, 0.7), (15, 2.5, 1.0), (20, 2.0, 0.8)), ((15, 3.5, 0.8),)),
    "food": (
        ((8, 0.9, 0.5), (12.4, 0.9, 1.3), (18.3, 1.0, 1.0)),
        ((11.5, 1.6, 0.9), (18, 1.3, 0.7)),
    ),
    "street": (((8.8, 0.9, 1.0), (13, 2.5, 0.7), (17.2, 1.1, 1.0)), ((14, 3.5, 0.5),)),
    "dorm": (((8.2, 0.9, 0.5), (21.5, 2.2, 1.0)), ((12.5, 2.5, 0.9), (22.5, 2.8, 1.3))),
    "gym": (((7.2, 0.9, 0.6), (17.8, 1.8, 1.2)), ((11.5, 2.2, 0.9),)),
}
KINDS: Final = frozenset(_WEEK)

_NIGHT: Final = 0.004  # somebody is always up, so no hour is ever quite empty

# Classes end ten minutes before the hour and begin five after it: then the corridors are full.
# The two factors average to one over the hour.
_CHANGING: Final = frozenset({"lecture", "street"})
_RUSH_MINUTES: Final = frozenset({*range(50, 60), *range(5)})
_RUSH: Final = 2.5
_CALM: Final = (60 - 15 * _RUSH) / 45


def pace(kind: str, when: datetime) -> float:
    """How busy a kind of place is at a moment, as a multiple of its average over the week.

    Args:
        kind: One of `KINDS`.
        when: The moment on the campus's own clock.
    """
    return _SHAPES[kind][when.weekday()][when.hour] * _class_change(kind, when)


def _class_change(kind: str, when: datetime) -> float:
    if kind not in _CHANGING or when.weekday() >= SATURDAY:
        return 1.0
    return _RUSH if when.minute in _RUSH_MINUTES else _CALM


def _shape(kind: str) -> list[list[float]]:
    """Seven days of 24 hours for one kind, of which the average is one."""
    weekday, weekend = _WEEK[kind]
    days = [weekday if day < SATURDAY else weekend for day in range(DAYS)]
    week = [[_height(peaks, hour + 0.5) for hour in range(HOURS)] for peaks in days]
    average = sum(map(sum, week)) / (DAYS * HOURS)
    return [[height / average for height in day] for day in week]


def _height(peaks: _Peaks, hour: float) -> float:
    return _NIGHT + sum(
        height * math.exp(-0.5 * (_apart(hour, middle) / width) ** 2)
        for middle, width, height in peaks
    )


def _apart(one: float, other: float) -> float:
    """Hours between two times of day, the short way round the clock."""
    return min(abs(one - other), HOURS - abs(one - other))


_SHAPES: Final = {kind: _shape(kind) for kind in _WEEK}
