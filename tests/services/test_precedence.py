from __future__ import annotations

from threading import Event, Thread

import pytest

from bot.services.precedence import Precedence

LONG = 20.0


def test_nobody_waits_at_first() -> None:
    assert Precedence().give_way(LONG)


def test_way_is_given_until_the_last_has_what_they_wait_for() -> None:
    precedence, gone = Precedence(), Event()

    def give_way() -> None:
        assert precedence.give_way(LONG)
        gone.set()

    with precedence.taken(), precedence.taken():
        giving = Thread(target=give_way)
        giving.start()
        assert not gone.wait(0.05)
    assert gone.wait(LONG)
    giving.join()


def test_way_is_not_given_for_ever() -> None:
    precedence = Precedence()
    with precedence.taken():
        assert not precedence.give_way(0.01)


def test_a_failure_ends_the_waiting() -> None:
    precedence = Precedence()
    with pytest.raises(ZeroDivisionError), precedence.taken():
        _ = 1 / 0
    assert precedence.give_way(0)
