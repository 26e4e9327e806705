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

# Turns impressions into the keyed hashes of who scanned, None where nothing tells.
Scanner = Callable[["Collection[Impression]"], "Sequence[int | None]"]


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
        scanner: Turns impressions into the keyed hashes of who scanned.
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
    vanished = records.of_ids(tx, tx.pack(list(ids)))
    records.bury(tx, vanished, now)
    return len(vanished)


def known(tx: Transaction, ids: Collection[str]) -> set[str]:
    """Those of these impression ids that the store has."""
    found = keys.rows_of(tx, "select id from impression where id in", tx.pack(list(ids)))
    return {tx.unpack(id_) for (id_,) in found}


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
    edge = retention.edge(tx)
    kept = [row for row in rows if row.scanned_at >= edge] if edge else rows
    packed = tx.pack([row.id for row in kept])
    named = dict(zip(packed, kept, strict=True))
    if len(named) < len(kept):
        named.update(zip(reversed(packed), reversed(kept), strict=True))
    return named


def _there(tx: Transaction, named: Mapping[Value, Impression]) -> dict[Value, Record]:
    """What the store has of these, by packed id."""
    look = first_load.near if first_load.under_way(tx) else records.of_ids
    return {record[1]: record for record in look(tx, named)}


def _insert(
    tx: Transaction, fresh: Mapping[Value, Impression], scanner: Scanner, feed: int
) -> None:
    records.dig_up(tx, fresh)
    made = keys.of_rows(tx, fresh.values())
    records.insert(tx, _records(fresh.items(), made, scanner(fresh.values()), feed))


def _relist(
    tx: Transaction, listed: Sequence[tuple[Impression, Record]], scanner: Scanner, feed: int
) -> int:
    """Let rows that are there be what their feed says now; returns how many that changed."""
    made = keys.of_rows(tx, [row for row, _ in listed])
    hashes = [old[6] for _, old in listed]
    told = _records([(old[1], row) for row, old in listed], made, hashes, feed)
    changed, claimed = [], []
    for (row, old), new in zip(listed, told, strict=True):
        if new[:5] != old[:5]:
            changed.append((row, old, new))
        elif feed != old[7]:
            claimed.append(old)
    hashed = scanner([row for row, _, _ in changed])
    after = [(*new[:6], hash_, feed) for (_, _, new), hash_ in zip(changed, hashed, strict=True)]
    records.replace(tx, [old for _, old, _ in changed], after)
    records.claim(tx, claimed, feed)
    return len(changed)


def _records(
    rows: Iterable[tuple[Value, Impression]], made: Keys, hashes: Iterable[int | None], feed: int
) -> list[Record]:
    posters, programs, ambassadors, agents = (
        made.posters,
        made.programs,
        made.ambassadors,
        made.agents,
    )
    return [
        (
            at,
            id_,
            posters[poster],
            programs[program],
            ambassadors[ambassador],
            agents[agent or "", device or ""],
            hash_,
            feed,
        )
        for (id_, (_, poster, program, ambassador, at, agent, device, _)), hash_ in zip(
            rows, hashes, strict=True
        )
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
