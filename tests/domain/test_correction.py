from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import leaderboard
from bot.domain.correction import Correction, Figures

scans = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 30))


def figures(scans: dict[str, int]) -> Figures:
    rows = leaderboard.rank([(id_, id_, n) for id_, n in scans.items()], None, 5)
    return Figures(sum(scans.values()), tuple(rows))


def corrected(told: dict[str, int], now: dict[str, int], deleted: int = 0) -> Correction:
    return Correction(figures(told), figures(now), deleted)


@pytest.mark.parametrize(
    ("told", "now", "matters"),
    [
        (100, 105, True),
        (100, 104, False),
        (101, 106, False),
        (101, 107, True),
        (100, 95, True),
        (4, 9, True),
        (4, 8, False),
        (0, 5, True),
        (0, 4, False),
        (5, 0, True),
    ],
)
def test_five_scans_and_five_percent_matter(told: int, now: int, matters: bool) -> None:  # noqa: FBT001 - a table
    found = Correction(Figures(told, ()), Figures(now, ()))
    assert found.matters == matters


@pytest.mark.parametrize(
    ("told", "now", "changed"),
    [
        ({"a": 9, "b": 8, "c": 7}, {"a": 9, "b": 8, "c": 7}, ()),
        ({"a": 9, "b": 8, "c": 7}, {"a": 9, "b": 10, "c": 7}, (1, 2)),
        ({"a": 9, "b": 8, "c": 7, "d": 6}, {"a": 9, "b": 8, "c": 7, "d": 8}, (3,)),
        ({"a": 9, "b": 8, "c": 7, "d": 6}, {"a": 9, "b": 8, "c": 5, "d": 6}, (3,)),
        # Sharing is no loss, nor is the end of it.
        ({"a": 9, "b": 8}, {"a": 9, "b": 9}, ()),
        ({"a": 9, "b": 9}, {"a": 9, "b": 10}, ()),
        # Who was alone on a place and is gone.
        ({"a": 9, "b": 1}, {"a": 9}, (2,)),
        ({"a": 9}, {"a": 9, "b": 1}, ()),
        # Behind the third, nobody minds.
        ({"a": 9, "b": 8, "c": 7, "d": 2, "e": 1}, {"a": 9, "b": 8, "c": 7, "d": 1, "e": 2}, ()),
    ],
)
def test_which_places_changed_hands(
    told: dict[str, int], now: dict[str, int], changed: tuple[int, ...]
) -> None:
    found = corrected(told, now)
    assert found.changed == changed
    assert bool(changed) <= found.matters


@given(scans, scans, st.integers(0, 20))
def test_what_came_and_what_went_add_up(
    told: dict[str, int], now: dict[str, int], deleted: int
) -> None:
    found = corrected(told, now, deleted)
    assert found.told.total + found.late - found.gone == found.now.total
    assert found.late >= 0
    assert found.gone >= 0
    assert found.gone == deleted or found.late == 0


@given(scans)
def test_what_is_as_it_was_holds(told: dict[str, int]) -> None:
    found = corrected(told, told)
    assert found.holds
    assert not found.matters
