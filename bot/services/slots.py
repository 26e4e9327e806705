"""How many requests may be under way at once, learned from how they are answered."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Condition
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIRST_WIDTH: Final = 2
# Seconds of waiting in a round of answers from which on the way there takes more than the work.
_LONG: Final = 0.002


class Slots:
    """Slots for requests, two at first; usable from several threads.

    Args:
        most: How many there will be if all goes well, at least 1.

    Attributes:
        width: How many requests may be under way now. More may be just after it was narrowed.
        narrowings: How often it was narrowed so far.
    """

    def __init__(self, most: int) -> None:
        self._changed = Condition()
        self._most = most
        self._taken = 0
        self._urgent = 0
        self._good = 0
        self._waited = 0.0
        self.width = min(_FIRST_WIDTH, most)
        self.narrowings = 0

    @contextmanager
    def one(self, *, urgent: bool = False) -> Iterator[int]:
        """Wait for a slot, before all others if it is `urgent`, and have it inside the block.

        Yields:
            How often the width had been narrowed when the slot was free.
        """
        with self._changed:
            self._urgent += urgent
            self._changed.wait_for(lambda: self._is_free(urgent=urgent))
            self._urgent -= urgent
            self._taken += 1
            since = self.narrowings
            self._changed.notify_all()  # those who let the urgent one pass
        try:
            yield since
        finally:
            with self._changed:
                self._taken -= 1
                self._changed.notify_all()

    def narrow_to_one(self) -> None:
        """Let one request after the other be under way from now on."""
        with self._changed:
            self._narrow(1)

    def failed(self, since: int, *, refused: bool) -> None:
        """Note trouble: half as many from now on if it was `refused`, or else one.

        Requests that had been narrowed `since` times, but less often than now, change nothing:
        they are of those that narrowed it already.
        """
        with self._changed:
            if since == self.narrowings:
                self._narrow(self.width // 2 if refused else 1)

    def answered(self, since: int, waited: float) -> None:
        """Note a good answer that somebody waited for so many seconds.

        After a round of them there is one slot more if there was much to wait for; one less if
        there was not, since then more would only be in each other's way. What was asked before the
        last of the narrowings tells nothing about how it goes now.
        """
        with self._changed:
            if since == self.narrowings:
                self._good += 1
                self._waited += waited
            if self._good >= self.width:
                step = 1 if self._waited > _LONG else -1
                self._begin_round(min(max(1, self.width + step), self._most))
                self._changed.notify_all()

    def _is_free(self, *, urgent: bool) -> bool:
        return self._taken < self.width and (urgent or not self._urgent)

    def _narrow(self, width: int) -> None:
        self._begin_round(max(1, width))
        self.narrowings += 1

    def _begin_round(self, width: int) -> None:
        self.width = width
        self._good = 0
        self._waited = 0.0
