"""What came of the requests so far, for whoever watches."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from bot.vantio.errors import VantioError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Outcomes:
    """Counts requests by what came of them, from several threads."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter(ok=0)
        self._lock = Lock()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count the request that the block makes."""
        outcome = "ok"
        try:
            yield
        except VantioError as error:
            outcome = type(error).__name__.lower()
            raise
        finally:
            with self._lock:
                self._counts[outcome] += 1

    def so_far(self) -> dict[str, int]:
        """How many there were of each: `ok`, or the name of the error."""
        with self._lock:
            return dict(self._counts)
