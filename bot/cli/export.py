"""`posterpulse export`."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, BinaryIO

import click

from bot.cli import session
from bot.cli.import_ import format_option, kind_option, promised
from bot.domain import period as periods
from bot.services.exchange import exporting
from bot.services.exchange.files import writing
from bot.services.exchange.kinds import IMPRESSIONS, KINDS

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from bot.services.exchange.files import Format


@click.command(short_help="Write impressions, posters or users to a file.")
@click.argument("file")
@kind_option
@format_option
@click.option("--period", "words", metavar="WORDS", help='Only these scans, as in "last month".')
@click.option("--personal", is_flag=True, help="Also user agents, last names, e-mail addresses.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@session.json_option
def export(
    file: str,
    kind: str,
    form: Format | None,
    words: str | None,
    *,
    personal: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Write impressions, posters or users to FILE (- for the standard output).

    FILE gets JSON lines (.jsonl, .ndjson, .json) or CSV (.csv) in the shape of Vantio's API, which
    `import` reads back. It appears when it is complete. Personal data is left out.
    """
    form = form or ("jsonl" if file == "-" else promised(file))
    _check(file, kind, words, as_json=as_json)
    settings = session.settings()
    period = periods.parse(words, session.now(), settings.config.zone) if words else None
    with (
        session.store(settings) as database,
        _opened(file, force=force, private=personal) as stream,
    ):
        written = exporting.write(
            database, KINDS[kind], stream, form, period=period, personal=personal
        )
    if as_json:
        session.print_json({"written": written, "file": file})
    else:
        place = "the standard output" if file == "-" else file
        click.echo(f"{written:,} {kind} written to {place}.", err=True)


def _check(file: str, kind: str, words: str | None, *, as_json: bool) -> None:
    if words and kind != IMPRESSIONS.shape.name:
        raise click.UsageError(f"--period says when scans happened; {kind} have no such time.")
    if as_json and file == "-":
        raise click.UsageError("--json prints to the standard output, which the rows take.")


def _opened(file: str, *, force: bool, private: bool) -> AbstractContextManager[BinaryIO]:
    if file == "-":
        return nullcontext(sys.stdout.buffer)
    return writing(file, force=force, private=private)
