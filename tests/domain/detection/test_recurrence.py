from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.detection.recent import HOUR, SLICES, Recent
from bot.domain.detection.recurrence import usual_then
from tests.domain.detection.feeding import MONDAY, WEEK, scans

_POSTER = np.array([0])


def _classes(times: int, size: int, late: int = 0) -> Recent:
    """A class that met so often, each week at the same hour or `late` minutes later."""
    recent = Recent()
    recent.grow(1)
    recent.move_on(MONDAY)
    for week in range(1, times + 1):
        hour = MONDAY - week * WEEK
        at = hour * HOUR + (late * 60 if week % 2 else 0)
        recent.put(at // HOUR, scans([at] * size, [0] * size))
    return recent


@pytest.mark.parametrize(("times", "expected"), [(0, 0.1), (1, 0.1), (2, 20), (3, 20), (5, 20)])
def test_what_came_twice_before_is_expected(times: int, expected: float) -> None:
    now = (MONDAY + 1) * HOUR
    assert usual_then(_classes(times, 20), _POSTER, now, SLICES, 24, 0.1) == expected


@given(st.integers(-60, 60))
def test_it_may_be_an_hour_earlier_or_later(late: int) -> None:
    now = (MONDAY + 1) * HOUR
    assert usual_then(_classes(4, 20, late), _POSTER, now, SLICES, 24, 0.1) == 20


def test_what_is_far_larger_than_ever_is_news() -> None:
    now = (MONDAY + 1) * HOUR
    assert usual_then(_classes(4, 5), _POSTER, now, SLICES, 40, 0.1) == 0.1


def test_what_was_hardly_above_the_usual_then_is_none() -> None:
    now = (MONDAY + 1) * HOUR
    assert usual_then(_classes(4, 5), _POSTER, now, SLICES, 12, 4.0) == 4.0


def test_another_hour_of_the_week_is_none() -> None:
    now = (MONDAY + 6) * HOUR
    assert usual_then(_classes(4, 20), _POSTER, now, SLICES, 24, 0.1) == 0.1
