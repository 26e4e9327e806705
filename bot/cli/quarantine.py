"""`posterpulse quarantine`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bot.cli import data, session
from bot.domain import calendar
from bot.services.quarantine import retry
from bot.store.quarantine import EVERY_ROW, count, newest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.services.quarantine import Retried
    from bot.store.quarantine import Quarantined

_SHOWN, _WIDTH = 50, 96
_EMPTY = "Nothing is in quarantine: every row that came could be read."


@click.command(short_help="List the rows that could not be read, or try them again.")
@click.option("--retry", "again", is_flag=True, help="Read every row again and take in what can.")
@click.option("--all", "whole", is_flag=True, help=f"List every row, not only {_SHOWN}.")
@session.json_option
def quarantine(*, again: bool, whole: bool, as_json: bool) -> None:
    """List the rows that could not be read, those that came last first, or try them again.

    A row that Vantio has mended leaves by itself. After an update of Posterpulse, --retry reads
    with what the new version understands.
    """
    if again and whole:
        raise click.UsageError("--retry reads every row anyway; leave out --all.")
    settings = session.settings()
    with session.store(settings) as database:
        if again:
            _tell_retried(retry(database, session.now()), as_json=as_json)
            return
        with database.read() as tx:
            total, rows = count(tx), newest(tx, EVERY_ROW if whole else _SHOWN)
    if as_json:
        session.print_json(_data(rows, total, settings.config.zone))
    else:
        click.echo("\n".join(_lines(rows, total, settings.config.zone)))


def _tell_retried(result: Retried, *, as_json: bool) -> None:
    if as_json:
        counts = {"tried": result.tried, "taken_in": result.taken_in, "left": result.left}
        session.print_json(counts)
    elif result.tried:
        ends = f"{result.taken_in:,} taken in, {result.left:,} still unreadable"
        click.echo(f"{_rows(result.tried)}: {ends}.")
    else:
        click.echo(_EMPTY)


def _data(rows: Sequence[Quarantined], total: int, zone: str) -> dict[str, Any]:
    told = [
        {
            "feed": row.feed,
            "reason": row.reason,
            "first_seen": data.instant(row.first_seen, zone),
            "last_seen": data.instant(row.last_seen, zone),
            "times": row.times,
            "body": row.body,
        }
        for row in rows
    ]
    return {"rows": told, "count": total}


def _lines(rows: Sequence[Quarantined], total: int, zone: str) -> Iterator[str]:
    if not rows:
        yield _EMPTY
        return
    yield f"{_rows(total)} in quarantine, those that came last first; times are {zone}."
    for row in rows:
        yield ""
        yield _line(f"{row.feed}: {row.reason}")
        yield f"  {_seen(row, zone)}"
        yield f"  {_line(row.body)}"
    if total > len(rows):
        yield f"\n{_rows(total - len(rows))} more; --all lists them too."


def _seen(row: Quarantined, zone: str) -> str:
    last = _moment(row.last_seen, zone)
    if row.times == 1:
        return f"once, {last}"
    return f"{row.times:,} times, from {_moment(row.first_seen, zone)} to {last}"


def _moment(at: int, zone: str) -> str:
    return f"{calendar.local(at, zone):%Y-%m-%d %H:%M}"


def _line(text: str) -> str:
    """Text from outside as one line that does nothing to a terminal."""
    from bot.slack.kit import visible  # noqa: PLC0415 - data needs no layout

    return visible(text if len(text) <= _WIDTH else f"{text[:_WIDTH]}…")


def _rows(number: int) -> str:
    return f"{number:,} row{'' if number == 1 else 's'}"
