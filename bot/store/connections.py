"""One connection a thread, for databases whose connections can't be shared."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Condition, Thread, current_thread
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from bot.store.database import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# How long (in seconds) closing waits for those that are in use.
_PATIENCE = 0.5


class _Closable(Protocol):
    def close(self) -> None: ...


Connection = TypeVar("Connection", bound=_Closable)


class Connections(Generic[Connection]):
    """Connects each thread when it first asks, and tidies up after threads that ended."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._of: dict[Thread, Connection] = {}
        self._lock = Condition()
        self._using: set[Thread] = set()
        self._closed = False

    def mine(self) -> Connection:
        """This thread's connection, made where it has none.

        Raises:
            StoreError: after `close`.
        """
        return self._of.get(current_thread()) or self._made()

    @contextmanager
    def used(self) -> Iterator[Connection]:
        """This thread's connection, which `close` leaves alone inside the block.

        Raises:
            StoreError: after `close`.
        """
        with self._lock:
            self._using.add(current_thread())
        try:
            yield self.mine()
        finally:
            with self._lock:
                self._using.discard(current_thread())
                self._lock.notify_all()

    def drop(self) -> None:
        """Close this thread's connection; the next `mine` makes another."""
        with self._lock:
            found = self._of.pop(current_thread(), None)
        if found is not None:
            found.close()

    def close(self) -> None:
        """Close all of them; closing twice is fine.

        Those in use are waited for, but not for long: one that is still in use then stays open,
        since SQLite crashes when a connection is closed under a query.
        """
        with self._lock:
            self._closed = True
            self._lock.wait_for(lambda: self._using <= {current_thread()}, _PATIENCE)
            others = self._using - {current_thread()}
            found = [each for thread, each in self._of.items() if thread not in others]
            self._of.clear()
        for each in found:
            each.close()

    def _made(self) -> Connection:
        if self._closed:
            raise StoreError("The store was closed; open it again.", permanent=True)
        made = self._connect()
        with self._lock:
            for ended in [each for each in self._of if not each.is_alive()]:
                self._of.pop(ended).close()
            self._of[current_thread()] = made
        return made
