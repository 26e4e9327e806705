"""`posterpulse run`."""

from __future__ import annotations

import logging
import signal
import sys
from contextlib import suppress
from threading import Event
from typing import NoReturn

import click

from bot.app import publishing
from bot.app.bot import build
from bot.cli import session

logger = logging.getLogger("bot")

_FORMAT = "%(asctime)s %(levelname)-7s %(message)s"
# How long a thread that only acknowledges waits behind each that computes.
_SWITCH_SECONDS = 0.0005
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_LIBRARIES = {
    "bot.bolt": logging.ERROR,
    "bot.socket": logging.CRITICAL,
    "apscheduler": logging.CRITICAL,
    "waitress.queue": logging.ERROR,
}


@click.command(short_help="Run the bot.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="Hear Slack over signed HTTP on this port, rather than as slack.http_port says.",
)
@click.option("--verbose", is_flag=True, help="Log the small things too.")
def run(*, port: int | None, verbose: bool) -> None:
    """Run the bot until it gets SIGTERM or Ctrl-C."""
    _log(verbose=verbose)
    sys.setswitchinterval(_SWITCH_SECONDS)
    settings = session.settings()
    if port:
        settings = settings.with_port(port)
    _heed()
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


def _log(*, verbose: bool) -> None:
    logging.basicConfig(format=_FORMAT, stream=sys.stderr, level=logging.WARNING)
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    # What these libraries would tell at length, and again and again, is told once in our own words.
    for library, level in _LIBRARIES.items():
        logging.getLogger(library).setLevel(level)
