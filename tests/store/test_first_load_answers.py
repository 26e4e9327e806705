"""Answers while a first load is under way, when a stretch of time is tallied at the most."""

from __future__ import annotations

from collections import Counter
from contextlib import closing, suppress
from itertools import cycle
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store import counts, first_load, impressions, making, retention
from bot.store.counts import Selection
from bot.store.opening import open_store
from bot.store.rebuild import rebuild
from bot.store.recount import recount
from bot.store.stretch import ALL, NONE, tallied

from . import brute
from .samples import HOUR, START, by_row, emptied, modest, scan, scans

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.domain.model import Impression
    from bot.store.database import Database, Transaction
    from bot.store.stretch import Stretch

BLOCK = START - START % (768 * HOUR)
COLUMNS = ("program", "poster", "ambassador")
ROWS = """
select i.at, g.id, p.id, a.id, i.scanner from impression i join program g on g.key = i.program
join poster p on p.key = i.poster join ambassador a on a.key = i.ambassador
"""
# Around the borders of days and blocks.
moments = st.builds(
    lambda hour, second: BLOCK + hour * HOUR + second,
    st.sampled_from([-25, -1, 0, 1, 23, 24, 700, 767, 768, 800]),
    st.sampled_from([0, 1, 1800, 1801, 3599]),
)
rows = st.builds(lambda row, at: row._replace(scanned_at=at), scans, moments)
pages = st.lists(rows, max_size=12)
in_order = st.builds(
    lambda rows, size, falling: [
        rows[place : place + size]
        for rows in [sorted(rows, key=itemgetter(4), reverse=falling)]
        for place in range(0, len(rows), size)
    ],
    st.lists(rows, max_size=24),
    st.integers(3, 8),
    st.booleans(),
)
loads = in_order | st.lists(pages, min_size=1, max_size=4)
FEEDS = pytest.mark.parametrize("feed", [0, 1], ids=["import", "feed"])
SPREAD = [scan(n, BLOCK + n * 5 * HOUR, f"poster_{n % 3}") for n in range(400)]

Row = tuple[Any, ...]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """SQLite alone, since on PostgreSQL there is no first load."""
    with closing(open_store(f"sqlite:///{tmp_path / 'first.db'}")) as opened:
        yield opened


@by_row
def hashed(row: Impression) -> int | None:
    return 7 if row.address else None


def add(database: Database, rows: list[Impression], feed: int) -> None:
    with database.write() as tx:
        impressions.add(tx, rows, hashed, feed)


def exact(database: Database, start: int, end: int) -> None:
    """Whatever is asked for is what the rows say, and so do the tallies."""
    with database.read() as tx:
        brute.agrees(tx)
        rows = tx.rows(ROWS)
        inside = [row for row in rows if start <= row[0] < end]
        assert counts.everything(tx) == len(rows)
        asked(tx, inside, start, end, Selection())
        for place, column in enumerate(COLUMNS, 1):
            for id_ in {row[place] for row in rows}:
                some = [row for row in inside if row[place] == id_]
                asked(tx, some, start, end, Selection(**{column: id_}))
                hours = [row[0] // HOUR * HOUR for row in rows if row[place] == id_]
                ends = (min(hours), max(hours))
                assert counts.extent(tx, Selection(**{column: id_})) == ends
        posters = sorted({row[2] for row in rows})
        parts = [[Selection(poster=poster)] for poster in posters]
        course = [[sum(row[2] == poster for row in inside)] for poster in posters]
        assert counts.courses(tx, parts, [(start, end)]) == course
        if times := [row[0] for row in rows]:
            assert counts.extent(tx) == (min(times), max(times))
        for bound in (each for each in tallied(tx) if start < each < end):
            cuts = [(start, bound - 1), (bound - 1, bound + 1801), (bound + 1801, end)]
            each = [sum(low <= row[0] < high for row in rows) for low, high in cuts]
            assert counts.totals(tx, cuts) == each
    assert sound(database)


def asked(tx: Transaction, rows: list[Row], start: int, end: int, which: Selection) -> None:
    assert counts.total(tx, start, end, which) == len(rows)
    assert counts.told(tx, start, end, which) == sum(row[4] is not None for row in rows)
    for scope in (counts.scope(tx, which), counts.narrowed(tx, counts.scope(tx, which))):
        for place, column in enumerate(COLUMNS, 1):
            assert counts.by(tx, column, start, end, scope) == Counter(row[place] for row in rows)
        pairs = Counter((row[3], row[2]) for row in rows)
        assert counts.pairs(tx, start, end, scope) == pairs


def advance(database: Database, page: list[Impression]) -> None:
    times = [row.scanned_at for row in page]
    first_load.advance(database, min(times), max(times))


def stretch(database: Database) -> Stretch:
    with database.read() as tx:
        return tallied(tx)


def sound(database: Database) -> bool:
    *_, found = recount(database)
    return found.first is None and not found.blocks


@given(loads, st.tuples(moments, moments).map(sorted), st.lists(st.booleans(), min_size=9))
@pytest.mark.parametrize("rows_a_poster", [0, 16])
@FEEDS
@modest(max_examples=40)
def test_they_are_exact_at_every_moment(
    monkeypatch: pytest.MonkeyPatch,
    rows_a_poster: int,
    feed: int,
    database: Database,
    loaded: list[list[Impression]],
    period: tuple[int, int],
    walked: list[bool],
) -> None:
    monkeypatch.setattr(counts, "_ROWS_A_POSTER", rows_a_poster)
    first_load.finish(database)  # what an example before this one left
    emptied(database)
    first_load.begin(database)
    for page, walks in zip(loaded, cycle(walked), strict=False):
        add(database, page, feed)
        exact(database, *period)
        if page and walks:
            advance(database, page)
        else:
            first_load.catch_up(database)
        exact(database, *period)
    first_load.finish(database)
    exact(database, *period)


def test_there_may_be_no_row_left_to_tally(database: Database) -> None:
    first_load.begin(database)
    advance(database, SPREAD)
    assert stretch(database) == NONE
    for page in (SPREAD[:9], SPREAD[9:]):
        add(database, page, 1)
        advance(database, page)
    assert stretch(database) != NONE
    with database.write() as tx:
        impressions.delete(tx, [row.id for row in SPREAD], START)
    first_load.catch_up(database)
    exact(database, 0, BLOCK + 9000 * HOUR)


@pytest.mark.parametrize("falling", [False, True])
def test_tallies_catch_up_with_a_list_that_has_shown_its_order(
    database: Database, *, falling: bool
) -> None:
    days = [SPREAD[place : place + 24 // 5 + 1] for place in range(0, 400, 5)]
    pages = [page[::-1] for page in days[::-1]] if falling else days
    first_load.begin(database)
    add(database, pages[0], 1)
    first_load.catch_up(database)
    assert stretch(database) == NONE
    for page in pages[1:3]:
        add(database, page, 1)
        advance(database, page)
    before = stretch(database)
    assert before != NONE
    for page in pages[3:40]:
        add(database, page, 1)
    first_load.catch_up(database)
    after = stretch(database)
    last = pages[39][-1].scanned_at
    if falling:
        assert after == before._replace(low=after.low)
        assert last < after.low <= last + 24 * HOUR < before.low
    else:
        assert after == before._replace(high=after.high)
        assert last >= after.high > last - 24 * HOUR > before.high
    first_load.finish(database)
    first_load.catch_up(database)
    assert stretch(database) == ALL


@FEEDS
def test_a_load_that_died_is_whole_before_and_after(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, feed: int
) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    period = (BLOCK + 1800, BLOCK + 1000 * HOUR)

    def die(*_: object) -> None:
        raise InterruptedError

    with closing(open_store(url)) as database:
        first_load.begin(database)
        add(database, SPREAD[:200], feed)
        with suppress(InterruptedError), database.write() as tx:
            impressions.add(tx, SPREAD[200:300], hashed, feed)
            die(tx)
    with closing(open_store(url)) as database:
        exact(database, *period)
        add(database, SPREAD[100:], feed)
        with monkeypatch.context() as patched:
            patched.setattr(making, "_sum_up", die)
            with pytest.raises(InterruptedError):
                first_load.finish(database)
        exact(database, *period)
    with closing(open_store(url)) as database:
        first_load.finish(database)
        exact(database, *period)


@pytest.mark.parametrize(
    "act",
    [
        "delete from listed",
        "update listed set rows = 9",
    ],
)
def test_what_is_wrong_is_found_and_repaired_during_one_too(database: Database, act: str) -> None:
    first_load.begin(database)
    add(database, SPREAD, 1)
    with database.write() as tx:
        tx.execute(act)
    *_, found = recount(database)
    assert len(found.blocks) == 3
    rebuild(database, found.blocks)
    exact(database, BLOCK, BLOCK + 900 * HOUR)
    first_load.finish(database)
    exact(database, BLOCK, BLOCK + 900 * HOUR)


def test_rows_that_are_dropped_meanwhile_count_as_ever(database: Database) -> None:
    first_load.begin(database)
    add(database, SPREAD, 1)
    edge = BLOCK + 800 * HOUR
    with database.write() as tx:
        dropped = tx.rows(f"{brute.ROWS} where at < :edge", edge=edge)
        retention.advance(tx, edge)
    with database.read() as tx:
        assert counts.total(tx, BLOCK, BLOCK + 768 * HOUR) == 154
    with database.write() as tx:
        assert retention.drop(tx, len(SPREAD)) == len(dropped)
    for _ in range(2):
        with database.read() as tx:
            brute.agrees(tx, dropped)
            assert counts.total(tx, BLOCK, BLOCK + 768 * HOUR) == 154
        assert sound(database)
        first_load.finish(database)
