from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audit import End, Gap, Mark, first_gap, probe, strays


def found_end(length: int, expected: int, cap: int) -> tuple[int, int]:
    """Where the end was found, and in how many looks."""
    end, looks = End(expected, cap), 0
    while end.at is None:
        end.tell(max(0, min(cap, length - end.offset)))
        looks += 1
    return end.at, looks


@given(length=st.integers(0, 3000), expected=st.integers(0, 3000), cap=st.integers(1, 100))
def test_the_end_is_found_wherever_it_was_expected(length: int, expected: int, cap: int) -> None:
    assert found_end(length, expected, cap)[0] == length


@pytest.mark.parametrize(
    ("length", "expected", "most"),
    [(10**6, 10**6, 1), (10**6, 10**6 - 10, 2), (10**6, 10**6 + 1, 2), (10**6, 0, 24)],
)
def test_the_end_costs_little(length: int, expected: int, most: int) -> None:
    assert found_end(length, expected, 100)[1] <= most


def test_an_answer_that_is_empty_for_another_reason_is_not_the_end() -> None:
    end = End(500, 100)
    for size in (0, 51, 1):  # the list has 500 entries; the first answer is wrong
        end.tell(size)
    assert end.at == 500


@given(missing=st.integers(0, 9_999), gone=st.booleans())
def test_a_single_difference_is_found_by_bisection(missing: int, *, gone: bool) -> None:
    # One entry more (or less) in a list of 10,000 than in its copy, all at different times.
    shift = -1 if gone else 1
    marks = [Mark(0, 0), Mark(10_000 + shift, 10_000)]
    looks = 0
    while (gap := first_gap(marks)) and not gap.fits(100):
        offset = gap.offset(100)
        places = (offset + 1, offset + 98)
        marks += [Mark(place, place if place <= missing else place - shift) for place in places]
        assert not strays(marks, gap)
        looks += 1
    assert looks <= math.ceil(math.log2(10_000 / 98))
    assert gap is not None
    assert gap.before.offset <= missing + 1
    assert gap.after.offset >= missing


def test_where_much_is_missing_the_list_is_read_along() -> None:
    gap = Gap(Mark(1000, 1000), Mark(9000, 2000))
    assert gap.lacking == 7000
    assert gap.offset(100) == 999
    assert Gap(Mark(0, 0), Mark(9000, 8000)).offset(100) == 0


def test_a_mark_outside_the_drift_of_its_gap_strays() -> None:
    gap = Gap(Mark(0, 0), Mark(100, 99))
    assert not strays([Mark(0, 0), Mark(50, 50), Mark(60, 59), Mark(100, 99)], gap)
    assert strays([Mark(50, 51)], gap)
    assert strays([Mark(50, 48)], gap)


@given(begin=st.integers(0, 10_000), count=st.integers(1, 60))
def test_rolling_looks_spread_over_the_list(begin: int, count: int) -> None:
    length = 100_000
    places = sorted(probe(number, length, 0) for number in range(begin, begin + count))
    gaps = [b - a for a, b in zip([0, *places], [*places, length], strict=True)]
    assert max(gaps) <= 2.7 * length / count
