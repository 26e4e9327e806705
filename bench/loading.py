"""Taking scans in: end to end over HTTP, and by polls that find nothing new."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING

from bench.figure import Figure, rate, timed
from bot.sandbox.fake_vantio import FakeVantio
from bot.services.asking import Asking
from bot.services.ingest import Ingest, Intervals, feeds_of
from bot.store.opening import open_store
from bot.vantio.client import Vantio

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START = 1_790_000_000
EVERY = 37  # seconds between two scans


def figures(store: Path, scans: int) -> Iterator[Figure]:
    rows = [_row(number) for number in range(scans)]
    with FakeVantio(rows) as feed, Vantio(feed.url, feed.key) as vantio:
        database = open_store(f"sqlite:///{store}")
        asking = Asking(vantio, database, Event(), lambda: int(time.time()))
        ingest = Ingest(
            database, asking, feeds_of([]), lambda: int(time.time()), Intervals(10**9, 10**9)
        )
        discard = timed(lambda: _fetch_all(vantio))
        bare = timed(lambda: _bare(vantio, store.with_name("bare.db")))
        before = len(feed.requests)
        ours = timed(ingest.sync)
        asked = len(feed.requests) - before
        yield rate("first load, over HTTP", scans, ours, "fetch and discard", discard)
        yield rate("first load, over HTTP", scans, ours, "into one bare table", bare)
        least = -(-scans // 100) + 1
        yield Figure("requests of a first load", str(asked), str(least), f"{asked / least:.3f}")
        yield _quiet(ingest, feed, vantio)
        database.close()
    size = store.stat().st_size
    yield Figure(
        "on disk, with indexes and tallies",
        f"{size / scans:.0f} bytes a scan",
        f"as JSON: {len(json.dumps(rows)) / scans:.0f} bytes",
        f"{size / len(json.dumps(rows)):.2f}",
    )


def _quiet(ingest: Ingest, feed: FakeVantio, vantio: Vantio) -> Figure:
    before = len(feed.requests)
    ours = min(timed(ingest.sync) for _ in range(5))
    one = min(timed(vantio.impressions) for _ in range(5))
    asked = (len(feed.requests) - before) // 5 - 1
    return Figure(
        f"a poll that finds nothing ({asked} request)",
        f"{ours * 1000:.1f} ms",
        f"one request: {one * 1000:.1f} ms",
        f"{ours / one:.2f}",
    )


def _fetch_all(vantio: Vantio) -> None:
    offset = 0
    while size := vantio.impressions(offset=offset).size:
        offset += size


def _bare(vantio: Vantio, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table scan (id text primary key, poster text, at integer)")
        offset = 0
        while rows := vantio.impressions(offset=offset).rows:
            told = [(row.id, row.poster, row.scanned_at) for row in rows]
            connection.executemany("insert or ignore into scan values (?, ?, ?)", told)
            connection.commit()
            offset += len(rows)


def _row(number: int) -> dict[str, object]:
    return {
        "id": f"imp_{number * 7919 % 1_000_003:012x}",
        "poster_id": f"poster_{number * 31 % 300}",
        "program_id": f"prog_{number % 12}",
        "student_id": f"user_{number * 31 % 60}",
        "scanned_at": START + number * EVERY,
        "user_agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)",
        "ip_address": f"192.0.2.{number % 250}",
        "metadata": {"device_type": "mobile"},
    }
