"""`posterpulse sync`."""

from __future__ import annotations

import sys
from contextlib import closing, contextmanager
from dataclasses import asdict
from threading import Event
from typing import TYPE_CHECKING

import click

from bot.app.polling import polled
from bot.cli import session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.services.ingest import Sync


@click.command(short_help="Poll Vantio once, now.")
@click.option("--full", is_flag=True, help="Read the whole list again, not only what is new.")
@session.json_option
def sync(*, full: bool, as_json: bool) -> None:
    """Poll Vantio once, now. Interrupted, it goes on where it stopped the next time."""
    settings = session.settings()
    settings.require("VANTIO_API_KEY")
    with session.store(settings) as database:
        parts = polled(settings, database, Event(), session.now)
        with closing(parts.vantio), _progress() as progress:
            result = parts.polling.poll(full=full, progress=progress)
    if as_json:
        told = asdict(result)
        del told["history"]
        session.print_json(told)
    else:
        click.echo(_sentence(result))


def _sentence(result: Sync) -> str:
    parts = [f"{result.new:,} new", f"{result.repeated:,} already there"]
    if result.quarantined:
        parts.append(f"{result.quarantined:,} in quarantine")
    asked = "1 request" if result.requests == 1 else f"{result.requests:,} requests"
    end = "" if result.complete else " The list kept moving; the next poll reads all of it."
    return f"Scans: {', '.join(parts)}, in {asked}.{end}"


@contextmanager
def _progress() -> Iterator[Callable[[Sync], None] | None]:
    """A line on a terminal that says how far it is; a list without a total has no estimate."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it

    console = Console(stderr=True)
    with console.status("Reading Vantio …") as status:
        yield lambda so_far: status.update(
            f"Reading Vantio … {so_far.new:,} new of {so_far.new + so_far.repeated:,} scans read"
        )
