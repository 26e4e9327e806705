"""What feeds list: claims, edits, impressions that vanish, come back, or grow too old."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from bot.store import impressions, keys, retention
from bot.store.impressions import Added

from . import brute
from .samples import HOUR, START, by_row, emptied, modest, no_hash, scan, scans

if TYPE_CHECKING:
    from bot.domain.model import Impression
    from bot.store.database import Database, Transaction

NOW = START + 9 * HOUR
ROWS = """
select i.id, i.at, p.id, g.id, a.id, i.scanner, i.feed from {table} i
join poster p on p.key = i.poster join program g on g.key = i.program
join ambassador a on a.key = i.ambassador
"""
# Beside the borders of hours, days, 32 days, and of time itself.
BORDERS = [START, START - 480 * HOUR, START - 24 * HOUR, START + HOUR, 0]
spread = st.builds(
    lambda border, beside: border + beside, st.sampled_from(BORDERS), st.sampled_from([-1, 0, 1800])
)
rows_of_feeds = st.builds(
    lambda row, at, number: row._replace(scanned_at=at, id=f"imp_{number}"),
    scans,
    spread,
    st.integers(0, 7),
)
steps = st.one_of(
    st.tuples(st.just("list"), st.sampled_from([0, 1, 2]), st.lists(rows_of_feeds, max_size=6)),
    st.tuples(st.just("vanish"), st.just(0), st.lists(st.integers(0, 7).map(lambda n: f"imp_{n}"))),
    st.tuples(st.just("retain"), spread, st.just([])),
)


def told(row: Impression) -> int | None:
    return None if row.address is None else len(row.address)


def as_told(row: Impression) -> tuple[Any, ...]:
    return row.scanned_at, row.poster, row.program, row.ambassador


def first_of_each(rows: list[Impression]) -> dict[str, Impression]:
    return {row.id: row for row in reversed(rows)}


@dataclass
class Expected:
    """What a store should hold after the same steps."""

    rows: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    dropped: list[tuple[Any, ...]] = field(default_factory=list)
    edge: int = 0

    def take(self, rows: list[Impression], feed: int) -> tuple[list[str], int]:
        new: list[str] = []
        edited = 0
        for row in first_of_each(self._taken(rows)).values():
            old = self.rows.get(row.id)
            if old is None:
                new.append(row.id)
                self.deleted.discard(row.id)
            elif feed and old[:4] == as_told(row):
                self.rows[row.id] = (*old[:5], feed)
                continue
            elif not feed:
                continue
            else:
                edited += 1
            self.rows[row.id] = (*as_told(row), told(row), feed)
        return sorted(new), edited

    def _taken(self, rows: list[Impression]) -> list[Impression]:
        return [row for row in rows if not self.edge or row.scanned_at >= self.edge]

    def vanish(self, ids: list[str]) -> int:
        there = {id_ for id_ in ids if id_ in self.rows}
        for id_ in there:
            del self.rows[id_]
        self.deleted |= there
        return len(there)

    def retain(self, to: int) -> None:
        self.edge = max(self.edge, to // HOUR * HOUR)


def drop_all(tx: Transaction, to: int) -> list[tuple[Any, ...]]:
    """Move the edge, drop what lies before it, and return the rows that were."""
    edge = retention.advance(tx, to)
    old = [row for row in tx.rows(brute.ROWS) if edge and row[0] < edge]
    while retention.drop(tx, 2):
        pass
    return old


def step(tx: Transaction, expected: Expected, kind: str, number: int, values: list[Any]) -> None:
    if kind == "list":
        added = impressions.add(tx, values, by_row(told), number)
        new, edited = expected.take(values, number)
        assert (sorted(row.id for row in added.new), added.edited) == (new, edited)
    elif kind == "vanish":
        assert impressions.delete(tx, values, NOW) == expected.vanish(values)
    else:
        expected.retain(number)
        expected.dropped += drop_all(tx, number)
        expected.rows = {
            id_: row
            for id_, row in expected.rows.items()
            if row[0] >= expected.edge or not expected.edge
        }


def check(tx: Transaction, expected: Expected) -> None:
    kept = {tx.unpack(id_): tuple(rest) for id_, *rest in tx.rows(ROWS.format(table="impression"))}
    assert kept == expected.rows
    deleted = {tx.unpack(id_) for (id_,) in tx.rows("select id from deleted")}
    assert deleted == expected.deleted
    brute.agrees(tx, expected.dropped)


@given(st.lists(steps, max_size=8))
@modest(max_examples=120)
def test_rows_and_counts_follow_what_feeds_say(
    database: Database, taken: list[tuple[str, int, list[Any]]]
) -> None:
    emptied(database)
    expected = Expected()
    for kind, number, values in taken:
        with database.write() as tx:
            step(tx, expected, kind, number, values)
            check(tx, expected)


def listed(tx: Transaction) -> list[tuple[int, int, int]]:
    return tx.rows("select feed, hour, rows from listed order by feed, hour")


def test_a_feed_claims_what_an_import_brought_and_an_import_claims_nothing(
    database: Database,
) -> None:
    row = scan(1)
    with database.write() as tx:
        impressions.add(tx, [row], no_hash)
        assert listed(tx) == []
        assert impressions.add(tx, [row], no_hash, 1) == Added([], 0)
        assert listed(tx) == [(1, START // HOUR, 1)]
        impressions.add(tx, [row], no_hash, 2)
        impressions.add(tx, [row._replace(poster="poster_c")], no_hash)
        assert listed(tx) == [(2, START // HOUR, 1)]
        assert impressions.between(tx, 2, START - 1, START + 1) == [(START, "imp_1")]
        assert impressions.between(tx, 1, START - 1, START + 1) == []


def test_an_edit_moves_a_row_in_time(database: Database) -> None:
    row = scan(1)
    moved = row._replace(scanned_at=START + 2 * HOUR, poster="poster_c")
    with database.write() as tx:
        impressions.add(tx, [row, scan(2)], no_hash, 1)
        assert impressions.add(tx, [moved, scan(2)], no_hash, 1) == Added([], 1)
        assert impressions.add(tx, [moved], no_hash, 1) == Added([], 0)
        assert listed(tx) == [(1, START // HOUR, 1), (1, START // HOUR + 2, 1)]
        brute.agrees(tx)


def test_what_vanished_is_kept_apart_until_it_comes_again(database: Database) -> None:
    row = scan(1)
    with database.write() as tx:
        impressions.add(tx, [row, scan(2)], no_hash, 1)
        assert impressions.delete(tx, ["imp_1", "imp_9"], NOW) == 1
        assert impressions.delete(tx, ["imp_1"], NOW) == 0
        assert tx.rows("select at, feed, deleted_at from deleted") == [(START, 1, NOW)]
        assert impressions.known(tx, ["imp_1", "imp_2"]) == {"imp_2"}
        assert impressions.add(tx, [row], no_hash) == Added([row], 0)
        assert tx.rows("select id from deleted") == []
        brute.agrees(tx)


def test_between_leaves_its_ends_out(database: Database) -> None:
    with database.write() as tx:
        impressions.add(tx, [scan(n, START + n) for n in (3, 1, 4, 2)], no_hash, 1)
        found = [(START + 2, "imp_2"), (START + 3, "imp_3")]
        assert impressions.between(tx, 1, START + 1, START + 4) == found


def test_feeds_have_keys_of_their_own(database: Database) -> None:
    with database.write() as tx:
        one = keys.feed_key(tx, "impressions")
        other = keys.feed_key(tx, "impressions/prog_1")
        assert one
        assert other
        assert one != other
        assert keys.feed_key(tx, "impressions") == one
