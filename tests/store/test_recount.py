"""Tallies against the rows that they count."""

from __future__ import annotations

from contextlib import closing
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store import impressions
from bot.store.opening import open_store
from bot.store.recount import Recount, damage, rebuild, recount

from .samples import HOUR, START, emptied, modest, no_hash, scan, scans

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain.model import Impression
    from bot.store.database import Database, Value

TALLY = (
    "select hour, poster, program, ambassador, scans from tally"
    " order by hour, poster, program, ambassador"
)
AT = START // HOUR


def whole(database: Database, rows: int = 7) -> Recount:
    *_, found = recount(database, rows)
    return found


def add(database: Database, rows: list[Impression]) -> None:
    with database.write() as tx:
        impressions.add(tx, rows, no_hash)


def tamper(database: Database, sql: str, **values: Value) -> int:
    with database.write() as tx:
        return tx.execute(sql, **values)


def tallies(database: Database) -> list[tuple[int, ...]]:
    with database.read() as tx:
        return tx.rows(TALLY)


def test_an_empty_store(database: Database) -> None:
    assert whole(database) == Recount()


@given(st.lists(scans, max_size=40, unique_by=lambda row: row.id), st.integers(1, 50))
@modest(max_examples=30)
def test_what_is_written_agrees(database: Database, rows: list[Impression], step: int) -> None:
    emptied(database)
    add(database, rows)
    hours = {row.scanned_at // HOUR for row in rows}
    assert whole(database, step) == Recount(hours=len(hours), scans=len(rows))


@given(
    st.lists(scans, min_size=1, max_size=40, unique_by=lambda row: row.id),
    st.integers(1, 50),
    st.sets(st.integers(0, 4)),
    st.sampled_from(["scans = scans + 1", "scans = scans - 1", "poster = -1", "program = -1"]),
)
@modest(max_examples=40)
def test_every_hour_that_differs_is_found_and_repaired(
    database: Database, rows: list[Impression], step: int, wrong: set[int], change: str
) -> None:
    emptied(database)
    add(database, rows)
    before = tallies(database)
    # One tally in each of these hours, where there is one.
    tampered = sum(
        tamper(
            database,
            f"update tally set {change} where hour = :hour and scans > 0 and (poster, program,"  # noqa: S608 - our own words
            " ambassador) = (select poster, program, ambassador from tally where hour = :hour"
            " order by poster, program, ambassador limit 1)",
            hour=AT + hour,
        )
        for hour in wrong
    )
    found = whole(database, step)
    assert found.differing == tampered
    hit = [AT + hour for hour in wrong if any(row[0] == AT + hour for row in before)]
    assert found.first == min(hit, default=None)
    rebuild(database, found.spans)
    assert tallies(database) == before
    assert whole(database, step).differing == 0


@pytest.mark.parametrize(
    ("sql", "hours"),
    [
        ("delete from tally where hour = :hour", [3]),
        ("update tally set poster = poster + 99 where hour = :hour", [3]),
        ("update tally set hour = hour + 1000 where hour = :hour", [3, 1003]),
        ("update tally set hour = hour - 1000 where hour = :hour", [-997, 3]),
        ("delete from impression where at = :hour * 3600", [3]),
        ("delete from tally where hour <= :hour", [0, 1, 2, 3]),
        ("delete from impression where at >= :hour * 3600", [*range(3, 30)]),
    ],
)
def test_what_only_one_side_has_is_found(database: Database, sql: str, hours: list[int]) -> None:
    add(database, [scan(n, START + n * HOUR) for n in range(30)])
    tamper(database, sql, hour=AT + 3)
    found = whole(database)
    assert (found.differing, found.first) == (len(hours), AT + hours[0])
    rebuild(database, found.spans)
    assert whole(database).differing == 0


def test_scans_before_1970(database: Database) -> None:
    add(database, [scan(n, n * 1800 - 3 * HOUR) for n in range(12)])
    assert whole(database) == Recount(hours=6, scans=12)


@pytest.mark.parametrize("column", ["poster", "program", "ambassador", "agent"])
def test_keys_that_lead_nowhere_are_found(database: Database, column: str) -> None:
    add(database, [scan(n, START + n * HOUR) for n in range(30)])
    assert whole(database).lost == 0
    tamper(database, f"update impression set {column} = -7 where id in ('imp_2', 'imp_29')")  # noqa: S608 - our own columns
    assert whole(database).lost == 2


def test_a_writer_beside_it_makes_no_difference(database: Database, store_url: str) -> None:
    add(database, [scan(n, START + n * 600) for n in range(300)])
    begun, ended = Event(), Event()

    def write() -> None:
        with closing(open_store(store_url)) as other:
            number = 300
            while not ended.is_set():
                add(other, [scan(number + n, START + n * 2000) for n in range(50)])
                number += 50
                begun.set()

    thread = Thread(target=write)
    thread.start()
    try:
        assert begun.wait(30)
        found = [whole(database, 20) for _ in range(5)]
    finally:
        ended.set()
        thread.join()
    assert not any(each.differing for each in found)
    assert found[-1].scans > 300


def test_damage_to_the_indexes_is_found(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with closing(open_store(url)) as database:
        add(database, [scan(n) for n in range(30)])
        with database.read() as tx:
            assert damage(tx) is None
        with database.write() as tx:
            tx.execute("pragma writable_schema = on")
            tx.execute(
                "update sqlite_schema set sql = replace(sql, '(id)', '(id) where at < 0')"
                " where name = 'impression_id'"
            )
    with closing(open_store(url)) as database, database.read() as tx:
        assert "impression_id" in (damage(tx) or "")
