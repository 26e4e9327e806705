"""How long a question takes, beside counting the same rows without tallies."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from bench.figure import Figure, milliseconds, percentiles, timed
from bench.filling import NOW
from bot.domain import command
from bot.domain.model import Programs
from bot.services.reports import Reports
from bot.store import scanners
from bot.store.counts import Selection
from bot.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.domain.period import Period

_RUNS = 200
_MOST, _MOST_WITH_PEOPLE = 20, 80
_PERIODS = ("last 24 hours", "last 7 days", "last 30 days", "last 365 days", "all time")
_ZONE = "Europe/Berlin"
_PROGRAM = "program = (select key from program where id = 'prog_1')"
_POSTER = "poster = (select key from poster where id = 'poster_1')"
_AMBASSADOR = "ambassador = (select key from ambassador where id = 'user_1')"


class _Asked(NamedTuple):
    """A question, and the columns and the condition that answer it from the rows."""

    words: str
    grouped: str
    condition: str = "true"
    filters: str = ""
    people: bool = False


_QUESTIONS = (
    _Asked("top 10", "poster"),
    _Asked("leaderboard 10", "ambassador"),
    _Asked("trend", "at / 86400"),
    _Asked("poster poster_1", "at / 86400", _POSTER, people=True),
    _Asked("program prog_1", "poster", _PROGRAM, people=True),
    _Asked("top 10", "poster", _PROGRAM, " program:prog_1"),
    _Asked("top 10", "poster", _AMBASSADOR, " ambassador:user_1"),
    _Asked("leaderboard 10", "ambassador", _POSTER, " poster:poster_1"),
    _Asked("trend", "at / 86400", _PROGRAM, " program:prog_1"),
    _Asked("trend", "at / 86400", _POSTER, " poster:poster_1"),
)
_CROWDS = (
    ("of a program", _PROGRAM, Selection(program="prog_1")),
    ("of a poster", _POSTER, Selection(poster="poster_1")),
)


def questions(store: Path) -> Iterator[Figure]:
    """Median and 99th percentile of every question over every period."""
    with (
        closing(open_store(f"sqlite:///{store}")) as database,
        closing(sqlite3.connect(store)) as bare,
    ):
        reports = Reports(database, Programs({}))
        for asked in _QUESTIONS:
            for span in _PERIODS:
                words = f"{asked.words} {span}{asked.filters}"
                question = command.parse(words, NOW, _ZONE)
                work = partial(reports.answer, question, NOW)
                naive = _naive(bare, asked.grouped, asked.condition, question.period)
                most = _MOST_WITH_PEOPLE if asked.people else _MOST
                yield _latency(words, percentiles(work, _RUNS), naive, most)


def people(store: Path) -> Iterator[Figure]:
    """How long different people take to count, and how far off the count is."""
    with (
        closing(open_store(f"sqlite:///{store}")) as database,
        closing(sqlite3.connect(store)) as bare,
        database.read() as tx,
    ):
        for name, condition, selection in _CROWDS:
            for span in _PERIODS[2:]:
                period = command.parse(f"top {span}", NOW, _ZONE).period
                work = partial(scanners.people, tx, period.start, period.end, selection)
                exact, naive = _different(bare, condition, period)
                off = abs((work() or 0) - exact) / max(1, exact)
                found = percentiles(work, _RUNS)
                what = f"different people {name}, {span} ({off:.1%} off)"
                yield _latency(what, found, naive, _MOST_WITH_PEOPLE)


def _latency(what: str, found: tuple[float, float], naive: float, most: int) -> Figure:
    median, worst = found
    return Figure(
        what,
        f"p50 {milliseconds(median)}, p99 {milliseconds(worst)}",
        f"from the rows: {milliseconds(naive)}",
        median / naive,
        f"p99 ≤ {most} ms",
        worst <= most,
    )


def _naive(bare: sqlite3.Connection, grouped: str, condition: str, period: Period) -> float:
    query = (
        f"select {grouped}, count(*) from impression"  # noqa: S608 - from the constants above
        f" where at >= ? and at < ? and {condition} group by 1"
    )
    return 1000 * timed(lambda: bare.execute(query, (period.start, period.end)).fetchall())


def _different(bare: sqlite3.Connection, condition: str, period: Period) -> tuple[int, float]:
    query = (
        "select count(distinct scanner) from impression"  # noqa: S608 - from the constants above
        f" where at >= ? and at < ? and {condition}"
    )
    found: list[int] = []
    seconds = timed(
        lambda: found.extend(bare.execute(query, (period.start, period.end)).fetchone())
    )
    return found[0], 1000 * seconds
