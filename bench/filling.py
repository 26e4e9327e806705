"""A store of any size without a feed: the same scans, through the same door, in large steps."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING

from bench.population import YEAR, scans
from bot.domain.scanner import fingerprint, month_of
from bot.store import first_load, impressions
from bot.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from bot.domain.model import Impression
    from bot.store.database import Database

NOW = 1_795_000_123  # in the middle of an hour, so that every period has ragged ends
_STEP = 10_000


def fill(path: Path, count: int, progress: Callable[[int], None]) -> None:
    """Make a store of so many scans of two years; `progress` hears of each step."""
    with closing(open_store(f"sqlite:///{path}")) as database:
        load(database, scans(count, NOW - 2 * YEAR, NOW), progress)


def load(database: Database, coming: Iterator[Impression], progress: Callable[[int], None]) -> None:
    """Take scans into an empty store; `progress` hears of each step."""
    first_load.begin(database)
    while batch := list(islice(coming, _STEP)):
        take(database, batch)
        progress(len(batch))
    first_load.finish(database)


def take(database: Database, rows: Sequence[Impression]) -> None:
    """Take scans in."""
    with database.write() as tx:
        impressions.add(tx, rows, _scanner)


def _scanner(rows: Iterable[Impression]) -> list[int | None]:
    """Who scanned, under a key that changes every month as the bot's do."""
    return [fingerprint(month_of(scan.scanned_at).encode(), scan) for scan in rows]
