"""Letting what people wait for go first."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Condition
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Precedence:
    """Knows whether somebody waits for something; usable from several threads."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._waiting = 0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Inside the block somebody waits."""
        with self._changed:
            self._waiting += 1
        try:
            yield
        finally:
            with self._changed:
                self._waiting -= 1
                self._changed.notify_all()

    def give_way(self, longest: float) -> bool:
        """Wait until nobody waits, but no longer than so many seconds; whether nobody does."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, longest)
