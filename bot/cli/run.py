"""`posterpulse run`."""

from __future__ import annotations

import logging
import os
import signal
from contextlib import closing, contextmanager, suppress
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, NoReturn

import click

from bot.app import operating, publishing
from bot.app.bot import build
from bot.cli import logs, session
from bot.store import opening

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger("bot")

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@click.command(short_help="Run the bot.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="Hear Slack over signed HTTP on this port, rather than as slack.http_port says.",
)
@click.option(
    "--health-port",
    type=click.IntRange(1, 65535),
    help="Answer /healthz and /metrics on this port, rather than on operation.port.",
)
@click.option("--verbose", is_flag=True, help="Log the small things too.")
def run(*, port: int | None, health_port: int | None, verbose: bool) -> None:
    """Run the bot until it gets SIGTERM or Ctrl-C."""
    settings = session.settings()
    if port:
        settings = settings.with_port(port)
    if health_port:
        settings = settings.with_health_port(health_port)
    as_json = settings.config.operation.log == "json"
    log = partial(logs.begin, as_json=as_json, verbose=verbose, hidden=settings.hidden)
    log()
    operating.warn_of_disk(settings, os.environ)
    with (
        _heeding(),
        session.store(settings) as database,
        closing(opening.leadership(database)) as leadership,
    ):
        bot = build(settings, database, leadership, session.now, log)
        publishing.subscribe(settings, database, session.now())
        try:
            who = bot.start()
            every = settings.config.polling.every_minutes
            logger.info("Ready: %s, polling every %d min.", who, every)
            Event().wait()
        except _Told:
            logger.info("Stopping.")
            raise
        finally:
            bot.stop()
    _leave()


class _Told(BaseException):
    """The bot was told to end."""


@contextmanager
def _heeding() -> Iterator[None]:
    """Let a signal end the block, whatever the main thread waits for, be it Slack at the start."""

    def end(*_: object) -> NoReturn:
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise _Told

    before = [(each, signal.signal(each, end)) for each in _SIGNALS]
    try:
        with suppress(_Told):
            yield
    finally:
        for each, handler in before:
            signal.signal(each, handler)


def _leave() -> NoReturn:
    """End at once: Python would wait for the threads in which Slack's libraries wait for Slack."""
    logging.shutdown()
    os._exit(0)
