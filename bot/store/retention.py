"""Which impressions were dropped for their age; their tallies stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.store import first_load
from bot.store.tallies import HOUR

if TYPE_CHECKING:
    from bot.store.database import Transaction


def edge(tx: Transaction) -> int:
    """The whole hour in UTC seconds before which no impression is taken in; 0 if there is none."""
    ((before,),) = tx.rows("select coalesce(max(before), 0) from retention")
    return int(before)


def advance(tx: Transaction, to: int) -> int:
    """Move the edge to the hour of this time, never back, and return where it is now.

    What lies before it is kept until `drop` was called often enough.
    """
    now, wanted = edge(tx), to - to % HOUR
    if wanted <= now:
        return now
    tx.execute("delete from retention")
    tx.execute("insert into retention (before) values (:before)", before=wanted)
    return wanted


def drop(tx: Transaction, most: int) -> int:
    """Drop so many of the oldest impressions before the edge; returns how many there were.

    Tallies and what the feeds list count them still; where a first load is under way, it ends, so
    that there are tallies.
    """
    before = edge(tx)
    if before and tx.rows("select 1 from impression where at < :before limit 1", before=before):
        first_load.complete(tx)
    return _drop(
        tx,
        "delete from impression where (at, id) in (select at, id from impression"
        " where at < :before order by at, id limit :most)",
        most,
    )


def drop_deleted(tx: Transaction, most: int) -> int:
    """Forget so many of the impressions before the edge that vanished upstream."""
    return _drop(
        tx,
        "delete from deleted where id in (select id from deleted"
        " where at < :before order by id limit :most)",
        most,
    )


def _drop(tx: Transaction, sql: str, most: int) -> int:
    before = edge(tx)
    return tx.execute(sql, before=before, most=most) if before else 0
