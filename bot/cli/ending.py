"""Ending when a supervisor or a terminal says so."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_LOOK_SECONDS = 0.5


class Told(BaseException):
    """The program was told to end."""


class End:
    """Handles signals: the first raises `Told` in whatever the main thread does.

    While the program ends, another changes nothing.
    """

    def __init__(self) -> None:
        self._told = False

    def __call__(self, *_: object) -> None:
        """Heed a signal."""
        if not self._told:
            self._told = True
            raise Told

    def wait(self) -> NoReturn:
        """Wait for a signal, or find that one has come before."""
        # A wait that begins just as a signal comes is not interrupted by it, and an exception that
        # is raised while an object is finalized goes no further: one long wait might never end.
        while not self._told:
            time.sleep(_LOOK_SECONDS)
        raise Told


@contextmanager
def heeding() -> Iterator[End]:
    """Let a signal end the block, whatever it waits for."""
    end = End()
    before = [(each, signal.signal(each, end)) for each in _SIGNALS]
    try:
        with suppress(Told):
            yield end
    finally:
        for each, handler in before:
            signal.signal(each, handler)
