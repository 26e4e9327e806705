"""`posterpulse run`."""

from __future__ import annotations

import logging
import os
from contextlib import closing
from functools import partial
from typing import NoReturn

import click

from bot.app import operating, publishing
from bot.app.bot import build
from bot.cli import logs, session
from bot.cli.ending import Told, heeding
from bot.store import opening

logger = logging.getLogger("bot")


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
        heeding() as end,
        session.store(settings) as database,
        closing(opening.leadership(database)) as leadership,
    ):
        bot = build(settings, database, leadership, session.now, log)
        publishing.subscribe(settings, database, session.now())
        try:
            who = bot.start()
            every = settings.config.polling.every_minutes
            logger.info("Ready: %s, polling every %d min.", who, every)
            end.wait()
        except Told:
            logger.info("Stopping.")
            raise
        finally:
            bot.stop()
    _leave()


def _leave() -> NoReturn:
    """End at once: Python would wait for the threads in which Slack's libraries wait for Slack."""
    logging.shutdown()
    os._exit(0)
