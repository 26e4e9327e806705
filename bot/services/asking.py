"""Asking Vantio with patience, and noting whether it is up."""

from __future__ import annotations

import logging
import math
import time
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

import tenacity

from bot.store import health
from bot.vantio.errors import Stopped, VantioError

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from bot.domain.model import Ambassador, Impression, Poster
    from bot.store.database import Database
    from bot.vantio.client import Vantio
    from bot.vantio.wire import Page

logger = logging.getLogger(__name__)

SOURCE = "Vantio"
_ATTEMPTS = 4
_LONGEST_WAIT = 60.0
_Found = TypeVar("_Found")


class Asking:
    """One Vantio client, asked again where that can help, and never before it allows.

    Usable from several threads. `stop` ends every wait at once. Where Vantio names no wait, the
    first takes `first_wait` seconds and the next ones grow from it. A permanent error, or the last
    of four attempts, is raised. `pages_asked` counts the requests for impressions so far, those in
    vain included.
    """

    def __init__(
        self,
        vantio: Vantio,
        database: Database,
        stop: Event,
        clock: Callable[[], int],
        first_wait: float = 0.5,
    ) -> None:
        self._vantio = vantio
        self._database = database
        self._stop = stop
        self._clock = clock
        self._counting = Lock()
        self._noted: int | None = None
        self._mourned = False
        self.pages_asked = 0
        self._backing_off = tenacity.wait_exponential_jitter(
            multiplier=first_wait, max=20 * first_wait, jitter=first_wait
        )

    def impressions(self, program: str | None, limit: int, offset: int) -> Page[Impression]:
        """See `Vantio.impressions`."""
        return self._patiently(lambda: self._impressions(program, limit, offset))

    def impressions_once(
        self, program: str | None, limit: int, offset: int, given_up: Event
    ) -> Page[Impression]:
        """As `impressions`, but a single attempt, whose wait `given_up` ends too.

        Raises:
            VantioError: Vantio gave no usable answer, or was not asked.
        """
        return self._allowed(lambda: self._impressions(program, limit, offset), given_up)

    def posters(self, program: str | None, offset: int) -> Page[Poster]:
        """See `Vantio.posters`."""
        return self._patiently(lambda: self._vantio.posters(program=program, offset=offset))

    def ambassadors(self, program: str | None, offset: int) -> Page[Ambassador]:
        """See `Vantio.ambassadors`."""
        return self._patiently(lambda: self._vantio.ambassadors(program=program, offset=offset))

    def note_up(self) -> None:
        """Vantio answered all that was asked."""
        with self._database.write() as tx:
            came_back = health.up(tx, SOURCE, self._clock())
        self._mourned = False
        if came_back:
            logger.warning("Vantio answers again.")

    def note_down(self, error: VantioError) -> None:
        """Vantio did not answer. Logged once by each process, not at every poll."""
        if isinstance(error, Stopped):
            return
        remedy = _REMEDY_PERMANENT if error.permanent else _REMEDY_TRANSIENT
        with self._database.write() as tx:
            health.down(tx, SOURCE, self._clock(), str(error), remedy, urgent=error.permanent)
        if not self._mourned:
            logger.error("Vantio does not answer: %s", error)
        self._mourned = True

    def _impressions(self, program: str | None, limit: int, offset: int) -> Page[Impression]:
        with self._counting:
            self.pages_asked += 1
        return self._vantio.impressions(program=program, limit=limit, offset=offset)

    def _patiently(self, ask: Callable[[], _Found]) -> _Found:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_may_help),
            stop=tenacity.stop_after_attempt(_ATTEMPTS) | tenacity.stop_when_event_set(self._stop),
            wait=self._wait,
            sleep=tenacity.sleep_using_event(self._stop),
            reraise=True,
        )
        found: _Found = retrying(self._allowed, ask)
        return found

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        named = getattr(error, "retry_after", None)
        return float(named) if named is not None else self._backing_off(state)

    def _allowed(self, ask: Callable[[], _Found], *given_up: Event) -> _Found:
        self._recall_wait()
        with self._vantio.pace.turn(self._stop, *given_up, longest=_LONGEST_WAIT):
            try:
                return ask()
            finally:
                self._note_wait()

    def _recall_wait(self) -> None:
        """Heed what Vantio told the process before this one."""
        with self._counting:
            if self._noted is not None:
                return
            with self._database.read() as tx:
                self._noted = health.not_before(tx, SOURCE)
        self._vantio.pace.heed((), max(self._noted - self._clock(), 0))

    def _note_wait(self) -> None:
        """Keep the time that Vantio names, for the process after this one."""
        wait = self._vantio.pace.not_before - time.monotonic()
        until = self._clock() + math.ceil(wait)
        if wait <= 0 or until <= (self._noted or 0):
            return
        with self._counting:
            self._noted = until
        with self._database.write() as tx:
            health.wait_until(tx, SOURCE, until)


_REMEDY_PERMANENT = "Correct the setting that the message names, then restart the bot."
_REMEDY_TRANSIENT = "Nothing to do: the bot keeps trying, and reads what it missed."


def _may_help(error: BaseException) -> bool:
    patient = isinstance(error, VantioError) and not error.permanent
    return patient and (getattr(error, "retry_after", None) or 0) <= _LONGEST_WAIT
