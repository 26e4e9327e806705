"""`posterpulse run`."""

from __future__ import annotations

import logging
import signal
import sys
import time
from threading import Event

import click

from bot.app import publishing
from bot.app.bot import build
from bot.cli import session

logger = logging.getLogger("bot")

_FORMAT = "%(asctime)s %(levelname)-7s %(message)s"


@click.command(short_help="Run the bot.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="Hear Slack over signed HTTP on this port, rather than as slack.http_port says.",
)
@click.option("--verbose", is_flag=True, help="Log the small things too.")
def run(*, port: int | None, verbose: bool) -> None:
    """Run the bot until it gets SIGTERM or Ctrl-C."""
    began = time.monotonic()
    _log(verbose=verbose)
    settings = session.settings()
    if port:
        settings = settings.with_port(port)
    stop = Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    with session.store(settings) as database:
        bot = build(settings, database, session.now)
        publishing.subscribe(settings, database, session.now())
        try:
            who = bot.start()
            every = settings.config.polling.every_minutes
            took = time.monotonic() - began
            logger.info("Ready in %.1f s: %s, polling every %d min.", took, who, every)
            stop.wait()
            logger.info("Stopping.")
        finally:
            bot.stop()


def _log(*, verbose: bool) -> None:
    logging.basicConfig(format=_FORMAT, stream=sys.stderr, level=logging.WARNING)
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    # Bolt and the socket tell at INFO what only their authors want to know.
    for quiet in ("bot.bolt", "bot.socket"):
        logging.getLogger(quiet).setLevel(logging.ERROR)
