"""Answering apart from listening, so that no acknowledgement waits for an answer."""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from bot.listeners.failures import apology
from bot.listeners.showing import show
from bot.services.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import Ack, BoltResponse, Respond

    from bot.services.precedence import Precedence
    from bot.services.readers import Read
    from bot.slack.message import Message

# So many are looked up at once, more than there are readers, because some take their time; showing
# waits for Slack.
_LOOKERS, _SHOWERS = 4, 32
# So many different questions in line are a rush; then an answer will do that is so old. One that is
# no longer so new is read again for those who ask next.
_RUSH, _FRESH_SECONDS, _NEW_SECONDS = 4, 15, 9


class _Read(NamedTuple):
    at: int
    message: Message


def at_once(ack: Ack, next_: Callable[[], BoltResponse]) -> BoltResponse:
    """Middleware: acknowledge before the listener gets its turn, which may take a while."""
    ack()
    return next_()


class Answers:
    """Answers questions in the order in which they come, and the same ones together.

    Who asks what others wait for shares their answer, which is read later than all of them asked.
    In a rush one that was read a moment ago is shared as well, so that a rush costs no more than
    its different questions do, however many ask them; and it is read again before it is too old,
    so that it need not be waited for again.
    """

    def __init__(self, read: Read, precedence: Precedence, clock: Callable[[], int]) -> None:
        self._read_answer = read
        self._precedence = precedence
        self._clock = clock
        self._lookers = Workers(_LOOKERS, "looker")
        self._showers = Workers(_SHOWERS, "shower")
        self._waiting: dict[str, list[Respond]] = {}
        self._read: dict[str, _Read] = {}
        self._lock = Lock()

    def ask(self, words: str, respond: Respond) -> None:
        """Answer soon, through `respond`."""
        with self._lock:
            read = self._read.get(words)
            if read and self._rush() and self._younger(read, _FRESH_SECONDS):
                self._showers.submit(partial(show, respond, read.message))
                if not self._younger(read, _NEW_SECONDS):
                    self._line_up(words)
            else:
                self._line_up(words).append(respond)

    def _line_up(self, words: str) -> list[Respond]:
        """Those who wait for the next reading of a question, which is put in line if it is not."""
        if words not in self._waiting:
            self._waiting[words] = []
            self._lookers.submit(self._answer)
        return self._waiting[words]

    def _answer(self) -> None:
        with self._precedence.taken():
            with self._lock:
                words, asked = self._next()
            message = self._look_up(words)
            with self._lock:
                for respond in asked:
                    self._showers.submit(partial(show, respond, message))

    def _next(self) -> tuple[str, list[Respond]]:
        """The first question that somebody waits for; what is only read again comes after all."""
        line = self._waiting
        words = next((words for words, asked in line.items() if asked), next(iter(line)))
        return words, line.pop(words)

    def _look_up(self, words: str) -> Message:
        """The answer, kept for others, or an apology, which is for those alone who wait now."""
        now = self._clock()
        try:
            message = self._read_answer(words, now)
        except Exception as error:  # noqa: BLE001 - whatever it was, people wait for an answer
            return apology(error)
        with self._lock:
            self._forget()
            self._read[words] = _Read(now, message)
        return message

    def _rush(self) -> bool:
        return len(self._waiting) >= _RUSH

    def _younger(self, read: _Read, most: int) -> bool:
        return self._clock() - read.at <= most

    def _forget(self) -> None:
        for words in [w for w, old in self._read.items() if not self._younger(old, _FRESH_SECONDS)]:
            del self._read[words]
