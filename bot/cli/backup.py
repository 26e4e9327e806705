"""`posterpulse backup`."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli import session
from bot.services.checkup.disk import size
from bot.services.exchange.files import writing
from bot.store.backup import back_up, source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@click.command(short_help="Copy the store to a file while the bot runs.")
@click.argument("file")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@session.json_option
def backup(file: str, *, force: bool, as_json: bool) -> None:
    """Copy the store to FILE while the bot runs.

    FILE is a complete SQLite store as of the moment of the call; it appears when it is complete,
    and only you may read it. For PostgreSQL, use pg_dump.
    """
    if file == "-":
        raise click.UsageError("A backup is a file, not a stream; name one.")
    store = source(session.settings().database_url, file)
    copying = writing(file, force=force, private=True)
    with copying as stream, bar("Copying the store") as progress:
        unfinished = Path(stream.name)
        scans = back_up(store, unfinished, progress)
        taken = unfinished.stat().st_size
    if as_json:
        session.print_json({"file": file, "bytes": taken, "scans": scans})
    else:
        what = "1 scan" if scans == 1 else f"{scans:,} scans"
        click.echo(f"Backed up {what} to {file} ({size(taken)}).")


@contextmanager
def bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar with an estimate on a terminal, nothing elsewhere; to be told what is done of what."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.progress import Progress  # noqa: PLC0415 - the same

    with Progress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(label, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
