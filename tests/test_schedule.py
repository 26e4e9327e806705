from __future__ import annotations

import logging
import threading
import time
from threading import Event
from typing import TYPE_CHECKING

from bot.schedule import Clock, Tick

if TYPE_CHECKING:
    import pytest

HOUR = 3600
GRACE = 10


def nothing() -> None:
    """Do nothing."""


def test_the_first_poll_is_at_once_and_the_only_one_at_a_time() -> None:
    running, most, begun, go_on = [], [], Event(), Event()

    def poll() -> None:
        running.append(1)
        most.append(len(running))
        if len(most) > 1:
            begun.set()
        go_on.wait(1.5)
        running.pop()

    clock = Clock(Tick("poll", poll, 1))
    clock.start()
    assert begun.wait(20)
    go_on.set()
    assert clock.stop(GRACE)
    assert max(most) == 1


def test_nothing_ticks_after_the_end_and_what_runs_is_waited_for() -> None:
    begun, done = Event(), Event()

    def poll() -> None:
        begun.set()
        time.sleep(0.3)
        done.set()

    clock = Clock(Tick("poll", poll, HOUR))
    clock.start()
    assert begun.wait(10)
    assert clock.stop(GRACE)
    assert done.is_set()
    assert clock.stop(GRACE)


def test_a_job_that_never_ends_is_left_alone_and_holds_nothing_up() -> None:
    begun, never = Event(), Event()

    def poll() -> None:
        begun.set()
        never.wait()

    clock = Clock(Tick("poll", poll, HOUR))
    clock.start()
    assert begun.wait(10)
    assert not clock.stop(0.1)
    workers = [each for each in threading.enumerate() if each.name.startswith("clock-")]
    assert workers
    assert all(each.daemon for each in workers)
    never.set()


def test_it_may_be_stopped_before_it_starts() -> None:
    assert Clock(Tick("poll", nothing, HOUR)).stop(GRACE)


def test_a_job_that_fails_is_logged_and_called_again(caplog: pytest.LogCaptureFixture) -> None:
    calls, twice = [], Event()

    def poll() -> None:
        calls.append(1)
        if len(calls) > 1:
            twice.set()
        raise RuntimeError("broken")

    with caplog.at_level(logging.ERROR, "bot"):
        clock = Clock(Tick("poll", poll, 1))
        clock.start()
        assert twice.wait(20)
        clock.stop(GRACE)
    ours = [each for each in caplog.records if each.name == "bot.schedule"]
    assert ours[0].getMessage() == "The clock's poll failed."
    assert ours[0].exc_info
