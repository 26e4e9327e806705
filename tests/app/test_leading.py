from __future__ import annotations

import logging
from itertools import count
from typing import TYPE_CHECKING

import pytest

from bot.app.leading import Leading
from bot.store.database import StoreError
from bot.store.leadership import Term
from bot.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.database import Database


class Told:
    """A leadership that is told what to say."""

    def __init__(self) -> None:
        self.says: Database | StoreError | None = None

    def store(self) -> Database | None:
        if isinstance(self.says, StoreError):
            raise self.says
        return self.says

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def database() -> Iterator[Database]:
    opened = open_store("sqlite:///:memory:")
    yield opened
    opened.close()


def test_each_term_has_duties_of_its_own(database: Database) -> None:
    told, numbers = Told(), count(1)
    leading = Leading(told, lambda _: next(numbers))
    terms = [Term(database, number) for number in (1, 2)]
    for says, duties in ((None, None), (terms[0], 1), (terms[0], 1), (None, None), (terms[1], 2)):
        told.says = says
        leading.look()
        assert leading.begin() == duties
        assert leading.duties == duties


def test_the_duties_of_a_term_are_not_those_of_the_next(database: Database) -> None:
    told = Told()
    leading = Leading(told, lambda store: store)
    told.says = Term(database, 1)
    leading.look()
    leading.begin()
    told.says = Term(database, 2)
    leading.look()
    assert leading.duties is None
    assert leading.begin() is told.says


def test_trouble_ends_the_duties_and_is_told_once(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    told = Told()
    leading = Leading(told, lambda store: store)
    with caplog.at_level(logging.ERROR, "bot"):
        for _ in range(2):
            told.says = database
            leading.look()
            assert leading.begin() is database
            told.says = StoreError("The server is gone.")
            for _ in range(3):
                leading.look()
                assert leading.begin() is None
    said = [each.getMessage() for each in caplog.records]
    assert said == ["Who leads is unknown: The server is gone."] * 2


def test_what_can_not_be_made_now_is_made_later(database: Database) -> None:
    told, broken = Told(), [True]

    def make(store: Database) -> Database:
        if broken:
            raise StoreError("not now")
        return store

    leading = Leading(told, make)
    told.says = database
    leading.look()
    with pytest.raises(StoreError):
        leading.begin()
    assert leading.duties is None
    broken.clear()
    assert leading.begin() is database
