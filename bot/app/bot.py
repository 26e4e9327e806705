"""The whole bot."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING

from bot.app import listening, publishing, reading
from bot.app.polling import Polled, polled
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
    from bot.slack.sender import Sender
    from bot.store.database import Database

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bot:
    """Everything that runs; `start` it, wait, `stop` it."""

    polled: Polled
    alerting: Alerting
    publisher: Publisher
    delivery: Delivery
    sender: Sender
    ear: Ear
    ticking: Clock
    stopping: Event
    now: Callable[[], int]

    def start(self) -> str:
        """Begin to listen and to tick; returns who the bot is, for the log.

        Raises:
            Refused: when Slack says that a token will never do.
        """
        name = self._introduce()
        self.ear.start()
        self.ticking.start()
        return name

    def stop(self) -> None:
        """End every wait, finish what is under way, and let go of everything."""
        self.stopping.set()
        self.ear.stop()
        self.ticking.stop()
        self.polled.vantio.close()

    def _introduce(self) -> str:
        try:
            identity = self.sender.identity()
        except Refused as error:
            if error.permanent:
                raise
            logger.warning("%s It is tried again.", error)
            return "not connected to Slack yet"
        except SlackError as error:
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
    alerting = publishing.alerting(settings, database)
    deliver, sender = delivery(settings, database, now)
    jobs = _Jobs(parts, alerting, publisher, deliver, now, stopping)
    every = settings.config.polling.every_minutes * 60
    return Bot(
        parts,
        alerting,
        publisher,
        deliver,
        sender,
        _ear(settings, database, now),
        Clock(jobs.poll, jobs.publish, jobs.deliver, every),
        stopping,
        now,
    )


def _ear(settings: Settings, database: Database, now: Callable[[], int]) -> Ear:
    port = settings.config.slack.http_port
    secret = settings.secret("SLACK_SIGNING_SECRET") if port else None
    questions = reading.questions(settings, database)
    app = listening.bolt(web_client(settings), questions, now, secret)
    if not port:
        return listening.SocketEar(app, settings.secret("SLACK_APP_TOKEN"))
    try:
        return listening.HttpEar(app, port)
    except OSError as error:
        raise ConfigError(
            [f"slack.http_port: can't listen on {port} ({error.strerror})."]
        ) from None


@dataclass(frozen=True, slots=True)
class _Jobs:
    """What the clock calls; a failure is noted and the next tick tries again."""

    polled: Polled
    alerting: Alerting
    publisher: Publisher
    delivery: Delivery
    now: Callable[[], int]
    stopping: Event

    def poll(self) -> None:
        """Read what is new, look for spikes, and publish what had waited for it."""
        try:
            result = self.polled.polling.poll()
        except VantioError as error:
            logger.debug("The poll ended early: %s", error)
        except StoreError as error:
            logger.error("The poll could not be kept: %s", error)  # noqa: TRY400 - one line says all
            return
        else:
            logger.info("%d new scans in %d requests.", result.new, result.requests)
            if not result.history:
                self.alerting.look(self.now())
        self.publish()

    def publish(self) -> None:
        """Put everything due into the outbox."""
        try:
            self.publisher.publish_due(self.now())
        except StoreError as error:
            logger.error("Nothing could be published: %s", error)  # noqa: TRY400 - one line says all

    def deliver(self) -> None:
        """Send what the outbox holds."""
        while not self.stopping.is_set():
            try:
                if self.delivery.step() is None:
                    return
            except StoreError as error:
                logger.error("Nothing could be sent: %s", error)  # noqa: TRY400 - one line says all
                return
