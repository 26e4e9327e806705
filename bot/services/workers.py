"""Threads that never hold up the end of the program, as those of `concurrent.futures` do."""

from __future__ import annotations

from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Workers:
    """Up to so many daemon threads, each started when there is work for it.

    Calls may come from several threads, but not at the same time.
    """

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._work: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._threads: list[Thread] = []

    def submit(self, work: Callable[[], object]) -> None:
        """Let a thread do this, after what was submitted before; it may not raise."""
        self._work.put(work)
        if len(self._threads) < self._most:
            name = f"{self._name}-{len(self._threads)}"
            self._threads.append(Thread(target=self._serve, name=name, daemon=True))
            self._threads[-1].start()

    def close(self) -> None:
        """Wait until everything that was submitted is done; nothing more can be."""
        for _ in self._threads:
            self._work.put(None)
        while self._threads:
            self._threads.pop().join()

    def _serve(self) -> None:
        while (work := self._work.get()) is not None:
            work()
