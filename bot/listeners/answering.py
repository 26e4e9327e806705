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

    from bot.domain.sight import Sight
    from bot.services.precedence import Precedence
    from bot.services.readers import Read
    from bot.slack.message import Message

# So many are looked up at once, more than there are readers, because some take their time; showing
# waits for Slack.
_LOOKERS, _SHOWERS = 4, 32
# So many different questions in line are a rush; then an answer will do that is so old. One that is
# no longer so new is read again for those who ask next.
_RUSH, _FRESH_SECONDS, _NEW_SECONDS = 4, 15, 9


class _Question(NamedTuple):
    words: str
    sight: Sight


class _Read(NamedTuple):
    at: int
    message: Message


def at_once(ack: Ack, next_: Callable[[], BoltResponse]) -> BoltResponse:
    """Middleware: acknowledge before the listener gets its turn, which may take a while."""
    ack()
    return next_()


class Answers:
    """Answers questions in the order in which they come, and the same ones together.

    Who asks what others wait for, and may know the same of channels, shares their answer, which is
    read later than all of them asked. In a rush one that was read a moment ago is shared as well,
    so that a rush costs no more than its different questions do, however many ask them; and it is
    read again before it is too old, so that it need not be waited for again.
    """

    def __init__(self, read: Read, precedence: Precedence, clock: Callable[[], int]) -> None:
        self._read_answer = read
        self._precedence = precedence
        self._clock = clock
        self._lookers = Workers(_LOOKERS, "looker")
        self._showers = Workers(_SHOWERS, "shower")
        self._waiting: dict[_Question, list[Respond]] = {}
        self._read: dict[_Question, _Read] = {}
        self._lock = Lock()

    def ask(self, words: str, sight: Sight, respond: Respond) -> None:
        """Answer soon, through `respond`."""
        asked = _Question(words, sight)
        with self._lock:
            read = self._read.get(asked)
            if read and self._rush() and self._younger(read, _FRESH_SECONDS):
                self._showers.submit(partial(show, respond, read.message))
                if not self._younger(read, _NEW_SECONDS):
                    self._line_up(asked)
            else:
                self._line_up(asked).append(respond)

    def _line_up(self, question: _Question) -> list[Respond]:
        """Those who wait for the next reading of a question, which is put in line if it is not."""
        if question not in self._waiting:
            self._waiting[question] = []
            self._lookers.submit(self._answer)
        return self._waiting[question]

    def _answer(self) -> None:
        with self._precedence.taken():
            with self._lock:
                question, people = self._next()
            message = self._look_up(question)
            with self._lock:
                for respond in people:
                    self._showers.submit(partial(show, respond, message))

    def _next(self) -> tuple[_Question, list[Respond]]:
        """The first question that somebody waits for; what is only read again comes after all."""
        line = self._waiting
        question = next((each for each, people in line.items() if people), next(iter(line)))
        return question, line.pop(question)

    def _look_up(self, question: _Question) -> Message:
        """The answer, kept for others, or an apology, which is for those alone who wait now."""
        now = self._clock()
        try:
            message = self._read_answer(question.words, now, question.sight)
        except Exception as error:  # noqa: BLE001 - whatever it was, people wait for an answer
            return apology(error)
        with self._lock:
            self._forget()
            self._read[question] = _Read(now, message)
        return message

    def _rush(self) -> bool:
        return len(self._waiting) >= _RUSH

    def _younger(self, read: _Read, most: int) -> bool:
        return self._clock() - read.at <= most

    def _forget(self) -> None:
        old = [each for each, read in self._read.items() if not self._younger(read, _FRESH_SECONDS)]
        for question in old:
            del self._read[question]
