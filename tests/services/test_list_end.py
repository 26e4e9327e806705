from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.services.list_end import EndSearch


def searched(search: EndSearch, entries: int, stride: int, cap: int | None = None) -> list[int]:
    """The pages that were looked at, with a list that has so many entries."""
    looked: list[int] = []
    while pages := search.look():
        assert pages == sorted(set(pages) - set(looked))
        for page in pages:
            search.saw(page, max(0, min(cap or stride, entries - page * stride)))
        looked += pages
        assert len(looked) < 100
    return looked


@given(
    entries=st.integers(0, 10**7),
    stride=st.integers(1, 100),
    guess=st.just(0) | st.integers(0, 10**7),
)
@example(entries=0, stride=100, guess=0)
@example(entries=1, stride=100, guess=0)
@example(entries=100_000, stride=100, guess=0)
def test_the_end_is_found_with_few_looks_in_vain(entries: int, stride: int, guess: int) -> None:
    search = EndSearch(stride, guess)
    looked = searched(search, entries, stride)
    in_vain = [page for page in looked if page * stride >= entries]

    assert len(in_vain) <= 6
    assert len(looked) <= 40


@pytest.mark.parametrize("pages", [1, 2, 3, 5, 17, 65, 100, 257, 999, 1000, 1001, 1025, 10_000])
def test_the_end_is_known_about(pages: int) -> None:
    search = EndSearch(100)
    searched(search, pages * 100, 100)

    assert abs(search.end - pages * 100) <= max(100, pages * 100 * 0.25)


@pytest.mark.parametrize("entries", [1, 99, 100, 101, 150, 250])
def test_a_short_list_is_known_exactly(entries: int) -> None:
    search = EndSearch(100)
    searched(search, entries, 100)

    assert search.end == entries


def test_a_good_guess_is_as_good_as_knowing() -> None:
    search = EndSearch(100, 100_020)

    assert searched(search, 100_050, 100) == [0, 1000, 1001]
    assert search.end == 100_050


def test_pages_that_are_all_short_end_no_list() -> None:
    search = EndSearch(100)
    searched(search, 100_000, 100, cap=50)

    assert search.end > 90_000


def test_a_list_without_end_is_given_up() -> None:
    search = EndSearch(100)
    while pages := search.look():
        for page in pages:
            search.saw(page, 100)

    assert search.end > 10**9


def test_an_empty_page_with_more_behind_it_is_not_the_end() -> None:
    search = EndSearch(100)
    while pages := search.look():
        for page in pages:
            search.saw(page, 100 if page < 900 and page != 64 else 0)

    assert abs(search.end - 90_000) < 9000
