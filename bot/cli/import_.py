"""`posterpulse import`."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from bot.cli import session
from bot.services.exchange.files import FORMATS, format_of, reading, size_of, sniffed
from bot.services.exchange.importing import Imported, take_in_rows
from bot.services.exchange.kinds import IMPRESSIONS, KINDS
from bot.services.exchange.rows import rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from bot.services.exchange.files import Format

kind_option = click.option(
    "--kind",
    type=click.Choice(list(KINDS)),
    default=IMPRESSIONS.shape.name,
    help="What the rows are; impressions unless told otherwise.",
)
format_option = click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="How rows are written; otherwise the ending of the name says so.",
)


class _NoSuchFile(click.ClickException):
    exit_code = 2


@click.command("import", short_help="Take in impressions, posters or users from a file.")
@click.argument("file")
@kind_option
@format_option
@session.json_option
def import_(file: str, kind: str, form: Format | None, *, as_json: bool) -> None:
    """Take in impressions, posters or users from FILE (- for the standard input).

    FILE holds JSON lines (.jsonl, .ndjson, .json) or CSV (.csv) in the shape of Vantio's API. What
    is there already stays as it is, so a file can be taken in again.
    """
    with _opened(file) as stream:
        form = form or (sniffed(stream) if file == "-" else promised(file))
        result = _take_in(stream, "the standard input" if file == "-" else file, form, kind)
    if as_json:
        session.print_json(_data(kind, result))
    else:
        click.echo(_sentence(kind, result))


def promised(file: str) -> Format:
    """The format that the ending of a name promises; a usage error where it promises none."""
    form = format_of(file)
    if form is None:
        raise click.UsageError(f"{file}: end its name in .jsonl or .csv, or say --format.")
    return form


def _take_in(stream: BinaryIO, name: str, form: Format, kind: str) -> Imported:
    found = rows(stream, name, form, KINDS[kind].shape)
    so_far = Imported()
    with session.store(session.settings()) as database, _progress(stream, name) as progress:
        try:
            for so_far in take_in_rows(database, KINDS[kind], found, session.now):  # noqa: B007 - the last one is the result
                progress()
        except KeyboardInterrupt:
            click.echo(_interrupted(kind, so_far), err=True)
            raise
    return so_far


def _opened(file: str) -> AbstractContextManager[BinaryIO]:
    if file == "-":
        return nullcontext(sys.stdin.buffer)
    if not Path(file).exists():
        raise _NoSuchFile(f"{file}: there is no such file.")
    return reading(file)


def _sentence(kind: str, result: Imported) -> str:
    counts = _counts(kind, result, "already there", "in quarantine")
    parts = [f"{count:,} {what}" for what, count in counts.items()]
    return f"{result.read:,} {kind}: {', '.join(parts)}."


def _data(kind: str, result: Imported) -> dict[str, int]:
    return {"read": result.read, **_counts(kind, result, "repeated", "quarantined")}


def _counts(kind: str, result: Imported, repeated: str, quarantined: str) -> dict[str, int]:
    if kind != IMPRESSIONS.shape.name:
        return {"saved": result.kept, quarantined: result.quarantined}
    return {"new": result.kept, repeated: result.repeated, quarantined: result.quarantined}


def _interrupted(kind: str, result: Imported) -> str:
    return (
        f"Interrupted. The {result.read:,} {kind} read so far are kept;"
        " the same command again takes in the rest."
    )


@contextmanager
def _progress(stream: BinaryIO, name: str) -> Iterator[Callable[[], None]]:
    """A bar on a terminal, by the bytes of the file; a pipe has no total and no estimate."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.progress import Progress  # noqa: PLC0415 - the same

    total = size_of(stream)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"Reading {name}", total=total)
        yield lambda: bar.update(task, completed=0 if total is None else stream.tell())
