from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store import first_load, impressions, retention
from bot.store.impressions import Added
from bot.store.opening import open_store

from . import brute
from .samples import HOUR, START, emptied, modest, no_hash, scan, scans

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.domain.model import Impression
    from bot.store.database import Database

LAYOUT = "select name, sql from sqlite_master where tbl_name in ('impression', 'tally')"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    yield opened
    opened.close()


def layout(database: Database) -> dict[str, str]:
    with database.read() as tx:
        return {
            name: " ".join((sql or "").replace('"', "").split()) for name, sql in tx.rows(LAYOUT)
        }


def under_way(database: Database) -> bool:
    with database.read() as tx:
        return first_load.under_way(tx)


def add(database: Database, rows: list[Impression], feed: int = 1) -> Added:
    with database.write() as tx:
        return impressions.add(tx, rows, no_hash, feed)


@given(st.lists(st.lists(scans, max_size=12, unique_by=lambda row: row.id), max_size=5))
@modest(max_examples=40)
def test_a_first_load_ends_like_any_other(
    database: Database, pages: list[list[Impression]]
) -> None:
    emptied(database)
    before: dict[str, Impression] = {}
    first_load.begin(database)
    for page in pages:
        add(database, page)
        with database.read() as tx:
            brute.agrees(tx)
        before |= {row.id: row for row in page}
    first_load.finish(database)
    assert not under_way(database)
    with database.read() as tx:
        assert impressions.known(tx, before) == before.keys()
        assert tx.rows("select count(*) from impression") == [(len(before),)]
        brute.agrees(tx)


def test_the_store_is_as_it_was_made(store: Database) -> None:
    made = layout(store)
    first_load.begin(store)
    assert under_way(store)
    assert layout(store) != made
    add(store, [scan(1)])
    first_load.finish(store)
    assert layout(store) == made
    first_load.finish(store)
    assert layout(store) == made


def test_a_store_that_has_rows_is_left_alone(store: Database) -> None:
    add(store, [scan(1)])
    first_load.begin(store)
    assert not under_way(store)


def test_a_store_that_has_tallies_of_rows_that_were_dropped_is_left_alone(store: Database) -> None:
    add(store, [scan(1)])
    with store.write() as tx:
        retention.advance(tx, START + HOUR)
        assert retention.drop(tx, 9) == 1
    first_load.begin(store)
    assert not under_way(store)


def test_a_load_that_was_interrupted_goes_on(store: Database) -> None:
    first_load.begin(store)
    add(store, [scan(1), scan(2, START + HOUR)])
    name = store.name
    store.close()
    again = open_store(f"sqlite:///{name}")
    first_load.begin(again)
    assert under_way(again)
    assert add(again, [scan(2, START + HOUR), scan(3)]) == Added([scan(3)], 0)
    with again.write() as tx:
        assert impressions.delete(tx, ["imp_1"], START) == 1
        assert impressions.known(tx, ["imp_1", "imp_2"]) == {"imp_2"}
    first_load.finish(again)
    with again.read() as tx:
        brute.agrees(tx)
    again.close()


def test_far_apart_in_time_and_still_known(store: Database) -> None:
    rows = [
        scan(n, START + 7 * n)._replace(id=str(UUID(int=n, version=4)) if n % 2 else f"imp_{n}")
        for n in range(3000)
    ]
    first_load.begin(store)
    assert add(store, rows).new == rows
    some = rows[::5]
    assert add(store, some) == Added([], 0)
    assert add(store, [*some, scan(9000, START + 3)]).new == [scan(9000, START + 3)]


@pytest.mark.parametrize("order", [1, -1])
def test_one_id_at_two_times_may_be_listed_again(store: Database, order: int) -> None:
    early, late = scan(1), scan(1, START + 9 * HOUR)
    first_load.begin(store)
    add(store, [early])
    add(store, [late])
    # Both lie in the stretch of time that these rows span.
    listed = [scan(2), [early, late][::order][0], scan(3, START + 9 * HOUR)]
    assert len(add(store, listed).new) == 2
    assert add(store, listed) == Added([], 0)
    with store.read() as tx:
        brute.agrees(tx)


def test_of_one_id_at_two_times_one_stays(store: Database) -> None:
    first_load.begin(store)
    moved = scan(1)._replace(scanned_at=START + 9 * HOUR, poster="poster_c")
    add(store, [scan(1), scan(2)])
    add(store, [moved])
    first_load.finish(store)
    assert not under_way(store)
    with store.read() as tx:
        assert tx.rows("select at from impression order by at") == [(START,), (START + 9 * HOUR,)]
        brute.agrees(tx)


def test_of_one_id_at_two_times_the_one_of_a_feed_stays(store: Database) -> None:
    first_load.begin(store)
    add(store, [scan(1)])
    add(store, [scan(1, START + HOUR)], 0)
    first_load.finish(store)
    with store.read() as tx:
        assert tx.rows("select at, feed from impression") == [(START, 1)]
        brute.agrees(tx)
