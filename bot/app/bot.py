"""The whole bot."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from bot.app import alerting, listening, operating, publishing, reading
from bot.app.duties import Duties, noted
from bot.app.leading import Leading
from bot.app.polling import client, polling
from bot.app.sending import delivery, permissions, web_client
from bot.schedule import Clock, Tick
from bot.services.readers import Readers
from bot.slack.errors import Refused, SlackError

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

    from bot.app.listening import Ear
    from bot.app.operating import Operation
    from bot.config import Settings
    from bot.services.delivery import Delivery
    from bot.services.precedence import Precedence
    from bot.services.questions import Questions
    from bot.services.readers import Read
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
    readers: Readers
    clock: Clock
    leading: Leading[Duties]
    vantio: Vantio
    operation: Operation
    stopping: Event

    def start(self) -> str:
        """Begin to listen and to tick; returns who the bot is, for the log.

        Raises:
            Refused: when Slack says that a token will never do.
        """
        self.operation.start()
        name = self._introduce()
        self.ear.start()
        self.readers.start()
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
        self.readers.close()
        self.operation.stop(_EAR_GRACE)
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
    settings: Settings,
    database: Database,
    leadership: Leadership,
    now: Callable[[], int],
    log: Callable[[], None],
) -> Bot:
    """Put the bot together; nothing runs yet. Whoever opened the leadership closes it.

    `log` lets another process log as this one does.

    Raises:
        ConfigError: naming every secret that is missing.
    """
    port = settings.config.slack.http_port
    settings.require(
        "VANTIO_API_KEY", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET" if port else "SLACK_APP_TOKEN"
    )
    stopping, vantio = Event(), client(settings)
    operation = operating.operation(settings, database, vantio, lambda: leading.leads, now)
    questions = reading.questions(settings, database)
    duties = partial(_duties, settings, vantio, operation, questions.precedence, stopping, now)
    leading = Leading(leadership, duties)
    deliver, sender = delivery(settings, database)
    jobs = _Jobs(leading, deliver, operation, stopping)
    around = operation.pulse.around
    clock = Clock(
        Tick("lead", around(operating.LEAD, leading.look), LEAD_SECONDS),
        Tick("poll", around(operating.POLL, jobs.poll), LEAD_SECONDS),
        Tick("publish", around(operating.PUBLISH, jobs.publish), PUBLISH_SECONDS),
        Tick("deliver", around(operating.DELIVER, jobs.deliver), DELIVER_SECONDS),
    )
    readers = Readers(questions.ask_kindly, partial(reading.apart, settings, log))
    ear = _ear(settings, questions, readers.read, operation.health, now)
    return Bot(sender, ear, readers, clock, leading, vantio, operation, stopping)


def _duties(
    settings: Settings,
    vantio: Vantio,
    operation: Operation,
    precedence: Precedence,
    stopping: Event,
    now: Callable[[], int],
    store: Database,
) -> Duties:
    """What the leader does, from what stands in the store."""
    publisher = publishing.publisher(settings, store, now())
    return Duties(
        polling(settings, store, vantio, stopping, now),
        alerting.alerting(settings, store),
        publisher,
        publishing.corrections(settings, publisher),
        operating.outages(settings, store),
        operation,
        precedence,
        settings.config.polling.every_minutes * 60,
        now,
        stopping,
    )


def _ear(
    settings: Settings,
    questions: Questions,
    read: Read,
    health: WSGIApplication,
    now: Callable[[], int],
) -> Ear:
    port = settings.config.slack.http_port
    secret = settings.secret("SLACK_SIGNING_SECRET") if port else None
    client = web_client(settings)
    app = listening.bolt(client, questions, permissions(settings, client), now, secret, read)
    if not port:
        return listening.SocketEar(app, settings.secret("SLACK_APP_TOKEN"))
    host = listening.interface(settings.environment.slack_api_url)
    return listening.HttpEar(app, health, host, port)


@dataclass(frozen=True, slots=True)
class _Jobs:
    """What the clock calls: deliver in any case, the rest while this process leads."""

    leading: Leading[Duties]
    delivery: Delivery
    operation: Operation
    stopping: Event

    def poll(self) -> None:
        """Poll if it is time."""
        with noted("Nothing could be begun"):
            if duties := self.leading.begin():
                duties.poll_if_due()

    def publish(self) -> None:
        """Put everything due into the outbox."""
        if duties := self.leading.duties:
            duties.publish()

    def deliver(self) -> None:
        """Send what the outbox holds."""
        with noted("Nothing could be sent"):
            self.delivery.deliver(self._wait)

    def _wait(self, seconds: float) -> bool:
        """Between two messages: says whether the bot is to stop."""
        self.operation.pulse.beat(operating.DELIVER)
        return self.stopping.wait(seconds)
