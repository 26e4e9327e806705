"""`posterpulse preview`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from bot.app import publishing, reading
from bot.cli import samples, session
from bot.services.digests import KINDS
from bot.services.naming import Names
from bot.store import counts

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.slack.message import Message
    from bot.store.database import Database

_ANSWERS = ("top", "trend", "status", "help")


@click.command(short_help="Print the Block Kit JSON of a message.")
@click.argument("kind", metavar="KIND", type=click.Choice([*KINDS, *samples.ALERTS, *_ANSWERS]))
@click.option("--plain", is_flag=True, help="As sent where native charts are not available yet.")
def preview(kind: str, *, plain: bool) -> None:
    """Print the Block Kit JSON of a message of this KIND, made from the scans in the store.

    KIND is digest, leaderboard, top, trend, status or help; or an alert: spike, over, thread,
    program, quiet, first-scan, milestone or threshold. Paste the output into Slack's Block Kit
    Builder to see it. Alerts are invented, on the busiest poster.
    """
    settings = session.settings()
    with session.store(settings) as database:
        message = _message(settings, database, kind)
    blocks = message.plain if plain and message.plain is not None else message.blocks
    click.echo(json.dumps({"text": message.text, "blocks": blocks}, ensure_ascii=False, indent=2))


def _message(settings: Settings, database: Database, kind: str) -> Message:
    now = session.now()
    if kind in KINDS:
        publisher = publishing.publisher(settings, database, now)
        return publisher.render(publisher.edition(kind, now), "", now)[1]
    if kind in samples.ALERTS:
        with database.read() as tx:
            scans = counts.by(tx, "poster", 0, now)
            busiest = max(scans, key=lambda poster: scans[poster], default="poster_123abc")
            names = Names(tx, reading.programs(settings))
            return samples.message(kind, busiest, names, settings.config.zone, now)
    return reading.questions(settings, database).ask(kind, now).message
