from __future__ import annotations

from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING

import pytest

from bot.services.pulse import Asked, Pulse, complaints
from bot.store.database import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.database import Database, Transaction


class Hanging:
    """A store that does not answer until it is told to."""

    def __init__(self, database: Database) -> None:
        self.name, self.dialect = database.name, database.dialect
        self.write, self.close = database.write, database.close
        self._database = database
        self.answers = Event()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        self.answers.wait()
        with self._database.read() as tx:
            yield tx


def one(tx: Transaction) -> int:
    return int(tx.rows("select 1")[0][0])


def test_a_part_that_shows_no_sign_of_life_for_too_long() -> None:
    now = [0.0]
    pulse = Pulse({"poll": 100, "deliver": 10}, lambda: now[0])
    now[0] = 10
    assert pulse.silent() == []
    now[0] = 11
    assert pulse.silent() == ["deliver"]
    pulse.beat("deliver")
    assert pulse.silent() == []
    now[0] = 200
    assert pulse.silent() == ["poll", "deliver"]


def test_a_job_shows_signs_of_life_even_if_it_fails() -> None:
    now = [0.0]
    pulse = Pulse({"poll": 10}, lambda: now[0])

    def job() -> None:
        assert pulse.silent() == []
        now[0] += 50
        assert pulse.silent() == ["poll"]
        raise ValueError("so be it")

    now[0] = 50
    with pytest.raises(ValueError, match="so be it"):
        pulse.around("poll", job)()
    assert pulse.silent() == []


def test_a_store_that_answers(database: Database) -> None:
    asked = Asked(database, 5)
    assert [asked.read(one) for _ in range(3)] == [1, 1, 1]
    assert complaints(Pulse({}), asked) == []


def test_a_store_that_hangs_holds_up_nobody_and_comes_back(store: Database) -> None:
    hanging = Hanging(store)
    asked = Asked(hanging, 0.05)
    for _ in range(3):
        with pytest.raises(StoreError, match="does not answer"):
            asked.read(one)
    (said,) = complaints(Pulse({}), asked)
    assert said == "The store does not answer. The log says why."
    hanging.answers.set()
    assert asked._last
    asked._last.result(10)
    assert asked.read(one) == 1


def test_what_the_store_refuses_is_raised(store: Database) -> None:
    with pytest.raises(StoreError, match="nothing_of_that_name"):
        Asked(store, 5).read(lambda tx: tx.rows("select * from nothing_of_that_name"))


def test_a_clock_that_stands_still_is_told(store: Database) -> None:
    pulse = Pulse({"poll": 9}, iter([0.0, 10.0]).__next__)
    assert complaints(pulse, Asked(store, 5)) == [
        "The clock stands still: no sign of life from its poll. Restart the bot."
    ]
