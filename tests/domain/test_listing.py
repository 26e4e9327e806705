from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.listing import FAR, Order, Seen, direction, look


def seen(*entries: tuple[str, int] | None) -> Seen:
    """A page of rows, with None for what can't be read."""
    rows = [entry for entry in entries if entry]
    holes = tuple(place for place, entry in enumerate(entries) if not entry)
    return Seen(tuple(id_ for id_, _ in rows), tuple(at for _, at in rows), len(entries), holes)


@pytest.mark.parametrize(
    ("times", "order"),
    [
        ((), Order.UNKNOWN),
        ((5, 5), Order.UNKNOWN),
        ((3, 5, 5), Order.OLDEST),
        ((5, 5, 3), Order.NEWEST),
        ((3, 5, 4), Order.NONE),
    ],
)
def test_the_direction_of_a_page(times: tuple[int, ...], order: Order) -> None:
    assert direction(seen(*(("x", at) for at in times))) is order


def test_a_page_in_the_middle_proves_the_groups_between_its_first_and_its_last() -> None:
    page = seen(("a", 9), ("b", 9), ("c", 7), None, ("d", 7), ("e", 4), ("e", 4), ("f", 3))
    found = look(100, page, Order.NEWEST)
    assert found is not None
    assert [(group.at, set(group.ids), group.surplus) for group in found.whole] == [
        (7, {"c", "d"}, 1),
        (4, {"e"}, 1),
    ]
    assert (found.low, found.high) == (3, 9)
    assert found.marks == ((102, 7), (105, 4), (107, 3))
    assert found.leading is None


def test_the_ends_of_a_list_prove_what_they_show() -> None:
    page = seen(None, ("a", 3), ("b", 5), None)
    found = look(0, page, Order.OLDEST, ends=True)
    assert found is not None
    assert (found.low, found.high, found.leading) == (-FAR, FAR, 1)
    assert [(group.at, group.start, group.surplus) for group in found.whole] == [
        (3, 1, 0),
        (5, 2, 1),
    ]
    assert found.ids == {"a", "b"}


def test_a_page_without_rows_proves_nothing() -> None:
    for page, ends in ((seen(), True), (seen(None, None), False)):
        found = look(0, page, Order.NEWEST, ends=ends)
        assert found is not None
        assert (found.low, found.high, found.whole, found.marks) == (0, 0, (), ())


def test_unreadable_entries_may_be_all_that_is_listed() -> None:
    found = look(0, seen(None, None), Order.NEWEST, ends=True)
    assert found is not None
    assert (found.low, found.high, found.ids, found.leading) == (-FAR, FAR, set(), 2)


def test_a_page_that_contradicts_the_order_is_none() -> None:
    assert look(0, seen(("a", 1), ("b", 2)), Order.NEWEST) is None
    assert look(0, seen(("a", 1), ("b", 1)), Order.NEWEST) is not None


def test_a_page_that_begins_with_junk_is_joined_to_a_known_beginning() -> None:
    page = seen(None, ("a", 5), ("b", 3))
    alone, joined = look(7, page, Order.NEWEST), look(7, page, Order.NEWEST, known={8: 5})
    assert alone is not None
    assert joined is not None
    assert (alone.whole, alone.high) == ((), 5)
    assert ([group.at for group in joined.whole], joined.high) == ([5], 6)


@given(
    times=st.lists(st.integers(0, 8), min_size=1, max_size=30),
    newest=st.booleans(),
    start=st.integers(0, 29),
    size=st.integers(1, 30),
)
def test_what_a_page_proves_is_what_the_list_has_there(
    times: list[int], start: int, size: int, *, newest: bool
) -> None:
    listed = sorted(times, reverse=newest)
    rows = [(f"imp_{place}", at) for place, at in enumerate(listed)]
    part = rows[start : start + size]
    order = Order.NEWEST if newest else Order.OLDEST
    found = look(start, seen(*part), order, ends=start + size >= len(rows))
    assert found is not None
    if part:
        assert found.ids == {id_ for id_, at in rows if found.low < at < found.high}
    for offset, at in found.marks:
        assert rows[offset][1] == at
        assert offset == 0 or rows[offset - 1][1] != at
