from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.vantio.errors import Limited, Stopped
from bot.vantio.limits import Window
from bot.vantio.pace import Pace

NEVER = Event()


def went(pace: Pace, longest: float = 60.0) -> float:
    """When a request was let go."""
    with pace.turn(NEVER, longest=longest):
        return time.monotonic()


def remain(requests: float, wait: float | None = 60.0, name: str = "a") -> list[Window]:
    return [Window(name, requests, wait)]


def is_open(pace: Pace) -> bool:
    """Whether a request may go now."""
    stop = Event()
    stop.set()
    try:
        with pace.turn(stop, longest=10**9):
            return True
    except Stopped:
        return False


def test_nothing_goes_before_the_time_that_is_named() -> None:
    pace = Pace()
    pace.heed((), 0.2)
    named = pace.not_before

    assert named > time.monotonic()
    with ThreadPoolExecutor(4) as threads:
        assert min(threads.map(lambda _: went(pace), range(4))) >= named
    assert pace.not_before == 0


def test_a_time_that_is_named_holds_for_who_waits_already() -> None:
    pace = Pace()
    pace.heed((), 0.15)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(went, pace)
        pace.heed((), 0.3)
        named = pace.not_before
        assert waiting.result() >= named


def test_an_earlier_time_lifts_no_later_one() -> None:
    pace = Pace()
    pace.heed((), 30)
    later = pace.not_before
    pace.heed((), 1)

    assert pace.not_before == later


def test_a_wait_ends_when_it_is_to_stop() -> None:
    pace, stop = Pace(), Event()
    pace.heed((), 50)
    threading.Timer(0.1, stop.set).start()
    began = time.monotonic()
    with pytest.raises(Stopped), pace.turn(NEVER, stop, longest=60):
        raise AssertionError

    assert time.monotonic() - began < 10


def test_a_time_too_far_away_is_refused_at_once() -> None:
    pace = Pace()
    pace.heed((), 3600)
    with pytest.raises(Limited) as caught, pace.turn(NEVER, longest=60):
        raise AssertionError

    assert caught.value.retry_after == pytest.approx(3600, abs=5)
    assert not caught.value.permanent


def test_no_more_are_under_way_than_remain() -> None:
    pace = Pace()
    with pace.turn(NEVER, longest=60):
        pace.heed(remain(2))
    with ExitStack() as flights:
        flights.enter_context(pace.turn(NEVER, longest=60))
        assert is_open(pace)
        flights.enter_context(pace.turn(NEVER, longest=60))
        assert not is_open(pace)
    assert is_open(pace)


def test_what_was_not_answered_counts_as_taken() -> None:
    pace = Pace()
    with pace.turn(NEVER, longest=60):
        pace.heed(remain(2))
    for _ in range(2):
        assert is_open(pace)
        pace.heed(())
    assert not is_open(pace)
    assert pace.not_before > 0


def test_each_window_counts() -> None:
    pace = Pace()
    pace.heed([*remain(5, 60, "minute"), *remain(0, 900, "day")])

    assert pace.not_before > time.monotonic() + 800


def test_answers_out_of_order_lift_nothing() -> None:
    pace = Pace()
    with pace.turn(NEVER, longest=60):
        pace.heed(remain(3))
    with pace.turn(NEVER, longest=60):
        with pace.turn(NEVER, longest=60):
            pace.heed(remain(1))
        pace.heed(remain(2))  # counted before the other, answered after it
    with pace.turn(NEVER, longest=60):
        assert not is_open(pace)


def test_after_a_reset_one_request_finds_out() -> None:
    pace = Pace()
    pace.heed(remain(0, 0.05))
    went(pace)
    with pace.turn(NEVER, longest=60):
        assert not is_open(pace)
        pace.heed(remain(7))
    with ExitStack() as flights:
        for _ in range(7):
            assert is_open(pace)
            flights.enter_context(pace.turn(NEVER, longest=60))
        assert not is_open(pace)


def test_the_first_answer_after_a_reset_counts_whatever_else_is_under_way() -> None:
    pace = Pace()
    pace.heed(remain(2, 0.05))
    with pace.turn(NEVER, longest=60), pace.turn(NEVER, longest=60):
        time.sleep(0.1)
        assert not is_open(pace)
        pace.heed(remain(7, 30))
        assert is_open(pace)


def test_without_a_reset_one_may_always_try() -> None:
    pace = Pace()
    pace.heed(remain(0, None))

    assert pace.not_before == 0
    assert is_open(pace)
    with pace.turn(NEVER, longest=60):
        assert not is_open(pace)


class Limiter:
    """A model of the other side: a fixed quota, which counts before it answers."""

    def __init__(self, quota: int, length: float) -> None:
        self.quota, self.length = quota, length
        self.lock = threading.Lock()
        self.began, self.used, self.most = time.monotonic(), 0, 0

    def count(self) -> tuple[float, float]:
        """What remains, and until when."""
        with self.lock:
            now = time.monotonic()
            if now >= self.began + self.length:
                self.began, self.used = now, 0
            self.used += 1
            self.most = max(self.most, self.used)
            return self.quota - self.used, self.began + self.length


@settings(max_examples=8)
@given(quota=st.integers(1, 9), slowness=st.lists(st.floats(0, 0.01), min_size=40, max_size=40))
def test_a_quota_is_never_exceeded_however_late_answers_come(
    quota: int, slowness: list[float]
) -> None:
    pace, other = Pace(), Limiter(quota, 0.15)

    def ask(late: float) -> None:
        with pace.turn(NEVER, longest=60):
            remaining, until = other.count()
            time.sleep(late)
            # The end is told as late as it is known here: a moment early would be the teller's lie.
            pace.heed(remain(remaining, max(until - time.monotonic(), 0) + 0.001))

    ask(0)  # how much remains is known from the first answer on
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ask, slowness))

    assert other.most <= quota
