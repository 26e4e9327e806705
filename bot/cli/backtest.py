"""`posterpulse backtest`."""

from __future__ import annotations

import io
import json
import sys
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

import click

from bot.app import alerting
from bot.cli import session
from bot.cli.backup import bar
from bot.domain import period as periods
from bot.domain.alert import Kind, Scope
from bot.domain.calendar import instant
from bot.services.exchange.files import writing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from bot.domain.alert import Alert
    from bot.services.backtest import Span

_WEEK = 7 * 86_400
_NAMES = {
    (Kind.SPIKE, Scope.POSTER): "spikes at a poster",
    (Kind.SPIKE, Scope.PROGRAM): "events of a whole program",
    (Kind.SPIKE, Scope.OVERALL): "events of the whole account",
    (Kind.QUIET, Scope.POSTER): "posters gone quiet",
}


@click.command(short_help="List the alerts that the stored history would have given.")
@click.option("--since", metavar="WORDS", help='Judge from then on, as in "2026-11-01".')
@click.option(
    "--sensitivity",
    type=click.Choice(["low", "normal", "high"]),
    help="Instead of the one in the settings.",
)
@click.option("--out", metavar="FILE", help="Write the alerts as JSON lines (- to print them).")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def backtest(since: str | None, sensitivity: str | None, out: str | None, *, force: bool) -> None:
    """List the alerts that the stored history would have given, tick by tick.

    Spikes, program-wide events and posters gone quiet are found by the code that watches the
    present, as if Vantio were polled every five minutes. Nothing is posted or stored.
    """
    settings = session.settings()
    begin = _begin(since, settings.config.zone)
    with (
        session.store(settings) as database,
        _opened(out, force=force) as stream,
        bar("Replaying the history") as heard,
    ):
        test = alerting.backtest(settings, database, sensitivity)
        span = test.span(begin, session.now())
        found = test.run(span, heard)
        for each in found:
            print(json.dumps(row(each), ensure_ascii=False), file=stream)
    for line in summary(found, span, sensitivity or settings.config.alerts.sensitivity):
        click.echo(line, err=out == "-")


def row(alert: Alert) -> dict[str, object]:
    """An alert as plain data; times are ISO 8601 in UTC."""
    return {
        "kind": alert.kind,
        "scope": alert.scope,
        "id": alert.subject,
        "started_at": _iso(alert.started_at),
        "fired_at": _iso(alert.fired_at),
        "resolved_at": None if alert.resolved_at is None else _iso(alert.resolved_at),
        "scans": alert.scans,
        "expected": alert.expected,
        "reason": alert.reason,
    }


def summary(found: Sequence[Alert], span: Span, sensitivity: str) -> Iterator[str]:
    """What a person wants to know of them: how many of each kind, and how often."""
    weeks = max(span.end - span.since, 1) / _WEEK
    days = f"{_iso(span.since)[:10]} to {_iso(span.end - 1)[:10]}"
    if span.end <= span.since:
        yield "There are no scans to replay."
        return
    each_week = len(found) / weeks
    yield f"{days}, sensitivity {sensitivity}: {len(found):,} alerts, {each_week:.1f} a week."
    for (kind, scope), name in _NAMES.items():
        times = [each for each in found if (each.kind, each.scope) == (kind, scope)]
        if times:
            last = f"last {_iso(times[-1].fired_at)}: {times[-1].reason}"
            yield f"  {name:<28}{len(times):>6,}  {last}"


def _begin(words: str | None, zone: str) -> int | None:
    if words is None:
        return None
    try:
        told = datetime.fromisoformat(words)
    except ValueError:
        return periods.parse(words, session.now(), zone).start
    return instant(told, zone) if told.tzinfo is None else int(told.timestamp())


def _opened(out: str | None, *, force: bool) -> AbstractContextManager[TextIO]:
    if out is None:
        return nullcontext(io.StringIO())
    return nullcontext(sys.stdout) if out == "-" else _text(out, force=force)


@contextmanager
def _text(out: str, *, force: bool) -> Iterator[TextIO]:
    with writing(out, force=force) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="\n", write_through=True)
        yield text
        text.detach()


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
