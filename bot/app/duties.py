"""What the leader does: poll, look for spikes, publish."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.app import operating
from bot.store.database import StoreError
from bot.store.leadership import DeposedError
from bot.vantio.errors import VantioError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event

    from bot.app.operating import Operation
    from bot.services.alerting import Alerting
    from bot.services.corrections import Corrections
    from bot.services.digests import Publisher
    from bot.services.outages import Outages
    from bot.services.polling import Polling
    from bot.services.precedence import Precedence
    from bot.services.taking import Sync

logger = logging.getLogger(__name__)

# For how long a page of scans waits for people's answers: it must come in at last.
_COURTESY_SECONDS = 1


@dataclass(slots=True)
class Duties:
    """What the leader does; a failure is noted and the next tick tries again.

    `every` is the time between two polls in seconds, of which the first is due at once.
    """

    polling: Polling
    alerting: Alerting
    publisher: Publisher
    corrections: Corrections
    outages: Outages
    operation: Operation
    precedence: Precedence
    every: int
    now: Callable[[], int]
    stopping: Event
    _polled_at: int = field(default=0, init=False)

    def poll_if_due(self) -> None:
        """Poll, unless that was done lately; a clock that was set back makes it due too."""
        if not self._polled_at <= self.now() < self._polled_at + self.every:
            self._polled_at = self.now()
            self.poll()

    def poll(self) -> None:
        """Read what is new, look for spikes, and publish what had waited for it."""
        with noted("The poll could not be kept"):
            try:
                result = self.polling.poll(progress=self._go_on)
            except _Stopped:
                return
            except VantioError as error:
                logger.debug("The poll ended early: %s", error)
            else:
                self.operation.heartbeat.beat()
                logger.info("%s.", _told(result))
                if not result.history:
                    self.alert()
            self.publish()

    def alert(self) -> None:
        """Look for what is out of the ordinary."""
        with noted("Nothing could be looked for"):
            self.alerting.look(self.now(), self.polling.ingest.watched_since())

    def publish(self) -> None:
        """Put everything due into the outbox."""
        with noted("Nothing could be published"):
            self.publisher.publish_due(self.now())
            self.corrections.look(self.now())
            self.alerting.release(self.now())
            self.outages.look(self.now())

    def _go_on(self, _: Sync) -> None:
        """Between two pages: let those who ask go first, and end where the bot is to stop."""
        self.operation.pulse.beat(operating.POLL)
        if not self.precedence.give_way(0):
            # Or they would have to count the rows that a first load brought of late.
            self.polling.tally()
            self.precedence.give_way(_COURTESY_SECONDS)
        if self.stopping.is_set():
            raise _Stopped


@contextmanager
def noted(what: str) -> Iterator[None]:
    """Let an error of the store be told in one line."""
    try:
        yield
    except DeposedError as error:
        logger.info("%s: %s", what, error)
    except StoreError as error:
        logger.error("%s: %s", what, error)  # noqa: TRY400 - one line says all


class _Stopped(Exception):
    """The bot is to stop; the next poll goes on where this one was."""


def _told(result: Sync) -> str:
    """What a poll brought, in a few words."""
    kept = f"{result.new:,} new {'scan' if result.new == 1 else 'scans'}"
    strange = f", {result.quarantined:,} in quarantine" if result.quarantined else ""
    asked = "1 request" if result.requests == 1 else f"{result.requests:,} requests"
    return f"{kept}{strange} ({asked})"
