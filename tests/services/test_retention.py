from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.services import retention as service
from bot.services.retention import Retention
from bot.store import impressions, retention
from tests.store import brute
from tests.store.samples import HOUR, START, no_hash, scan

if TYPE_CHECKING:
    from bot.store.database import Database

DAY = 24 * HOUR
NOW = START + 10 * DAY + 1799


def fill(database: Database) -> None:
    with database.write() as tx:
        rows = [scan(n, START + n * 12 * HOUR) for n in range(20)]
        impressions.add(tx, rows, no_hash, 1)


def left(database: Database) -> int:
    with database.read() as tx:
        ((rows,),) = tx.rows("select count(*) from impression")
    return int(rows)


def test_days_are_kept_and_counts_stay(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_STEP", 3)
    fill(database)
    with database.write() as tx:
        impressions.delete(tx, ["imp_0", "imp_19"], NOW)
        counted = brute.kept(tx)
    keeper = Retention(database, 7, lambda: NOW)
    assert keeper.drop() == 5
    assert keeper.drop() == 0
    assert left(database) == 13
    with database.read() as tx:
        assert retention.edge(tx) == START + 3 * DAY
        assert tx.rows("select at from deleted") == [(START + 19 * 12 * HOUR,)]
        assert brute.kept(tx) == counted


def test_one_that_was_interrupted_goes_on(database: Database) -> None:
    fill(database)
    with database.write() as tx:
        retention.advance(tx, NOW - 7 * DAY)
        retention.drop(tx, 2)
    assert Retention(database, 7, lambda: NOW).drop() == 4
    assert left(database) == 14


@pytest.mark.parametrize("days", [0, 3650])
def test_nothing_is_dropped_where_nothing_is_too_old(database: Database, days: int) -> None:
    fill(database)
    assert Retention(database, days, lambda: NOW).drop() == 0
    assert left(database) == 20
