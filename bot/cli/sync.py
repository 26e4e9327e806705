"""`posterpulse sync`."""

from __future__ import annotations

from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING

import click

from bot.app.polling import client, polling
from bot.cli import session
from bot.cli.reading import progress, requests

if TYPE_CHECKING:
    from bot.services.taking import Sync


@click.command(short_help="Poll Vantio once, now.")
@click.option("--full", is_flag=True, help="Read the whole list again, not only what is new.")
@session.json_option
def sync(*, full: bool, as_json: bool) -> None:
    """Poll Vantio once, now. Interrupted, it goes on where it stopped the next time."""
    settings = session.settings()
    settings.require("VANTIO_API_KEY")
    with session.store(settings) as database, closing(client(settings)) as vantio:
        parts = polling(settings, database, vantio, Event(), session.now)
        with progress("Reading") as heard:
            result = parts.poll(full=full, progress=heard)
    if as_json:
        names = ("new", "repeated", "quarantined", "requests", "complete")
        session.print_json({name: getattr(result, name) for name in names})
    else:
        click.echo(_sentence(result))


def _sentence(result: Sync) -> str:
    parts = [f"{result.new:,} new", f"{result.repeated:,} already there"]
    if result.deleted:
        parts.append(f"{result.deleted:,} deleted upstream")
    if result.quarantined:
        parts.append(f"{result.quarantined:,} in quarantine")
    end = "" if result.complete else " The list kept moving; the next poll goes on."
    return f"Scans: {', '.join(parts)}, in {requests(result)}.{end}"
