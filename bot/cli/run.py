"""`posterpulse run`."""

from __future__ import annotations

import logging
import os
import signal
from contextlib import suppress
from threading import Event
from typing import NoReturn

import click

from bot.app import operating, publishing
from bot.app.bot import build
from bot.cli import logs, session

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
    logs.begin(as_json=as_json, verbose=verbose, hidden=settings.hidden)
    _heed()
    operating.warn_of_disk(settings, os.environ)
    with suppress(_Told), session.store(settings) as database:
        bot = build(settings, database, session.now)
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


class _Told(BaseException):
    """The bot was told to end."""


def _heed() -> None:
    """Let a signal end whatever the main thread waits for, be it Slack at the start."""

    def end(*_: object) -> NoReturn:
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise _Told

    for each in _SIGNALS:
        signal.signal(each, end)
