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


def expected(rows: Iterable[Row]) -> Tables:
    """The tables that count these rows (at, poster, program, ambassador, scanner, feed)."""
    tally: Counter[Row] = Counter()
    told: Counter[Row] = Counter()
    listed: Counter[Row] = Counter()
    for at, poster, program, ambassador, scanner, feed in rows:
        hour = at // HOUR
        for width in WIDTHS:
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
    """All counts are what the rows say, with those that retention dropped.

    While a first load is under way, the tallies are those of its stretch alone.
    """
    rows = [*tx.rows(ROWS), *dropped]
    inside = expected([row for row in rows if tallied(tx, row[0])])
    assert kept(tx) == {**inside, "listed": expected(rows)["listed"]}


def tallied(tx: Transaction, at: int) -> bool:
    """Whether a row of this time is tallied."""
    found = tx.rows("select low, high from first_load")
    return not found or (found[0][0] is not None and found[0][0] <= at < found[0][1])
