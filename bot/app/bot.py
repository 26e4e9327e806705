"""The whole bot."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from bot.app import alerting, listening, publishing, reading
from bot.app.leading import Leading
from bot.app.polling import client, polling
from bot.app.sending import delivery, web_client
from bot.config import ConfigError
from bot.schedule import Clock, Tick
from bot.slack.errors import Refused, SlackError
from bot.store.database import StoreError
from bot.store.leadership import DeposedError
from bot.vantio.errors import VantioError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.app.listening import Ear
    from bot.config import Settings
    from bot.services.alerting import Alerting
    from bot.services.delivery import Delivery
    from bot.services.digests import Publisher
    from bot.services.polling import Polling
    from bot.services.taking import Sync
    from bot.slack.sender import Sender
    from bot.store.database import Database
    from bot.store.leadership import Leadership
    from bot.vantio.client import Vantio

logger = logging.getLogger(__name__)

LEAD_SECONDS, PUBLISH_SECONDS, DELIVER_SECONDS = 1, 30, 3
# Platforms kill what has not ended after some seconds; together these leave room for the rest.
_EAR_GRACE, _CLOCK_GRACE = 1.0, 2.0


@dataclass(frozen=True, slots=True)
class Bot:
    """Everything that runs; `start` it, wait, `stop` it."""

    sender: Sender
    ear: Ear
    clock: Clock
    leading: Leading[_Duties]
    vantio: Vantio
    stopping: Event

    def start(self) -> str:
        """Begin to listen and to tick; returns who the bot is, for the log.

        Raises:
            Refused: when Slack says that a token will never do.
        """
        name = self._introduce()
        self.ear.start()
        self.leading.look()
        self.clock.start()
        return name

    def stop(self) -> None:
        """End every wait, let what is under way finish, and let go of everything.

        What waits for an answer for long is left alone. Nothing is lost by that: a page of scans is
        kept whole or not at all, and a message of unknown fate is looked for at the next start.
        """
        self.stopping.set()
        self.ear.stop(_EAR_GRACE)
        if self.clock.stop(_CLOCK_GRACE):
            self.vantio.close()

    def _introduce(self) -> str:
        try:
            identity = self.sender.identity()
        except SlackError as error:
            if isinstance(error, Refused) and error.permanent:
                raise
            logger.warning("%s It is tried again.", error)
            return "not connected to Slack yet"
        return f"@{identity.name} in {identity.team}"


def build(
    settings: Settings, database: Database, leadership: Leadership, now: Callable[[], int]
) -> Bot:
    """Put the bot together; nothing runs yet. Whoever opened the leadership closes it.

    Raises:
        ConfigError: naming every secret that is missing.
    """
    port = settings.config.slack.http_port
    settings.require(
        "VANTIO_API_KEY", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET" if port else "SLACK_APP_TOKEN"
    )
    stopping, vantio = Event(), client(settings)
    leading = Leading(leadership, partial(_duties, settings, vantio, stopping, now))
    deliver, sender = delivery(settings, database)
    jobs = _Jobs(leading, deliver, stopping)
    clock = Clock(
        Tick("lead", leading.look, LEAD_SECONDS),
        Tick("poll", jobs.poll, LEAD_SECONDS),
        Tick("publish", jobs.publish, PUBLISH_SECONDS),
        Tick("deliver", jobs.deliver, DELIVER_SECONDS),
    )
    return Bot(sender, _ear(settings, database, now), clock, leading, vantio, stopping)


def _duties(
    settings: Settings, vantio: Vantio, stopping: Event, now: Callable[[], int], store: Database
) -> _Duties:
    """What the leader does, from what stands in the store."""
    return _Duties(
        polling(settings, store, vantio, stopping, now),
        alerting.alerting(settings, store),
        publishing.publisher(settings, store, now()),
        settings.config.polling.every_minutes * 60,
        now,
        stopping,
    )


def _ear(settings: Settings, database: Database, now: Callable[[], int]) -> Ear:
    port = settings.config.slack.http_port
    secret = settings.secret("SLACK_SIGNING_SECRET") if port else None
    questions = reading.questions(settings, database)
    app = listening.bolt(web_client(settings), questions, now, secret)
    if not port:
        return listening.SocketEar(app, settings.secret("SLACK_APP_TOKEN"))
    try:
        return listening.HttpEar(app, listening.interface(settings.environment.slack_api_url), port)
    except OSError as error:
        raise ConfigError(
            [f"slack.http_port: can't listen on {port} ({error.strerror})."]
        ) from None


@dataclass(frozen=True, slots=True)
class _Jobs:
    """What the clock calls: deliver in any case, the rest while this process leads."""

    leading: Leading[_Duties]
    delivery: Delivery
    stopping: Event

    def poll(self) -> None:
        """Poll if it is time."""
        with _noted("Nothing could be begun"):
            if duties := self.leading.begin():
                duties.poll_if_due()

    def publish(self) -> None:
        """Put everything due into the outbox."""
        if duties := self.leading.duties:
            duties.publish()

    def deliver(self) -> None:
        """Send what the outbox holds."""
        with _noted("Nothing could be sent"):
            self.delivery.deliver(self.stopping.wait)


@dataclass(slots=True)
class _Duties:
    """What the leader does; a failure is noted and the next tick tries again.

    `every` is the time between two polls in seconds, of which the first is due at once.
    """

    polling: Polling
    alerting: Alerting
    publisher: Publisher
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
        with _noted("The poll could not be kept"):
            try:
                result = self.polling.poll(progress=self._go_on)
            except _Stopped:
                return
            except VantioError as error:
                logger.debug("The poll ended early: %s", error)
            else:
                logger.info("%s.", _told(result))
                if not result.history:
                    self.alert()
            self.publish()

    def alert(self) -> None:
        """Look for what is out of the ordinary."""
        with _noted("Nothing could be looked for"):
            self.alerting.look(self.now(), self.polling.ingest.watched_since())

    def publish(self) -> None:
        """Put everything due into the outbox."""
        with _noted("Nothing could be published"):
            self.publisher.publish_due(self.now())
            self.alerting.release(self.now())

    def _go_on(self, _: Sync) -> None:
        """Between two pages: end a long sweep where the bot is to stop."""
        if self.stopping.is_set():
            raise _Stopped


@contextmanager
def _noted(what: str) -> Iterator[None]:
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
