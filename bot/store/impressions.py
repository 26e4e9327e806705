"""Impressions and their hourly tallies, always written together."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from bot.store.keys import agent_keys, keys_of, poster_keys, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from bot.domain.model import Impression
    from bot.store.database import Database, Transaction, Value

HOUR = 3600
_BATCH = 200
_CHUNK = 2000


def add(
    tx: Transaction, rows: Sequence[Impression], scanner: Callable[[Impression], int | None]
) -> list[Impression]:
    """Take in the impressions that are new, tally them, and return them in the order given.

    `scanner` turns an impression into the keyed hash of who scanned. An id that is already there,
    or comes twice in `rows`, changes nothing.
    """
    first: dict[str, Impression] = {}
    for row in rows:
        first.setdefault(row.id, row)
    new: list[Impression] = []
    iterator = iter(first.values())
    while batch := list(islice(iterator, _BATCH)):
        new += _add_batch(tx, batch, scanner)
    return new


def known(tx: Transaction, ids: Collection[str]) -> set[str]:
    """Those of these impression ids that the store has."""
    return {id_ for (id_,) in rows_of(tx, "select id from impression where id in", ids)}


def stream(
    database: Database, start: int, end: int
) -> Iterator[tuple[int, str, str, str, str, str, str]]:
    """Impressions with start <= at < end, oldest first, in flat memory.

    Yields at, id, poster, program, ambassador, agent and device. Reads in short transactions, so
    that a long export never holds up the writer's clean-up.
    """
    at, id_ = start, ""
    while True:
        with database.read() as tx:
            rows = tx.rows(_STREAM, at=at, id=id_, end=end, most=_CHUNK)
        yield from rows
        if len(rows) < _CHUNK:
            return
        at, id_ = rows[-1][0], rows[-1][1]


_STREAM = """
select i.at, i.id, p.id, g.id, a.id, u.agent, u.device
from impression i
join poster p on p.key = i.poster
join program g on g.key = i.program
join ambassador a on a.key = i.ambassador
join agent u on u.key = i.agent
where (i.at > :at or (i.at = :at and i.id > :id)) and i.at < :end
order by i.at, i.id limit :most
"""


def _add_batch(
    tx: Transaction, batch: list[Impression], scanner: Callable[[Impression], int | None]
) -> list[Impression]:
    there = known(tx, [row.id for row in batch])
    fresh = [row for row in batch if row.id not in there]
    if fresh:
        records = _records(tx, fresh, scanner)
        tx.many(_INSERT, records)
        _tally(tx, records)
    return fresh


def _records(
    tx: Transaction, fresh: list[Impression], scanner: Callable[[Impression], int | None]
) -> list[dict[str, Value]]:
    posters = poster_keys(tx, fresh)
    programs = keys_of(tx, "program", {row.program for row in fresh})
    ambassadors = keys_of(tx, "ambassador", {row.ambassador for row in fresh})
    agents = agent_keys(tx, {(row.agent or "", row.device or "") for row in fresh})
    return [
        {
            "at": row.scanned_at,
            "hour": row.scanned_at // HOUR,
            "id": row.id,
            "poster": posters[row.poster],
            "program": programs[row.program],
            "ambassador": ambassadors[row.ambassador],
            "agent": agents[row.agent or "", row.device or ""],
            "scanner": scanner(row),
        }
        for row in fresh
    ]


def _tally(tx: Transaction, records: list[dict[str, Value]]) -> None:
    counted = Counter(tuple(record[name] for name in _TALLIED) for record in records)
    tx.many(
        _TALLY,
        [
            dict(zip(_TALLIED, key, strict=True)) | {"scans": scans}
            for key, scans in counted.items()
        ],
    )


_INSERT = """
insert into impression (at, id, poster, program, ambassador, agent, scanner)
values (:at, :id, :poster, :program, :ambassador, :agent, :scanner)
"""

_TALLIED = ("hour", "poster", "program", "ambassador")
_TALLY = """
insert into tally (hour, poster, program, ambassador, scans)
values (:hour, :poster, :program, :ambassador, :scans)
on conflict (hour, poster, program, ambassador) do update set scans = tally.scans + excluded.scans
"""
