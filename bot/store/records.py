"""The rows of `impression`, written and removed together with what counts them."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from bot.store import bulk, tallies
from bot.store.keys import rows_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.store.database import Transaction, Value
    from bot.store.tallies import Record

COLUMNS = "at, id, poster, program, ambassador, agent, scanner, feed"


def of_ids(tx: Transaction, ids: Collection[Value]) -> list[Record]:
    """The rows with these packed ids, in no order."""
    return rows_of(tx, f"select {COLUMNS} from impression where id in", ids)


def insert(tx: Transaction, records: Sequence[Record]) -> None:
    """Write rows whose ids are not there yet."""
    # In the order of the table, so that each finds its place beside the one before.
    bulk.write(tx, _INSERT, sorted(records, key=itemgetter(0)))
    tallies.change(tx, records)


def remove(tx: Transaction, records: Sequence[Record]) -> None:
    """Take rows away."""
    tx.many(_REMOVE, [record[:2] for record in records])
    tallies.change(tx, (), records)


def replace(tx: Transaction, before: Sequence[Record], after: Sequence[Record]) -> None:
    """Put rows in the place of others, which may have the same ids."""
    tx.many(_REMOVE, [record[:2] for record in before])
    bulk.write(tx, _INSERT, after)
    tallies.change(tx, after, before)


def claim(tx: Transaction, records: Sequence[Record], feed: int) -> None:
    """Let rows belong to another feed than before."""
    tx.many(_CLAIM, [(feed, *record[:2]) for record in records])
    tallies.claim(tx, records, feed)


def bury(tx: Transaction, records: Sequence[Record], now: int) -> None:
    """Move rows that vanished upstream to `deleted`."""
    bulk.write(tx, _BURY, [(*record, now) for record in records])
    remove(tx, records)


def dig_up(tx: Transaction, ids: Collection[Value]) -> None:
    """Forget that these packed ids had vanished, where they had."""
    if tx.rows("select 1 from deleted limit 1"):
        tx.many("delete from deleted where id = ?", [(id_,) for id_ in ids])


_INSERT = f"insert into impression ({COLUMNS}) values {{rows}}"
_REMOVE = "delete from impression where at = ? and id = ?"
_CLAIM = "update impression set feed = ? where at = ? and id = ?"
_BURY = f"insert into deleted ({COLUMNS}, deleted_at) values {{rows}}"
