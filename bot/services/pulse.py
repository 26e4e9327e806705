"""Whether the bot works, for a platform that restarts what does not.

Vantio or Slack being down is not the bot's fault, and no restart would help: it waits for them.
"""

from __future__ import annotations

import time
from concurrent.futures import Future
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from bot.services.workers import Workers
from bot.store.database import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.store.database import Database, Transaction

SERVER = "posterpulse"  # what answers for the bot calls itself so
_Found = TypeVar("_Found")


class Pulse:
    """When each part of the bot last showed a sign of life.

    Args:
        patience: For how many seconds each part may show none.
        clock: Seconds that go on whatever is done to the time of day.
    """

    def __init__(
        self, patience: Mapping[str, int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._patience = patience
        self._clock = clock
        self._last = dict.fromkeys(patience, clock())

    def beat(self, part: str) -> None:
        """This part lives."""
        self._last[part] = self._clock()

    def around(self, part: str, job: Callable[[], object]) -> Callable[[], None]:
        """The job, with a sign of life before and after."""

        def beating() -> None:
            self.beat(part)
            try:
                job()
            finally:
                self.beat(part)

        return beating

    def silent(self) -> list[str]:
        """The parts from which no sign came for longer than they may be silent."""
        now = self._clock()
        return [part for part, most in self._patience.items() if now - self._last[part] > most]


class Asked:
    """The store, read with a limit of time: one that hangs holds up one thread, and no answer."""

    def __init__(self, database: Database, seconds: float) -> None:
        self._database = database
        self._seconds = seconds
        self._workers = Workers(1, "asked")
        self._lock = Lock()
        self._last: Future[Any] | None = None

    def read(self, work: Callable[[Transaction], _Found]) -> _Found:
        """What `work` finds in the store.

        Raises:
            StoreError: when the store can't be read, or not in time.
        """
        if not self._lock.acquire(timeout=self._seconds):
            raise StoreError("The store does not answer.")
        try:
            return self._answer(work)
        finally:
            self._lock.release()

    def _answer(self, work: Callable[[Transaction], _Found]) -> _Found:
        if self._last and not self._last.done():
            raise StoreError("The store does not answer.")
        future: Future[_Found] = Future()
        self._last = future
        self._workers.submit(lambda: self._fill(future, work))
        try:
            return future.result(self._seconds)
        except TimeoutError:
            raise StoreError("The store does not answer.") from None

    def _fill(self, future: Future[_Found], work: Callable[[Transaction], _Found]) -> None:
        try:
            with self._database.read() as tx:
                found = work(tx)
        except Exception as error:  # noqa: BLE001 - whoever asked is told
            future.set_exception(error)
        else:
            future.set_result(found)


def complaints(pulse: Pulse, store: Asked) -> list[str]:
    """What is wrong in a way that a restart may mend, one sentence each; empty where all is well.

    They go to whoever asks, so they name no host, file or person.
    """
    said = [
        f"The clock stands still: no sign of life from its {part}. Restart the bot."
        for part in pulse.silent()
    ]
    try:
        store.read(lambda tx: tx.rows("select 1"))
    except StoreError:
        said.append("The store does not answer. The log says why.")
    return said
