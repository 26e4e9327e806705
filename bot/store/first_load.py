"""Filling an empty SQLite store: what is costly for each row is done once, at the end.

Ids come in no order, so that a unique index on them dirties a page of its own for every row;
tallies by poster lie as far apart; and a list that comes newest first leaves pages half full. So
until a first load has finished, the index on ids is not there, and rows are known by their time and
id. Tallies are made many rows at a time, of a stretch of time that grows behind a list in order:
what lies outside it is counted from its rows, and of what lies in it, answers are as quick as ever.
A store whose load was interrupted stays like that and works in everything until the next load
finishes.
"""

from __future__ import annotations

import logging
from itertools import chain
from typing import TYPE_CHECKING

from bot.store import counts, making, records, tallies
from bot.store.database import StoreError
from bot.store.sqlite import SqliteDatabase, SqliteTransaction
from bot.store.stretch import ALL, NONE, OLD, Stretch, tallied
from bot.store.tallies import HOUR

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


def begin(database: Database) -> None:
    """Get ready to fill the store, if it is empty and SQLite."""
    if not isinstance(database, SqliteDatabase):
        return
    with database.write() as tx:
        if not under_way(tx) and tx.rows(_EMPTY):
            tx.execute("drop index impression_id")
            tx.execute("insert into first_load (key) values (1)")


def under_way(tx: Transaction) -> bool:
    """Whether a first load was begun and has not finished."""
    return not tallies.widths(tx)


def advance(database: Database, oldest: int, newest: int) -> None:
    """Tally what has come so far, but for the hours that are still being filled.

    Does nothing where no first load is under way, or where the rows come in no order.

    Args:
        database: The store.
        oldest: The time of the oldest of the rows that came last, in UTC seconds.
        newest: That of the newest of them.

    Raises:
        StoreError: when the store can't take it; what was tallied before stays.
    """
    if not isinstance(database, SqliteDatabase):
        return
    with database.write() as tx:
        before, (first, last) = tallied(tx), counts.extent(tx)
        if first is None or last is None:
            return
        if before == NONE:
            before = _beginning(first, last, oldest, newest)
        making.extend(tx, before, _beyond(before, oldest, newest))


def catch_up(database: Database) -> None:
    """Tally what came since `advance`, as people wait for answers.

    Does nothing where no first load is under way, or where its list has not shown an order yet.

    Raises:
        StoreError: when the store can't take it; what was tallied before stays.
    """
    with database.read() as tx:
        if tallied(tx) in {ALL, NONE}:
            return
    with database.write() as tx:
        before, (first, last) = tallied(tx), counts.extent(tx)
        front = first if before.high == ALL.high else last
        if front is not None:
            making.extend(tx, before, _beyond(before, front, front))


def finish(database: Database) -> int:
    """Make the store whole and compact; does nothing where no first load is under way.

    Of an id that came at two times, since it was edited meanwhile, one row stays.

    Returns:
        How many rows went for that.

    Raises:
        StoreError: when the store can't be made whole; it goes on as before.
    """
    if not isinstance(database, SqliteDatabase):
        return 0
    with database.read() as tx:
        if not under_way(tx):
            return 0
        begun = tallied(tx) != NONE
    if begun:
        # What was made in pieces has gaps. What is made in one go has none, and need not be
        # written twice.
        with database.write() as tx:
            making.extend(tx, tallied(tx), ALL)
    _tidy(database.compact)
    with database.write(durable=True) as tx:
        repeated = complete(tx)
    _tidy(database.empty_log)
    return repeated


def complete(tx: Transaction) -> int:
    """As `finish`, but for making the store compact, within a transaction that writes."""
    if not isinstance(tx, SqliteTransaction) or not under_way(tx):
        return 0
    making.extend(tx, tallied(tx), ALL)
    repeated: list[Record] = []
    if not tx.unless_repeated(_ID_INDEX):
        repeated = _repeated(tx)
        records.remove(tx, repeated)
        tx.execute(_ID_INDEX)
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


def _beginning(first: int, last: int, oldest: int, newest: int) -> Stretch:
    """The end of time where the list began to come in, as far as its last rows show.

    All rows there are lie between `first` and `last`, the last that came between the others.
    """
    if oldest <= first and newest < last:
        return NONE
    return OLD if first < oldest and last <= newest else ALL


def _beyond(made: Stretch, oldest: int, newest: int) -> Stretch:
    """What was tallied and what lies between it and these last rows, where they lie outside."""
    # Whole days, where some are over, cost less.
    for unit in (24 * HOUR, HOUR):
        low, high = newest - newest % unit + unit, oldest - oldest % unit
        if low < made.low:
            return made._replace(low=low)
        if high > made.high:
            return made._replace(high=high)
    return made


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
