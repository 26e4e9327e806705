"""Filling an empty SQLite store: what is costly for each row is done once, at the end.

Ids come in no order, so that a unique index on them dirties a page of its own for every row;
tallies by poster lie as far apart; and a list that comes newest first leaves pages half full. So
until a first load has finished, the index on ids is not there, rows are known by their time and id,
and there are only the tallies of hours, kept by time. A store whose load was interrupted stays like
that and works in everything, only slower, until the next load finishes.
"""

from __future__ import annotations

import logging
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.store import records, tallies
from bot.store.database import StoreError
from bot.store.schema import TALLY, statements
from bot.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.store.database import Database, Transaction, Value
    from bot.store.tallies import Record

logger = logging.getLogger(__name__)

# A page of a list lies close together in time; a file in no order does not.
_NEAR = 4
_BATCH = 256
_EMPTY = """
select 1 where not exists (select 1 from impression) and not exists (select 1 from tally)
"""
_ID_INDEX = "create unique index impression_id on impression (id)"
_BY_POSTER = "poster, width, start, program, ambassador"
_TALLIED = (("tally", "poster, program, ambassador"), ("program_tally", "program"))
_WIDER = """
insert into {table} (width, start, {keys}, scans, told)
select :wide, start - (start % :wide + :wide) % :wide, {keys}, sum(scans), sum(told)
from {table} where width = :narrow group by 2, {keys}
"""
_BY_TIME = "width, start, poster, program, ambassador"


def begin(database: Database) -> None:
    """Get ready to fill the store, if it is empty and SQLite."""
    if not isinstance(database, SqliteDatabase):
        return
    with database.write() as tx:
        if not under_way(tx) and tx.rows(_EMPTY):
            tx.execute("drop index impression_id")
            _reorder(tx, _BY_TIME)
            tx.execute("insert into first_load (key) values (1)")


def under_way(tx: Transaction) -> bool:
    """Whether a first load was begun and has not finished."""
    return tallies.widths(tx) != tallies.WIDTHS


def finish(database: Database) -> int:
    """Make the store whole and compact; does nothing where no first load is under way.

    Of an id that came at two times, since it was edited meanwhile, one row stays.

    Returns:
        How many rows went for that.

    Raises:
        StoreError: when the store can't be made whole; it goes on as before.
    """
    with database.read() as tx:
        if not under_way(tx):
            return 0
    if not isinstance(database, SqliteDatabase):
        return 0
    repeated = _make_whole(database)
    try:
        database.compact()
    except StoreError as error:
        logger.warning("The store stays larger than it could be. %s", error)
    return repeated


def near(tx: Transaction, times: Mapping[Value, int]) -> list[Record]:
    """The rows with these packed ids, each looked for at its time.

    One that lies by chance in the same stretch of time is found at another time too, but only where
    there is none at its own.
    """
    most = _NEAR * len(times) + _BATCH
    rows: list[Record] = tx.rows(
        f"select {records.COLUMNS} from impression where at >= :low and at <= :high limit :most",
        low=min(times.values()),
        high=max(times.values()),
        most=most,
    )
    if len(rows) == most:
        rows = _at(tx, list(times.items()))
    exact = {id_ for at, id_, *_ in rows if times.get(id_) == at}
    return [
        record
        for record in rows
        if record[1] in times and (record[0] == times[record[1]] or record[1] not in exact)
    ]


def _make_whole(database: SqliteDatabase) -> int:
    repeated: list[Record] = []
    with database.write(durable=True) as tx:
        if under_way(tx):
            if not tx.unless_repeated(_ID_INDEX):
                repeated = _repeated(tx)
                records.remove(tx, repeated)
                tx.execute(_ID_INDEX)
            _reorder(tx, _BY_POSTER)
            _widen(tx)
            tx.execute("delete from first_load")
    return len(repeated)


def _reorder(tx: Transaction, key: str) -> None:
    tx.execute("alter table tally rename to other_tally")
    (made,) = statements("sqlite", TALLY.replace(_BY_POSTER, key))
    tx.execute(made)
    columns = f"{key}, scans, told"
    tx.execute(f"insert into tally ({columns}) select {columns} from other_tally order by {key}")
    tx.execute("drop table other_tally")


def _widen(tx: Transaction) -> None:
    """Add the wider tallies up from the hours."""
    for table, _ in _TALLIED:
        tx.execute(f"delete from {table} where width > 1")
    for narrow, wide in pairwise(tallies.WIDTHS):
        for table, keys in _TALLIED:
            tx.execute(_WIDER.format(table=table, keys=keys), narrow=narrow, wide=wide)


def _at(tx: Transaction, wanted: Sequence[tuple[Value, int]]) -> list[Record]:
    found: list[Record] = []
    for first in range(0, len(wanted), _BATCH):
        batch = wanted[first : first + _BATCH]
        pairs = ", ".join(["(?, ?)"] * len(batch))
        found += tx.rows(
            f"select {records.COLUMNS} from impression where (at, id) in (values {pairs})",
            *(value for id_, at in batch for value in (at, id_)),
        )
    return found


def _repeated(tx: Transaction) -> list[Record]:
    """The rows whose id is there with another time too, but for the one to keep of each.

    That is one that a feed lists, where there is one, and of several the latest.
    """
    return tx.rows(
        f"""select {records.COLUMNS} from (
            select {records.COLUMNS},
                row_number() over (partition by id order by min(feed, 1) desc, at desc) as place
            from impression
            where id in (select id from impression group by id having count(*) > 1)) ranked
        where place > 1"""
    )
