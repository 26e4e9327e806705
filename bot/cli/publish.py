"""`posterpulse digest` and `posterpulse leaderboard`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.app import publishing
from bot.cli import data, session
from bot.config import ConfigError
from bot.services.digests import DIGEST, LEADERBOARD
from bot.slack.terminal import as_text

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.slack.message import Message
    from bot.store.database import Database

_dry_run = click.option("--dry-run", is_flag=True, help="Print it; post nothing.")
_channel = click.option(
    "--channel", metavar="NAME", help="Post there, rather than to the channels of the settings."
)


@click.command(short_help="Post the digest of yesterday now.")
@_dry_run
@_channel
@session.json_option
def digest(*, dry_run: bool, channel: str | None, as_json: bool) -> None:
    """Post the digest of yesterday now."""
    _publish(DIGEST, channel, dry_run=dry_run, as_json=as_json)


@click.command(short_help="Post the leaderboard of last week now.")
@_dry_run
@_channel
@session.json_option
def leaderboard(*, dry_run: bool, channel: str | None, as_json: bool) -> None:
    """Post the leaderboard of last week now."""
    _publish(LEADERBOARD, channel, dry_run=dry_run, as_json=as_json)


def _publish(kind: str, channel: str | None, *, dry_run: bool, as_json: bool) -> None:
    settings = session.settings()
    section = settings.config.digest if kind == DIGEST else settings.config.leaderboard
    channels = [channel] if channel else list(section.channels)
    if not channels and not dry_run:
        raise ConfigError(
            [f"{kind}.channels: name a channel there, or use --channel or --dry-run."]
        )
    now = session.now()
    with session.store(settings) as database:
        publisher = publishing.publisher(settings, database, now)
        issue = publisher.edition(kind, now)
        answer, message = publisher.render(issue, section.filters, now)
        posted = [] if dry_run else _post(settings, database, kind, channels, message)
    if as_json:
        session.print_json({**data.answer(answer), "posted": posted})
    else:
        click.echo(as_text(message) if dry_run else f"Posted to {', '.join(posted)}.")


def _post(
    settings: Settings, database: Database, kind: str, channels: list[str], message: Message
) -> list[str]:
    from bot.app import sending  # noqa: PLC0415 - a dry run needs nothing of Slack
    from bot.services.handing import HandDelivery  # noqa: PLC0415 - the same

    delivery, _ = sending.delivery(settings, database)
    hand = HandDelivery(database, delivery, session.now)
    text = message.to_json()
    return [hand.post(kind, each, text) for each in channels]
