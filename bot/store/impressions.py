"""Impressions, always written together with what counts them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.store import first_load, keys, records, retention
from bot.store.tallies import HOUR

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from bot.domain.model import Impression
    from bot.store.database import Database, Transaction, Value
    from bot.store.keys import Keys
    from bot.store.tallies import Record

__all__ = ["HOUR", "Added", "add", "between", "delete", "known", "stream"]

_CHUNK = 2000
_EVERYTHING = 1 << 60

# Turns an impression into the keyed hash of who scanned, None where nothing tells.
Scanner = Callable[["Impression"], "int | None"]


@dataclass(frozen=True, slots=True)
class Added:
    """What rows brought: impressions that are new, in order, and how many others changed."""

    new: list[Impression]
    edited: int


def add(tx: Transaction, rows: Sequence[Impression], scanner: Scanner, feed: int = 0) -> Added:
    """Take in what is new or has changed, with all counts.

    Of equal ids in `rows` the first counts. A row that is there already is claimed by the feed that
    lists it now, and becomes what this feed says. An impression before the edge of retention is
    ignored; one that had vanished upstream is new again.

    Args:
        tx: A transaction that writes.
        rows: What a feed lists or a file holds.
        scanner: Turns an impression into the keyed hash of who scanned.
        feed: The key of the feed that lists the rows; 0 for a file, which claims and changes
            nothing that is there.
    """
    named = _named(tx, rows)
    there = _there(tx, named) if named else {}
    fresh = {id_: row for id_, row in named.items() if id_ not in there} if there else named
    if fresh:
        _insert(tx, fresh, scanner, feed)
    edited = 0
    if there and feed:
        edited = _relist(tx, [(named[id_], old) for id_, old in there.items()], scanner, feed)
    return Added(list(fresh.values()), edited)


def delete(tx: Transaction, ids: Collection[str], now: int) -> int:
    """Move those of these impressions that are there to `deleted`; returns how many they were."""
    vanished = records.of_ids(tx, [tx.pack(id_) for id_ in ids])
    records.bury(tx, vanished, now)
    return len(vanished)


def known(tx: Transaction, ids: Collection[str]) -> set[str]:
    """Those of these impression ids that the store has."""
    packed = [tx.pack(id_) for id_ in ids]
    return {
        tx.unpack(id_)
        for (id_,) in keys.rows_of(tx, "select id from impression where id in", packed)
    }


def between(
    tx: Transaction, feed: int, low: int, high: int, most: int = _EVERYTHING
) -> list[tuple[int, str]]:
    """Time and id of the first impressions that a feed lists with low < at < high, by time."""
    rows = tx.rows(
        "select at, id from impression where at > :low and at < :high and feed = :feed"
        " order by at, id limit :most",
        low=low,
        high=high,
        feed=feed,
        most=most,
    )
    return [(at, tx.unpack(id_)) for at, id_ in rows]


def stream(
    database: Database, start: int, end: int
) -> Iterator[tuple[int, str, str, str, str, str, str]]:
    """Impressions with start <= at < end, oldest first, in flat memory.

    Yields at, id, poster, program, ambassador, agent and device. Reads in short transactions, so
    that a long export never holds up the writer's clean-up.
    """
    last: tuple[int, Value] = (start, "")
    while True:
        with database.read() as tx:
            rows = tx.rows(_STREAM, at=last[0], id=last[1], end=end, most=_CHUNK)
            told = [(at, tx.unpack(id_), *rest) for at, id_, *rest in rows]
        yield from told
        if len(rows) < _CHUNK:
            return
        last = rows[-1][:2]


def _named(tx: Transaction, rows: Sequence[Impression]) -> dict[Value, Impression]:
    """The rows by packed id, the first of each, without those that retention would drop."""
    edge, pack = retention.edge(tx), tx.pack
    named: dict[Value, Impression] = {}
    for row in rows:
        if not edge or row.scanned_at >= edge:
            named.setdefault(pack(row.id), row)
    return named


def _there(tx: Transaction, named: Mapping[Value, Impression]) -> dict[Value, Record]:
    """What the store has of these, by packed id."""
    if first_load.under_way(tx):
        found = first_load.near(tx, {id_: row.scanned_at for id_, row in named.items()})
    else:
        found = records.of_ids(tx, named)
    return {record[1]: record for record in found}


def _insert(
    tx: Transaction, fresh: Mapping[Value, Impression], scanner: Scanner, feed: int
) -> None:
    records.dig_up(tx, fresh)
    made = keys.of_rows(tx, fresh.values())
    records.insert(tx, _records(fresh.items(), made, map(scanner, fresh.values()), feed))


def _relist(
    tx: Transaction, listed: Sequence[tuple[Impression, Record]], scanner: Scanner, feed: int
) -> int:
    """Let rows that are there be what their feed says now; returns how many that changed."""
    made = keys.of_rows(tx, [row for row, _ in listed])
    hashes = [old[6] for _, old in listed]
    told = _records([(old[1], row) for row, old in listed], made, hashes, feed)
    before, after, claimed = [], [], []
    for (row, old), new in zip(listed, told, strict=True):
        if new[:5] != old[:5]:
            before.append(old)
            after.append((*new[:6], scanner(row), feed))
        elif feed != old[7]:
            claimed.append(old)
    records.replace(tx, before, after)
    records.claim(tx, claimed, feed)
    return len(after)


def _records(
    rows: Iterable[tuple[Value, Impression]], made: Keys, hashes: Iterable[int | None], feed: int
) -> list[Record]:
    return [
        (
            row.scanned_at,
            id_,
            made.posters[row.poster],
            made.programs[row.program],
            made.ambassadors[row.ambassador],
            made.agents[row.agent or "", row.device or ""],
            hash_,
            feed,
        )
        for (id_, row), hash_ in zip(rows, hashes, strict=True)
    ]


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
