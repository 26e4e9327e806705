from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.scanner import fingerprint
from bot.store import counts, impressions, retention, scanners
from bot.store.counts import ANY, Selection

from .samples import HOUR, START, by_row, emptied, modest, no_hash, scan, scans

if TYPE_CHECKING:
    from bot.domain.model import Impression
    from bot.store.database import Database

DIMENSIONS = ("program", "poster", "ambassador")
selections = st.builds(
    Selection,
    st.sampled_from([None, "", "prog_1", "prog_unheard_of"]),
    st.sampled_from([None, "poster_a", "poster_B"]),
    st.sampled_from([None, "", "user_1"]),
)
# Around the borders of hours, days and blocks of 32 days, inside them, and outside of everything.
BLOCK = START - START % (768 * HOUR)
moments = st.builds(
    lambda block, day, hour, second: BLOCK + ((block * 32 + day) * 24 + hour) * HOUR + second,
    st.integers(0, 2),
    st.sampled_from([0, 1, 15, 31]),
    st.sampled_from([0, 1, 13, 23]),
    st.sampled_from([-1, 0, 1, 1799, 1800, 1801]),
)
periods = st.tuples(moments, moments).map(lambda ends: (min(ends), max(ends))) | st.tuples(
    moments, moments
)
spread = st.builds(lambda row, at: row._replace(scanned_at=at), scans, moments)


def matches(row: Impression, selection: Selection) -> bool:
    return all(getattr(selection, name) in {None, getattr(row, name)} for name in DIMENSIONS)


def hashed(row: Impression) -> int | None:
    return fingerprint(b"secret", row)


@given(
    st.lists(spread, max_size=60, unique_by=lambda row: row.id),
    st.lists(st.tuples(periods, selections), min_size=1, max_size=8),
)
@pytest.mark.parametrize("rows_a_poster", [0, 4])
@modest(max_examples=60)
def test_counts_agree_with_the_rows(
    monkeypatch: pytest.MonkeyPatch,
    rows_a_poster: int,
    database: Database,
    rows: list[Impression],
    asked: list[tuple[tuple[int, int], Selection]],
) -> None:
    monkeypatch.setattr(counts, "_ROWS_A_POSTER", rows_a_poster)
    emptied(database)
    with database.write() as tx:
        impressions.add(tx, rows, by_row(hashed))
    with database.read() as tx:
        for (start, end), selection in asked:
            inside = [
                row for row in rows if start <= row.scanned_at < end and matches(row, selection)
            ]
            assert counts.total(tx, start, end, selection) == len(inside)
            for dimension in DIMENSIONS:
                scans_of = Counter(getattr(row, dimension) for row in inside)
                expected = sorted(scans_of.items(), key=lambda item: (-item[1], item[0]))
                assert list(counts.by(tx, dimension, start, end, selection).items()) == expected
            pairs = Counter((row.ambassador, row.poster) for row in inside)
            narrow = counts.narrowed(tx, counts.scope(tx, selection))
            assert counts.pairs(tx, start, end, selection) == pairs
            assert counts.pairs(tx, start, end, narrow) == pairs
            told = [hashed(row) for row in inside if row.address]
            assert counts.told(tx, start, end, selection) == len(told)
            assert scanners.people(tx, start, end, selection) == len(set(told))


@given(
    st.lists(spread, max_size=60, unique_by=lambda row: row.id),
    st.lists(moments, max_size=8).map(sorted),
    st.lists(st.lists(selections.filter(lambda each: each.poster is not None), max_size=3)),
    selections,
)
@modest(max_examples=40)
def test_many_periods_and_selections_at_once_are_what_each_is_alone(
    database: Database,
    rows: list[Impression],
    borders: list[int],
    parts: list[list[Selection]],
    selection: Selection,
) -> None:
    emptied(database)
    with database.write() as tx:
        impressions.add(tx, rows, no_hash)
    cuts = [*pairwise(borders), *pairwise(borders[::2])]
    with database.read() as tx:
        alone = [counts.total(tx, *cut, selection) for cut in cuts]
        assert counts.totals(tx, cuts, selection) == alone
        assert counts.totals(tx, cuts, counts.scope(tx, selection)) == alone
        assert counts.courses(tx, parts, cuts) == [
            [sum(counts.total(tx, *cut, each) for each in part) for cut in cuts] for part in parts
        ]


@given(
    st.lists(spread, max_size=60, unique_by=lambda row: row.id),
    st.tuples(moments, moments, moments).map(sorted),
    selections,
)
@modest(max_examples=40)
def test_what_retention_dropped_is_counted_to_the_hour(
    database: Database, rows: list[Impression], ends: list[int], selection: Selection
) -> None:
    emptied(database)
    with database.write() as tx:
        impressions.add(tx, rows, by_row(hashed))
        retention.advance(tx, ends[1])
        edge = retention.edge(tx)
        tx.execute("delete from impression where at < :edge", edge=edge)
    start, end = ((at + HOUR // 2) // HOUR * HOUR if at < edge else at for at in ends[::2])
    inside = [row for row in rows if start <= row.scanned_at < end and matches(row, selection)]
    with database.read() as tx:
        assert counts.total(tx, ends[0], ends[2], selection) == len(inside)
        by_poster = counts.by(tx, "poster", ends[0], ends[2], selection)
        assert by_poster == Counter(row.poster for row in inside)
        dropped = any(row.scanned_at < edge for row in inside)
        told = {hashed(row) for row in inside if row.address}
        people = scanners.people(tx, ends[0], ends[2], selection)
        assert people == (None if dropped else len(told))
        times = [at // HOUR * HOUR if at < edge else at for at in (r.scanned_at for r in rows)]
        assert counts.extent(tx)[0] == min(times, default=None)


@given(st.lists(scans, max_size=20, unique_by=lambda row: row.id), selections)
@modest(max_examples=20)
def test_the_extent(database: Database, rows: list[Impression], selection: Selection) -> None:
    emptied(database)
    with database.write() as tx:
        impressions.add(tx, rows, no_hash)
    times = [row.scanned_at for row in rows if matches(row, selection)]
    expected = (min(times), max(times)) if times else (None, None)
    if selection != ANY and times:
        expected = (min(times) // HOUR * HOUR, max(times) // HOUR * HOUR)
    with database.read() as tx:
        assert counts.extent(tx, selection) == expected


@pytest.mark.parametrize(
    ("start", "end", "total"),
    [
        (START, START + HOUR, 3),
        (START + 1, START + HOUR, 2),
        (START, START + HOUR - 1, 2),
        (START + 10, START + 20, 1),
        (START + 10, START + 10, 0),
        (START + 20, START + 10, 0),
        (START, START, 0),
        (START + HOUR, START + HOUR, 0),
        (START - 1, START + HOUR + 1, 4),
        (START - 5 * HOUR, START + 5 * HOUR, 4),
        (0, 2**40, 4),
    ],
)
def test_periods(database: Database, start: int, end: int, total: int) -> None:
    times = (START, START + 10, START + HOUR - 1, START + HOUR)
    with database.write() as tx:
        impressions.add(tx, [scan(n, at) for n, at in enumerate(times)], no_hash)
        assert counts.total(tx, start, end) == total
        assert sum(counts.by(tx, "ambassador", start, end).values()) == total


def test_an_empty_store(database: Database) -> None:
    with database.read() as tx:
        assert counts.everything(tx) == 0
        assert counts.total(tx, 0, START) == 0
        assert counts.by(tx, "poster", 0, START) == {}
        assert counts.told(tx, 0, START) == 0
        assert scanners.people(tx, 0, START) == 0
        assert counts.extent(tx) == (None, None)
        assert counts.extent(tx, Selection(poster="poster_a")) == (None, None)


def test_hashes_of_eight_bytes_with_a_sign(database: Database) -> None:
    hashes = {"imp_0": -(2**63), "imp_1": 2**63 - 1, "imp_2": -1, "imp_3": None, "imp_4": -1}
    with database.write() as tx:
        impressions.add(tx, [scan(n) for n in range(5)], by_row(lambda row: hashes[row.id]))
        assert scanners.people(tx, START, START + 1) == 3
        assert counts.told(tx, START, START + 1) == 4
        told = "select id, scanner from impression order by id"
        assert dict(tx.rows(told)) == hashes
