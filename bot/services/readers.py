"""Answering in processes of their own, so that a rush of questions leaves this one free to listen.

Python computes in one thread of a process at a time: here, every answer that is read would hold up
those who ask next, and reading beside reading takes longer than one after the other.
"""

from __future__ import annotations

import logging
import os
import signal
import traceback
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from multiprocessing import get_context
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from typing import TypeAlias

    from bot.domain.sight import Sight
    from bot.slack.message import Message

    # Answers words as of a time in UTC seconds, with the channels that are in sight.
    Read: TypeAlias = Callable[[str, int, Sight], Message]

logger = logging.getLogger(__name__)

# One more would have to share a processor with this process or with another reader.
_MOST = 2
# A start has enough to do, and a bot that is ended at once needs no readers.
_AFTER_SECONDS = 2.0
# For how long a question waits where all readers are busy with ones that take their time.
_PATIENCE_SECONDS = 1.0
# Nothing is inherited, and so nothing of this process is kept open by another.
_PROCESSES = get_context("spawn")


class Readers:
    """Processes that answer words; where none is ready or free, words are answered `here`.

    Usable from several threads. `start` them once, and `close` them in the end.
    """

    def __init__(self, here: Read, make: Callable[[], Read], after: float = _AFTER_SECONDS) -> None:
        """`make` opens what answers in another process, which must be able to receive it.

        A process is started `after` so many seconds.
        """
        self._here = here
        self._make = make
        self._after = after
        self._most = min(_MOST, os.cpu_count() or 1)
        self._alive: set[_Reader] = set()
        self._free = _Free()
        self._starting = Lock()
        self._closed = Event()

    def start(self) -> None:
        """Start the processes that are not there, in the background."""
        Thread(target=self._start, name="readers", daemon=True).start()

    def read(self, words: str, now: int, sight: Sight) -> Message:
        """The answer as of `now` (UTC seconds), with what is in `sight`; raises as reading does."""
        reader = self._take()
        if reader is None:
            return self._here(words, now, sight)
        try:
            answer = reader.ask(words, now, sight)
        except (EOFError, OSError):
            self._lose(reader)
            return self._here(words, now, sight)
        self._give_back(reader)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """Let the processes end; one that is reading does so first."""
        self._closed.set()
        while reader := self._free.take(0):
            reader.close()

    def _start(self) -> None:
        self._closed.wait(self._after)
        with self._starting:
            for _ in range(self._most - len(self._alive)):
                if not self._closed.is_set():
                    self._start_one()

    def _start_one(self) -> None:
        try:
            reader = _Reader(self._make)
        except Exception as error:  # noqa: BLE001 - whatever it was, words are answered here
            logger.warning("A process for answers could not be started: %s", error)
            return
        self._alive.add(reader)
        self._give_back(reader)

    def _take(self) -> _Reader | None:
        if self._closed.is_set() or not self._alive:
            return None
        return self._free.take(_PATIENCE_SECONDS)

    def _give_back(self, reader: _Reader) -> None:
        self._free.put(reader)
        if self._closed.is_set():
            self.close()

    def _lose(self, reader: _Reader) -> None:
        """Put another in the place of one that has ended."""
        self._alive.discard(reader)
        reader.close()
        if not self._closed.is_set():
            logger.warning("A process for answers has ended; another one is started.")
            self.start()


class _Free:
    """Readers that are free: those who wait for one get it in the order in which they came."""

    def __init__(self) -> None:
        self._readers: list[_Reader] = []
        self._turns: deque[Future[_Reader]] = deque()
        self._lock = Lock()

    def put(self, reader: _Reader) -> None:
        """Hand it to whoever has waited for longest, or keep it for the next."""
        with self._lock:
            if self._turns:
                self._turns.popleft().set_result(reader)
            else:
                self._readers.append(reader)

    def take(self, patience: float) -> _Reader | None:
        """The one that was used last; None where so many seconds pass without any."""
        with self._lock:
            if self._readers:
                return self._readers.pop()
            turn: Future[_Reader] = Future()
            self._turns.append(turn)
        with suppress(TimeoutError):
            return turn.result(patience)
        with self._lock:
            if turn.done():
                return turn.result()
            self._turns.remove(turn)
            return None


class _Reader:
    """A process that answers, as this one sees it; for one thread at a time."""

    def __init__(self, make: Callable[[], Read]) -> None:
        """Start it and wait until it is ready; raises what keeps it from being so."""
        self._pipe, there = _PROCESSES.Pipe()
        with there:
            _PROCESSES.Process(target=_serve, args=(there, make), name="reader").start()
        if failure := self._first_word():
            raise failure

    def ask(self, words: str, now: int, sight: Sight) -> Message | Exception:
        """What it answers or fails with; raises EOFError or OSError where it is no more."""
        self._pipe.send((words, now, sight))
        answer: Message | Exception = self._pipe.recv()
        return answer

    def close(self) -> None:
        """Let it end."""
        self._pipe.close()

    def _first_word(self) -> Exception | None:
        """What keeps it from answering, None where it is ready."""
        try:
            failure: Exception | None = self._pipe.recv()
        except (EOFError, OSError):
            return ChildProcessError("It ended at once.")
        return failure


def _serve(pipe: Connection, make: Callable[[], Read]) -> None:
    """What a reader does: answer what comes through the pipe until its other end is closed."""
    # Whoever ends the program ends the process at the other end, and so this one.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    with suppress(EOFError, OSError), pipe:
        try:
            read = make()
        except Exception as error:  # noqa: BLE001 - it is raised at the other end
            pipe.send(_explained(error))
            return
        pipe.send(None)
        while True:
            pipe.send(_answer(read, *pipe.recv()))


def _answer(read: Read, words: str, now: int, sight: Sight) -> Message | Exception:
    try:
        return read(words, now, sight)
    except Exception as error:  # noqa: BLE001 - it is raised at the other end
        return _explained(error)


def _explained(error: Exception) -> Exception:
    """The error, with where it was raised, which it would lose on its way."""
    error.add_note("".join(traceback.format_exception(error)))
    return error
