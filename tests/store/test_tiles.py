from __future__ import annotations

from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.scope import Scope
from bot.store.stretch import ALL, FAR, NONE, Stretch
from bot.store.tallies import HOUR, WIDTHS
from bot.store.tiles import ROWS, Tile, rounded, tiles

BLOCK = 768 * HOUR
# Seconds around the borders of hours, days and blocks, and anywhere between.
moments = st.builds(
    lambda block, day, hour, second: block * BLOCK + day * 86_400 + hour * HOUR + second,
    st.integers(-2, 4),
    st.sampled_from([0, 1, 15, 16, 17, 31]),
    st.sampled_from([0, 1, 11, 12, 13, 23]),
    st.sampled_from([-1, 0, 1, 1799, 1800, 1801, 3599]),
) | st.integers(-BLOCK, 5 * BLOCK)
bounds = st.sampled_from([-FAR, FAR]) | moments.map(lambda at: at - at % HOUR)
stretches = st.tuples(bounds, bounds).map(lambda pair: Stretch(*sorted(pair)))
edges = st.just(0) | st.integers(0, 3 * 768).map(lambda hour: hour * HOUR)


def span(tile: Tile) -> tuple[int, int]:
    unit = 1 if tile.width == ROWS else HOUR
    return tile.low * unit, tile.high * unit


def times(found: list[Tile], second: int) -> int:
    """How often the tiles count a second."""
    return sum(tile.sign for tile in found if span(tile)[0] <= second < span(tile)[1])


def critical(found: list[Tile], *more: int) -> set[int]:
    borders = {border for tile in found for border in span(tile)} | {*more}
    return {border + beside for border in borders for beside in (-1, 0, 1)}


@given(moments, moments)
def test_every_second_of_a_period_counts_once_and_no_other(start: int, end: int) -> None:
    found = tiles(start, end)
    for second in critical(found, start, end):
        assert times(found, second) == (start <= second < end)


@given(moments, moments)
def test_tallies_are_whole_and_few(start: int, end: int) -> None:
    found = tiles(start, end)
    assert all(tile.low < tile.high for tile in found)
    assert all(tile.low % tile.width == tile.high % tile.width == 0 for tile in found if tile.width)
    per = dict.fromkeys((ROWS, *WIDTHS), 0)
    for tile in found:
        per[tile.width] += (tile.high - tile.low) // max(tile.width, 1)
    assert per[ROWS] <= HOUR
    assert per[1] <= 24
    assert per[24] <= 32


@given(moments, moments, moments, edges)
def test_periods_side_by_side_count_what_both_are_together(
    one: int, two: int, three: int, edge: int
) -> None:
    start, between, end = sorted((one, two, three))
    left, right, whole = (
        tiles(start, between, edge),
        tiles(between, end, edge),
        tiles(start, end, edge),
    )
    for second in critical([*left, *right, *whole]):
        assert times(left, second) + times(right, second) == times(whole, second)


@given(moments, moments, stretches)
def test_tallies_of_a_stretch_and_the_rows_outside_add_up(
    start: int, end: int, tallied: Stretch
) -> None:
    scope = Scope(tallied=tallied)
    outside = scope.outside(start, end)
    assert len(outside) <= 2
    assert all((tile.sign, tile.width) == (1, ROWS) for tile in outside)
    found = scope.tiles(start, end)
    tallies = [tile for tile in found if tile.width != ROWS]
    rows = [tile for tile in found if tile.width == ROWS]
    for second in critical(found, start, end, *tallied):
        inside = tallied.low <= second < tallied.high
        told = times(rows, second) + (times(tallies, second) if inside else 0)
        assert told == (start <= second < end)


@given(moments, moments)
def test_where_nothing_is_tallied_all_is_rows_and_else_all_as_ever(start: int, end: int) -> None:
    rows = [Tile(1, ROWS, start, end)] if start < end else []
    assert Scope(tallied=NONE).tiles(start, end) == rows
    assert Scope(tallied=ALL).tiles(start, end) == tiles(start, end)


@given(moments, moments, edges.filter(bool))
def test_no_row_is_asked_for_that_was_dropped(start: int, end: int, edge: int) -> None:
    found = tiles(start, end, edge)
    assert all(tile.low >= edge for tile in found if tile.width == ROWS)
    for second in critical(found, start, end):
        if second >= edge:
            assert times(found, second) == (start <= second < end)


def test_half_an_hour_before_the_edge_is_rounded_to_the_nearest_hour() -> None:
    edge = 100 * HOUR
    assert tiles(10 * HOUR + 1799, 12 * HOUR + 1801, edge) == tiles(10 * HOUR, 13 * HOUR)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 0, []),
        (5, 3, []),
        (10, 20, [(1, 0, 10, 20)]),
        (0, HOUR, [(1, 1, 0, 1)]),
        (0, 86_400, [(1, 24, 0, 24)]),
        (HOUR, 86_400, [(-1, 1, 0, 1), (1, 24, 0, 24)]),
        (-10, BLOCK + 20, [(1, 0, -10, 0), (1, 768, 0, 768), (1, 0, BLOCK, BLOCK + 20)]),
    ],
)
def test_examples(start: int, end: int, expected: list[tuple[int, ...]]) -> None:
    assert [tuple(tile) for tile in tiles(start, end)] == expected


@given(st.integers(0, 10**7), st.lists(st.integers(HOUR, 10**6), max_size=20))
def test_rounding_moves_only_the_borders_between(first: int, lengths: list[int]) -> None:
    cuts = list(pairwise(accumulate([first, *lengths])))
    found = rounded(cuts, HOUR)
    assert len(found) == len(cuts)
    if cuts:
        assert (found[0][0], found[-1][1]) == (cuts[0][0], cuts[-1][1])
    assert all(before[1] == after[0] for before, after in pairwise(found))
    assert all(end % HOUR == 0 for _, end in found[:-1])
    assert all(abs(new[1] - old[1]) <= HOUR // 2 for new, old in zip(found, cuts, strict=True))
