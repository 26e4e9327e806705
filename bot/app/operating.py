"""Parts for whoever looks after the bot: health, metrics, a heartbeat, and word of outages."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.app import checking
from bot.app.serving import Server
from bot.services.heartbeat import Heartbeat
from bot.services.metrics import CONTENT_TYPE, Metrics
from bot.services.outages import Outages
from bot.services.pulse import Asked, Pulse, complaints
from bot.store.database import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from bot.config import Settings
    from bot.store.database import Database
    from bot.vantio.client import Vantio

logger = logging.getLogger(__name__)

HEALTH_PATH, METRICS_PATH = "/healthz", "/metrics"
LEAD, POLL, PUBLISH, DELIVER = "lead", "poll", "publish", "deliver"
_ANSWER_SECONDS = 4  # platforms wait for five and more
_THREADS = 2
# A poll shows signs of life at every page, but may count for a long time what it read.
_LONG, _SHORT = 3600, 600


@dataclass(frozen=True, slots=True)
class Operation:
    """What looks after the bot while it runs; `monitor` is None where no port was set."""

    pulse: Pulse
    heartbeat: Heartbeat
    health: WSGIApplication
    monitor: Server | None

    def start(self) -> None:
        """Begin to answer on the port."""
        if self.monitor:
            self.monitor.start()

    def stop(self, grace: float) -> None:
        """Let go of the port, after so many seconds at most."""
        if self.monitor:
            self.monitor.stop(grace)


def operation(
    settings: Settings,
    database: Database,
    vantio: Vantio,
    leads: Callable[[], bool],
    now: Callable[[], int],
) -> Operation:
    """Build them around what the rest of the bot works with; `leads` says whether it polls.

    Raises:
        ConfigError: when the port can't be had.
    """
    wanted, every = settings.config.operation, settings.config.polling.every_minutes * 60
    pulse = Pulse({LEAD: _SHORT, POLL: every + _LONG, PUBLISH: _SHORT, DELIVER: _SHORT})
    store = Asked(database, _ANSWER_SECONDS)
    health = health_of(pulse, store)
    monitor = None
    if wanted.port:
        metrics = Metrics(store, vantio.outcomes.so_far, leads, now)
        pages = {HEALTH_PATH: health, METRICS_PATH: _metrics_of(metrics)}
        monitor = Server(
            _choosing(pages), str(wanted.host), wanted.port, _THREADS, key="operation.port"
        )
    heartbeat = Heartbeat(settings.environment.heartbeat_url.get_secret_value(), now)
    return Operation(pulse, heartbeat, health, monitor)


def outages(settings: Settings, database: Database) -> Outages:
    """What tells people of outages."""
    return Outages(database, settings.config.operation.channel, settings.config.zone)


def health_of(pulse: Pulse, store: Asked) -> WSGIApplication:
    """200 while the bot works, otherwise 503, with a line for each thing that is wrong."""

    def health(_: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        wrong = complaints(pulse, store)
        status = "503 Service Unavailable" if wrong else "200 OK"
        return _text(start_response, status, "\n".join(wrong or ["ok"]) + "\n")

    return health


def warn_of_disk(settings: Settings, environment: Mapping[str, str]) -> None:
    """Say in the log what speaks against the place where the store lies."""
    for found in checking.disk_findings(settings.database_url, checking.place(environment)):
        if found.verdict != "ok":
            logger.warning("%s: %s. %s.", found.subject, found.text, found.remedy.rstrip("."))


def _metrics_of(metrics: Metrics) -> WSGIApplication:
    def answer(_: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        try:
            found = metrics.text()
        except StoreError:
            return _text(start_response, "503 Service Unavailable", "The store does not answer.\n")
        return _text(start_response, "200 OK", found, CONTENT_TYPE)

    return answer


def _choosing(pages: Mapping[str, WSGIApplication]) -> WSGIApplication:
    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        page = pages.get(environ["PATH_INFO"])
        if page is None:
            return _text(start_response, "404 Not Found", f"Here are {' and '.join(pages)}.\n")
        return page(environ, start_response)

    return answer


def _text(
    start_response: StartResponse, status: str, text: str, kind: str = "text/plain; charset=utf-8"
) -> list[bytes]:
    start_response(status, [("Content-Type", kind)])
    return [text.encode()]
