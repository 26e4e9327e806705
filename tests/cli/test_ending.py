"""A signal ends a program, even one that comes at a bad time."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from bot.cli.ending import heeding

if TYPE_CHECKING:
    from collections.abc import Iterator

SOON = 5  # seconds


@contextmanager
def soon() -> Iterator[None]:
    """See that the block ends soon; one that does not is interrupted in the end."""
    again = threading.Timer(2 * SOON, os.kill, [os.getpid(), signal.SIGTERM])
    again.start()
    began = time.monotonic()
    try:
        yield
    finally:
        again.cancel()
    assert time.monotonic() - began < SOON


@pytest.mark.parametrize("each", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_any_wait(each: signal.Signals) -> None:
    threading.Timer(0.1, os.kill, [os.getpid(), each]).start()
    with soon(), heeding():
        time.sleep(60)


def test_a_signal_that_does_not_interrupt_a_wait_ends_it_soon() -> None:
    # As when it comes just before the wait begins: nothing of the main thread is interrupted.
    def elsewhere() -> None:
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

    threading.Timer(0.1, elsewhere).start()
    with soon(), heeding() as end:
        end.wait()


class Finalized:
    def __del__(self) -> None:
        signal.raise_signal(signal.SIGTERM)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_whose_exception_is_dropped_ends_the_next_wait() -> None:
    with soon(), heeding() as end:
        Finalized()
        end.wait()


def test_another_signal_changes_nothing() -> None:
    ended = False
    with soon(), heeding():
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGINT)
            ended = True
    assert ended
