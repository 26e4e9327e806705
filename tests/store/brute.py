"""What the counts of a store must be, from its rows alone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.database import Transaction

HOUR = 3600
WIDTHS = (1, 24, 768)
ROWS = "select at, poster, program, ambassador, scanner, feed from impression"

Row = tuple[Any, ...]
Tables = dict[str, set[Row]]


def kept(tx: Transaction) -> Tables:
    """The tables that count, as they are."""
    return {
        "tally": set(
            tx.rows("select width, start, poster, program, ambassador, scans, told from tally")
        ),
        "program_tally": set(
            tx.rows("select width, start, program, scans, told from program_tally")
        ),
        "listed": set(tx.rows("select feed, hour, rows from listed")),
    }


def expected(rows: Iterable[Row], widths: tuple[int, ...] = WIDTHS) -> Tables:
    """The tables that count these rows (at, poster, program, ambassador, scanner, feed)."""
    tally: Counter[Row] = Counter()
    told: Counter[Row] = Counter()
    listed: Counter[Row] = Counter()
    for at, poster, program, ambassador, scanner, feed in rows:
        hour = at // HOUR
        for width in widths:
            start = hour // width * width
            for key in ((width, start, poster, program, ambassador), (width, start, program)):
                tally[key] += 1
                told[key] += scanner is not None
        if feed:
            listed[feed, hour] += 1
    counted = {(*key, scans, told[key]) for key, scans in tally.items()}
    return {
        "tally": {row for row in counted if len(row) == 7},
        "program_tally": {row for row in counted if len(row) == 5},
        "listed": {(*key, rows) for key, rows in listed.items()},
    }


def agrees(tx: Transaction, dropped: Iterable[Row] = ()) -> None:
    """All counts are what the rows say, with those that retention dropped."""
    widths = () if tx.rows("select 1 from first_load") else WIDTHS
    assert kept(tx) == expected([*tx.rows(ROWS), *dropped], widths)
