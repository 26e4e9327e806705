from __future__ import annotations

from typing import TYPE_CHECKING

from bot.store import impressions, retention
from bot.store.impressions import Added

from . import brute
from .samples import HOUR, START, no_hash, scan

if TYPE_CHECKING:
    from bot.store.database import Database


def test_the_edge_is_a_whole_hour_and_never_goes_back(database: Database) -> None:
    with database.write() as tx:
        assert retention.edge(tx) == 0
        assert retention.advance(tx, START + HOUR + 1799) == START + HOUR
        assert retention.advance(tx, START) == START + HOUR
        assert retention.edge(tx) == START + HOUR
        assert tx.rows("select count(*) from retention") == [(1,)]


def test_without_an_edge_nothing_is_dropped_even_from_before_1970(database: Database) -> None:
    with database.write() as tx:
        impressions.add(tx, [scan(1, -1), scan(2)], no_hash, 1)
        impressions.delete(tx, ["imp_2"], START)
        assert retention.advance(tx, -HOUR) == 0
        assert [retention.drop(tx, 9), retention.drop_deleted(tx, 9)] == [0, 0]


def test_what_lies_before_the_edge_is_neither_new_nor_an_edit(database: Database) -> None:
    with database.write() as tx:
        impressions.add(tx, [scan(1, START + HOUR)], no_hash, 1)
        retention.advance(tx, START + HOUR)
        rows = [scan(2, START + HOUR - 1), scan(1, START), scan(3, START + HOUR)]
        assert impressions.add(tx, rows, no_hash, 1) == Added([scan(3, START + HOUR)], 0)
        brute.agrees(tx)


def test_dropping_takes_the_oldest_first_and_keeps_their_counts(database: Database) -> None:
    with database.write() as tx:
        impressions.add(tx, [scan(n, START + n * 1200) for n in range(6)], no_hash, 1)
        counted = brute.kept(tx)
        retention.advance(tx, START + HOUR)
        assert retention.drop(tx, 2) == 2
        assert tx.rows("select min(at) from impression") == [(START + 2400,)]
        assert [retention.drop(tx, 2), retention.drop(tx, 2)] == [1, 0]
        assert tx.rows("select min(at) from impression") == [(START + HOUR,)]
        assert brute.kept(tx) == counted


def test_what_vanished_is_forgotten_too(database: Database) -> None:
    with database.write() as tx:
        impressions.add(tx, [scan(1), scan(2, START + HOUR)], no_hash, 1)
        impressions.delete(tx, ["imp_1", "imp_2"], START)
        retention.advance(tx, START + HOUR)
        assert [retention.drop_deleted(tx, 9), retention.drop_deleted(tx, 9)] == [1, 0]
        assert tx.rows("select at from deleted") == [(START + HOUR,)]
