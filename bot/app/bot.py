"""The whole bot."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING

from bot.app import alerting, listening, publishing, reading
from bot.app.polling import polled
from bot.app.sending import delivery, web_client
from bot.config import ConfigError
from bot.schedule import Clock
from bot.slack.errors import Refused, SlackError
from bot.store.database import StoreError
from bot.vantio.errors import VantioError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.app.listening import Ear
    from bot.config import Settings
    from bot.services.alerting import Alerting
    from bot.services.delivery import Delivery
    from bot.services.digests import Publisher
    from bot.services.polling import Polling
    from bot.services.precedence import Precedence
    from bot.services.questions import Questions
    from bot.services.taking import Sync
    from bot.slack.sender import Sender
    from bot.store.database import Database
    from bot.vantio.client import Vantio

logger = logging.getLogger(__name__)

# For how long a page of scans waits for people's answers: it must come in at last.
_COURTESY_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Bot:
    """Everything that runs; `start` it, wait, `stop` it."""

    sender: Sender
    ear: Ear
    clock: Clock
    vantio: Vantio
    stopping: Event

    def start(self) -> str:
        """Begin to listen and to tick; returns who the bot is, for the log.

        Raises:
            Refused: when Slack says that a token will never do.
        """
        name = self._introduce()
        self.ear.start()
        self.clock.start()
        return name

    def stop(self) -> None:
        """End every wait, let what is under way finish, and let go of everything.

        What waits for an answer for long is left alone. Nothing is lost by that: a page of scans is
        kept whole or not at all, and a message of unknown fate is looked for at the next start.
        """
        self.stopping.set()
        self.ear.stop()
        if self.clock.stop():
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


def build(settings: Settings, database: Database, now: Callable[[], int]) -> Bot:
    """Put the bot together; nothing runs yet.

    Raises:
        ConfigError: naming every secret that is missing.
    """
    port = settings.config.slack.http_port
    settings.require(
        "VANTIO_API_KEY", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET" if port else "SLACK_APP_TOKEN"
    )
    stopping = Event()
    parts = polled(settings, database, stopping, now)
    publisher = publishing.publisher(settings, database, now())
    watcher = alerting.alerting(settings, database)
    deliver, sender = delivery(settings, database, now)
    questions = reading.questions(settings, database)
    precedence = questions.precedence
    jobs = _Jobs(parts.polling, watcher, publisher, deliver, precedence, now, stopping)
    every = settings.config.polling.every_minutes * 60
    clock = Clock(jobs.poll, jobs.publish, jobs.deliver, every)
    return Bot(sender, _ear(settings, questions, now), clock, parts.vantio, stopping)


def _ear(settings: Settings, questions: Questions, now: Callable[[], int]) -> Ear:
    port = settings.config.slack.http_port
    secret = settings.secret("SLACK_SIGNING_SECRET") if port else None
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
    """What the clock calls; a failure is noted and the next tick tries again."""

    polling: Polling
    alerting: Alerting
    publisher: Publisher
    delivery: Delivery
    precedence: Precedence
    now: Callable[[], int]
    stopping: Event

    def poll(self) -> None:
        """Read what is new, look for spikes, and publish what had waited for it."""
        try:
            result = self.polling.poll(progress=self._go_on)
        except _Stopped:
            return
        except VantioError as error:
            logger.debug("The poll ended early: %s", error)
        except StoreError as error:
            logger.error("The poll could not be kept: %s", error)  # noqa: TRY400 - one line says all
            return
        else:
            logger.info("%s.", _told(result))
            if not result.history:
                self.alert()
        self.publish()

    def alert(self) -> None:
        """Look for what is out of the ordinary."""
        try:
            self.alerting.look(self.now(), self.polling.ingest.watched_since())
        except StoreError as error:
            logger.error("Nothing could be looked for: %s", error)  # noqa: TRY400 - one line says all

    def publish(self) -> None:
        """Put everything due into the outbox."""
        try:
            self.publisher.publish_due(self.now())
            self.alerting.release(self.now())
        except StoreError as error:
            logger.error("Nothing could be published: %s", error)  # noqa: TRY400 - one line says all

    def deliver(self) -> None:
        """Send what the outbox holds."""
        try:
            self.delivery.deliver(self.stopping.is_set)
        except StoreError as error:
            logger.error("Nothing could be sent: %s", error)  # noqa: TRY400 - one line says all

    def _go_on(self, _: Sync) -> None:
        """Between two pages: let those who ask go first, and end where the bot is to stop."""
        self.precedence.give_way(_COURTESY_SECONDS)
        if self.stopping.is_set():
            raise _Stopped


class _Stopped(Exception):
    """The bot is to stop; the next poll goes on where this one was."""


def _told(result: Sync) -> str:
    """What a poll brought, in a few words."""
    kept = f"{result.new:,} new {'scan' if result.new == 1 else 'scans'}"
    strange = f", {result.quarantined:,} in quarantine" if result.quarantined else ""
    asked = "1 request" if result.requests == 1 else f"{result.requests:,} requests"
    return f"{kept}{strange} ({asked})"
