"""How long a question takes, beside counting the same rows without tallies."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from bench.figure import Figure, percentiles
from bench.loading import EVERY, START
from bot.domain import command
from bot.domain.model import Programs
from bot.services.reports import Reports
from bot.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUNS = 40
QUESTIONS = (
    "top 10 last 24 hours",
    "top 10 last 7 days",
    "top 10 all time",
    "leaderboard last 7 days",
    "trend last 30 days",
    "poster poster_31 last 7 days",
    "top 10 last 7 days program:prog_1",
)


def figures(store: Path) -> Iterator[Figure]:
    database = open_store(f"sqlite:///{store}")
    reports = Reports(database, Programs({}))
    with closing(sqlite3.connect(store)) as bare:
        ((scans,),) = bare.execute("select count(*) from impression")
        naive, _ = percentiles(lambda: _count(bare), 5)
    now = START + scans * EVERY
    for words in QUESTIONS:
        question = command.parse(words, now, "Europe/Berlin")
        median, worst = percentiles(partial(reports.answer, question, now), RUNS)
        yield Figure(
            words,
            f"p50 {median:.1f} ms, p99 {worst:.1f} ms",
            f"counting all rows: {naive:.1f} ms",
            f"{median / naive:.2f}",
        )
    database.close()


def _count(connection: sqlite3.Connection) -> None:
    connection.execute("select poster, count(*) from impression group by poster").fetchall()
