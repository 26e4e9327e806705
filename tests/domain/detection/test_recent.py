from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.detection.recent import HOUR, SLICE, Recent, Scans
from tests.domain.detection.feeding import MONDAY, scans

NOW = MONDAY * HOUR


def _recent(posters: int = 2) -> Recent:
    made = Recent()
    made.grow(posters)
    return made


def _counted(times: list[int], scanner: int = 7) -> float:
    """How many of one device's scans count, put hour by hour."""
    recent = _recent(1)
    for hour in range(MONDAY, MONDAY + 4):
        mine = [at for at in times if at // HOUR == hour]
        recent.move_on(hour)
        recent.put(hour, scans(mine, [0] * len(mine), [scanner] * len(mine)))
    return sum(float(recent.hour(hour)[0]) for hour in range(MONDAY, MONDAY + 4))


@given(st.lists(st.integers(NOW, NOW + 4 * HOUR - 1), max_size=40))
def test_of_a_device_only_two_scans_count_within_any_hour(times: list[int]) -> None:
    order = sorted(times)
    meant = [at for place, at in enumerate(order) if place < 2 or at - order[place - 2] >= HOUR]
    assert _counted(times) == len(meant)


@given(st.integers(0, HOUR - 1))
def test_the_hour_of_a_device_knows_no_clock(start: int) -> None:
    assert _counted([NOW + start + step * 60 for step in range(30)]) == 2


@given(st.lists(st.integers(NOW, NOW + HOUR - 1), max_size=40))
def test_people_whom_nobody_knows_all_count(times: list[int]) -> None:
    assert _counted(times, scanner=0) == len(times)


def test_devices_are_counted_by_poster_and_bots_not_at_all() -> None:
    recent = _recent()
    recent.move_on(MONDAY)
    one = scans([NOW] * 8, [0, 0, 0, 1, 1, 1, 0, 0], [5, 5, 5, 5, 5, 5, 6, 6])
    recent.put(MONDAY, Scans(one.at, one.poster, one.scanner, np.arange(8) >= 6))
    assert recent.hour(MONDAY).tolist() == [2, 2]


@given(st.lists(st.tuples(st.integers(0, 3 * HOUR - 1), st.integers(0, 1)), max_size=60))
def test_windows_hold_what_came_in_them(came: list[tuple[int, int]]) -> None:
    recent = _recent()
    for hour in range(3):
        mine = [each for each in came if each[0] // HOUR == hour]
        recent.move_on(MONDAY + hour)
        recent.put(MONDAY + hour, scans([NOW + at for at, _ in mine], [who for _, who in mine]))
    first, last = NOW // SLICE + 5, NOW // SLICE + 30
    found = recent.window(first, last)
    inside = [who for at, who in came if first <= (NOW + at) // SLICE <= last]
    assert found.tolist() == [inside.count(0), inside.count(1)]
    assert recent.window(first, last, np.array([1])).tolist() == [inside.count(1)]


def test_an_hour_that_is_put_again_replaces_what_it_was() -> None:
    recent = _recent()
    recent.move_on(MONDAY + 1)
    for times in ([NOW, NOW + 9], [NOW, NOW + 9, NOW + 5]):
        recent.put(MONDAY, scans(times, [1] * len(times), [4] * len(times)))
    assert recent.hour(MONDAY).tolist() == [0, 2]


def test_scans_of_another_hour_are_left_out() -> None:
    recent = _recent()
    recent.move_on(MONDAY)
    recent.put(MONDAY, scans([NOW - 1, NOW, NOW + HOUR, NOW + 999 * HOUR], [0, 0, 1, 1]))
    assert recent.hour(MONDAY).tolist() == [1, 0]


def test_thousands_of_scans_in_an_hour_are_counted() -> None:
    recent = _recent()
    recent.move_on(MONDAY)
    recent.put(MONDAY, scans([NOW + 5] * 90_000, [0] * 90_000))
    assert recent.hour(MONDAY)[0] == 2**16 - 1


def test_of_a_device_that_scans_on_nothing_counts_that_might_be_it() -> None:
    recent = _recent()
    recent.move_on(MONDAY)
    at = [NOW + step for step in range(12)]
    recent.put(
        MONDAY, scans([*at, NOW + 9, NOW + 9, NOW + 900], [0] * 13 + [1, 0], [5] * 12 + [0] * 3)
    )
    assert recent.hour(MONDAY).tolist() == [3, 1]
