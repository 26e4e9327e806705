"""Counting tallies again, from the narrowest to the widest."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from bot.store.recount import BLOCK, HOLDERS, HOUR_OF_ROW, bounds
from bot.store.tallies import WIDTHS, lying, widths

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.database import Database, Transaction, Value

_DAY = WIDTHS[1]


def rebuild(database: Database, blocks: Iterable[int]) -> None:
    """Count the tallies of these blocks again, named by their first hour.

    The hours of a day are one short transaction, the wider tallies of a block another, which
    survives a power cut, as then do those before it. During a first load there is only what the
    feeds list.
    """
    for block in blocks:
        for day in range(block, block + BLOCK, _DAY):
            with database.write() as tx:
                _hours(tx, day)
        with database.write(durable=True) as tx:
            _wider(tx, block)


def _hours(tx: Transaction, day: int) -> None:
    """The hours of which there are rows, and what the feeds list in them."""
    values = bounds(tx, day, day + _DAY)
    tx.execute("delete from listed where hour >= :kept and hour < :end_hour", **values)
    tx.execute(_LISTED, **values)
    if widths(tx):
        _drop(tx, 1, values["kept"], day + _DAY)
        tx.execute(_HOURS, **values)
        _programs(tx, day, day + _DAY, 1)


def _wider(tx: Transaction, block: int) -> None:
    """Days and more, each the sum of those that are next in width, where there are such."""
    for narrow, wide in pairwise(widths(tx)):
        _drop(tx, wide, block, block + BLOCK)
        tx.execute(_WIDER, narrow=narrow, wide=wide, first=block, end_hour=block + BLOCK)
        _programs(tx, block, block + BLOCK, wide)


def _drop(tx: Transaction, width: int, low: Value, end: int) -> None:
    tx.execute(_DROP, width=width, low=low, end_hour=end)


def _programs(tx: Transaction, first: int, end: int, width: int) -> None:
    tx.execute(_DROP_PROGRAMS, width=width, first=first, end_hour=end)
    tx.execute(_PROGRAMS, width=width, first=first, end_hour=end)


_DROP = f"""
with recursive {HOLDERS}
delete from tally where width = :width and start >= :low and start < :end_hour
    and poster in (select key from holder where key is not null)
"""
_HOURS = f"""
insert into tally (width, start, poster, program, ambassador, scans, told)
select 1, {HOUR_OF_ROW}, poster, program, ambassador, count(*), count(scanner)
from impression where at >= :kept_at and at < :end_at group by 2, 3, 4, 5
"""
_LISTED = f"""
insert into listed (feed, hour, rows)
select feed, {HOUR_OF_ROW}, count(*)
from impression where at >= :kept_at and at < :end_at and feed <> 0 group by 1, 2
"""
_WIDER = f"""
with recursive {HOLDERS}
insert into tally (width, start, poster, program, ambassador, scans, told)
select :wide, t.start - (t.start - :first) % :wide, t.poster, t.program, t.ambassador,
    cast(sum(t.scans) as bigint), cast(sum(t.told) as bigint)
from holder h cross join tally t
where t.poster = h.key and t.width = :narrow and t.start >= :first and t.start < :end_hour
group by 2, 3, 4, 5
"""
_DROP_PROGRAMS = """
delete from program_tally where width = :width and start >= :first and start < :end_hour
"""
_PROGRAMS = f"""
with recursive {HOLDERS}
insert into program_tally (width, start, program, scans, told)
select :width, t.start, t.program, cast(sum(t.scans) as bigint), cast(sum(t.told) as bigint)
from {lying("t", "holder h")} t.width = :width and t.start >= :first and t.start < :end_hour
group by 2, 3
"""
