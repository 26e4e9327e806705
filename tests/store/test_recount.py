"""Tallies against the rows that they count."""

from __future__ import annotations

from contextlib import closing
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store import impressions, retention
from bot.store.opening import open_store
from bot.store.rebuild import rebuild
from bot.store.recount import Recount, damage, recount

from .samples import HOUR, START, by_row, emptied, modest, scan, scans

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain.model import Impression
    from bot.store.database import Database, Value

AT = START // HOUR
BLOCK = AT // 768 * 768
ALL = (
    "select width, start, poster, program, ambassador, scans, told from tally order by 1,2,3,4,5",
    "select width, start, program, scans, told from program_tally order by 1, 2, 3",
    "select feed, hour, rows from listed order by 1, 2",
)
WRONG = (
    "update tally set scans = scans + 1 where start <= :at",
    "update tally set told = told - 1 where start <= :at",
    "update tally set program = program + 9 where start <= :at",
    "delete from tally where start <= :at",
    "update program_tally set scans = scans - 1 where start <= :at",
    "update program_tally set told = told + 1 where start <= :at",
    "delete from program_tally where start <= :at",
)
# Around the borders of days and blocks.
spread = st.builds(
    lambda row, hour: row._replace(scanned_at=(BLOCK + hour) * HOUR + row.scanned_at % HOUR),
    scans,
    st.sampled_from([-25, -1, 0, 1, 23, 24, 700, 767, 768, 800]),
)
worlds = st.lists(spread, min_size=1, max_size=40, unique_by=lambda row: row.id)


def whole(database: Database) -> Recount:
    *_, found = recount(database)
    return found


def add(database: Database, rows: list[Impression], feed: int = 0) -> None:
    with database.write() as tx:
        impressions.add(tx, rows, hashed, feed)


@by_row
def hashed(row: Impression) -> int | None:
    return 7 if row.address else None


def tamper(database: Database, sql: str, **values: Value) -> int:
    with database.write() as tx:
        return tx.execute(sql, **values)


def tallies(database: Database) -> list[list[tuple[int, ...]]]:
    with database.read() as tx:
        return [tx.rows(each) for each in ALL]


def stretches(rows: list[Impression]) -> dict[int, int]:
    hours = {row.scanned_at // HOUR for row in rows}
    return {width: len({hour // width for hour in hours}) for width in (1, 24, 768)}


def test_an_empty_store(database: Database) -> None:
    assert whole(database) == Recount()


@given(worlds, worlds)
@modest(max_examples=30)
def test_what_is_written_agrees(
    database: Database, rows: list[Impression], imported: list[Impression]
) -> None:
    emptied(database)
    add(database, rows, feed=3)
    add(database, imported)
    with database.read() as tx:
        ((count,),) = tx.rows("select count(*) from impression")
    found = whole(database)
    assert found.first is None
    assert (found.scans, found.lost, found.blocks) == (count, 0, [])
    assert not any(found.differing.values())


@given(worlds, st.sampled_from(WRONG), st.sampled_from([1, 24, 768]), st.integers(-30, 810))
@modest(max_examples=100)
def test_whatever_is_wrong_is_found_and_repaired(
    database: Database, rows: list[Impression], act: str, width: int, hour: int
) -> None:
    emptied(database)
    add(database, rows, feed=3)
    before = tallies(database)
    tamper(database, f"{act} and width = :width", at=BLOCK + hour, width=width)
    hit = {row[1] for row in before[0] if row[0] == width and row[1] <= BLOCK + hour}
    found = whole(database)
    assert found.all == stretches(rows)
    assert found.differing == {each: len(hit) if each == width else 0 for each in found.all}
    assert found.first == min(hit, default=None)
    rebuild(database, found.blocks)
    assert tallies(database) == before
    assert whole(database).first is None


@given(worlds, st.integers(-30, 810), st.sampled_from(["delete from", "update"]))
@modest(max_examples=30)
def test_what_feeds_list_is_counted_too(
    database: Database, rows: list[Impression], hour: int, act: str
) -> None:
    emptied(database)
    add(database, rows, feed=3)
    before = tallies(database)
    change = "set rows = rows + 1" if act == "update" else ""
    tamper(database, f"{act} listed {change} where hour <= :at", at=BLOCK + hour)
    hit = {row[1] for row in before[2] if row[1] <= BLOCK + hour}
    found = whole(database)
    assert (found.differing[1], found.first) == (len(hit), min(hit, default=None))
    rebuild(database, found.blocks)
    assert tallies(database) == before


@given(worlds, st.integers(-30, 810), st.sampled_from([24, 768]))
@modest(max_examples=40)
def test_where_rows_were_dropped_the_hours_are_taken_for_true(
    database: Database, rows: list[Impression], hour: int, width: int
) -> None:
    emptied(database)
    add(database, rows, feed=3)
    before = tallies(database)
    with database.write() as tx:
        edge = retention.advance(tx, (BLOCK + hour) * HOUR)
        dropped = tx.execute("delete from impression where at < :edge", edge=edge)
    found = whole(database)
    assert (found.scans, found.first) == (len(rows) - dropped, None)
    tamper(database, "delete from tally where width = :width", width=width)
    tamper(database, "delete from program_tally where width = 1")
    found = whole(database)
    assert found.differing[width] == found.all[width]
    rebuild(database, found.blocks)
    assert tallies(database) == before


@pytest.mark.parametrize(
    ("sql", "hours"),
    [
        ("delete from tally where width = 1 and start = :hour", [3]),
        ("update tally set poster = poster + 99 where width = 1 and start = :hour", [3]),
        ("update tally set poster = -1 where width = 1 and start = :hour", [3]),
        ("update tally set start = start + 1000 where width = 1 and start = :hour", [3, 1003]),
        ("update tally set start = start - 1000 where width = 1 and start = :hour", [-997, 3]),
        ("delete from impression where at = :hour * 3600", [3]),
        ("delete from tally where width = 1 and start <= :hour", [0, 1, 2, 3]),
        ("delete from impression where at >= :hour * 3600", [*range(3, 30)]),
    ],
)
def test_what_only_one_side_has_is_found(database: Database, sql: str, hours: list[int]) -> None:
    add(database, [scan(n, START + n * HOUR) for n in range(30)])
    tamper(database, sql, hour=AT + 3)
    found = whole(database)
    assert (found.differing[1], found.first) == (len(hours), min(AT + hours[0], found.first or 0))
    rebuild(database, found.blocks)
    assert whole(database).first is None


def test_scans_before_1970(database: Database) -> None:
    add(database, [scan(n, n * 1800 - 3 * HOUR) for n in range(12)])
    found = whole(database)
    assert (found.all, found.scans, found.first) == ({1: 6, 24: 2, 768: 2}, 12, None)
    tamper(database, "delete from tally")
    rebuild(database, whole(database).blocks)
    assert whole(database).first is None


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
        found = [whole(database) for _ in range(5)]
    finally:
        ended.set()
        thread.join()
    assert all(each.first is None for each in found)
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
