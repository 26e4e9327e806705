"""Filling an empty SQLite store: what is costly for each row is done once, at the end.

Ids come in no order, so that a unique index on them dirties a page of its own for every row;
tallies by poster lie as far apart; and a list that comes newest first leaves pages half full. So
until a first load has finished, the index on ids is not there, rows are known by their time and id,
and there are no tallies, so that all that is asked for is counted from the rows. A store whose load
was interrupted stays like that and works in everything, only slower, until the next load finishes.
Where people have to wait for answers meanwhile, it ends early, and what is yet to come is taken in
like any later row.
"""

from __future__ import annotations

import logging
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from bot.store import records, tallies
from bot.store.database import StoreError
from bot.store.sqlite import SqliteDatabase, SqliteTransaction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.domain.model import Impression
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
# Each in the order in which its table lies.
_TALLIED = (
    ("tally", "poster, program, ambassador", "poster, 2, program, ambassador"),
    ("program_tally", "program", "2, program"),
)
_HOURS = """
insert into {table} (width, start, {keys}, scans, told)
select 1, (at - (at % 3600 + 3600) % 3600) / 3600, {keys}, count(*), count(scanner)
from impression group by {order}
"""
_WIDER = """
insert into {table} (width, start, {keys}, scans, told)
select :wide, start - (start % :wide + :wide) % :wide, {keys}, sum(scans), sum(told)
from {table} where width = :narrow group by {order}
"""


def begin(database: Database) -> bool:
    """Get ready to fill the store, if it is empty and SQLite; whether a load is under way now."""
    if not isinstance(database, SqliteDatabase):
        return False
    with database.write() as tx:
        if not under_way(tx) and tx.rows(_EMPTY):
            tx.execute("drop index impression_id")
            tx.execute("insert into first_load (key) values (1)")
        return under_way(tx)


def under_way(tx: Transaction) -> bool:
    """Whether a first load was begun and has not finished."""
    return not tallies.widths(tx)


def finish(database: Database, *, begun: bool = False) -> int:
    """Make the store whole and compact; does nothing where no first load is under way.

    One that was `begun` and ended early left gaps, which go now. Of an id that came at two times,
    since it was edited meanwhile, one row stays.

    Returns:
        How many rows went for that.

    Raises:
        StoreError: when the store can't be made whole; it goes on as before.
    """
    if not isinstance(database, SqliteDatabase):
        return 0
    with database.read() as tx:
        ended = not under_way(tx)
    if ended and not begun:
        return 0
    # The rows alone: what is made of them in one go has no gaps, and need not be written twice.
    _tidy(database.compact)
    if ended:
        return 0
    with database.write(durable=True) as tx:
        repeated = complete(tx)
    _tidy(database.empty_log)
    return repeated


def end_early(database: Database) -> None:
    """Make the store whole while more rows are to come, so that questions are quick from now on.

    Does nothing where no first load is under way. The rows that come then cost more each, and leave
    gaps in the file.

    Raises:
        StoreError: when the store can't be made whole; it goes on as before.
    """
    with database.read() as tx:
        if not under_way(tx):
            return
    with database.write() as tx:
        complete(tx)


def complete(tx: Transaction) -> int:
    """As `finish`, but for making the store compact, within a transaction that writes."""
    if not isinstance(tx, SqliteTransaction) or not under_way(tx):
        return 0
    repeated: list[Record] = []
    if not tx.unless_repeated(_ID_INDEX):
        repeated = _repeated(tx)
        records.remove(tx, repeated)
        tx.execute(_ID_INDEX)
    _count(tx)
    tx.execute("delete from first_load")
    return len(repeated)


def near(tx: Transaction, named: Mapping[Value, Impression]) -> list[Record]:
    """The rows with the packed ids of these impressions, each looked for at its time.

    One that lies by chance in the same stretch of time is found at another time too, but only where
    there is none at its own.
    """
    times = [row.scanned_at for row in named.values()]
    most = _NEAR * len(times) + _BATCH
    rows: list[Record] = tx.rows(
        f"select {records.COLUMNS} from impression where at >= :low and at <= :high limit :most",
        low=min(times),
        high=max(times),
        most=most,
    )
    if len(rows) == most:
        rows = _at(tx, list(zip(times, named, strict=True)))
    found = [record for record in rows if record[1] in named]
    exact = {id_ for at, id_, *_ in found if named[id_].scanned_at == at}
    return [
        record
        for record in found
        if record[1] not in exact or record[0] == named[record[1]].scanned_at
    ]


def _tidy(up: Callable[[], None]) -> None:
    try:
        up()
    except StoreError as error:
        logger.warning("The store stays larger than it could be. %s", error)


def _count(tx: Transaction) -> None:
    """Count all tallies, each width from the one before."""
    for table, keys, order in _TALLIED:
        tx.execute(f"delete from {table}")
        tx.execute(_HOURS.format(table=table, keys=keys, order=order))
        for narrow, wide in pairwise(tallies.WIDTHS):
            wider = _WIDER.format(table=table, keys=keys, order=order)
            tx.execute(wider, narrow=narrow, wide=wide)


def _at(tx: Transaction, wanted: Sequence[tuple[int, Value]]) -> list[Record]:
    found: list[Record] = []
    for first in range(0, len(wanted), _BATCH):
        batch = wanted[first : first + _BATCH]
        pairs = ", ".join(["(?, ?)"] * len(batch))
        found += tx.rows(
            f"select {records.COLUMNS} from impression where (at, id) in (values {pairs})",
            *chain.from_iterable(batch),
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
