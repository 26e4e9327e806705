from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.scanner import fingerprint
from bot.store import counts, impressions
from bot.store.counts import ANY, Selection

from .samples import HOUR, START, emptied, modest, no_hash, scan, scans

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
# At the borders of hours, one beside them, inside them, and outside of everything.
edges = st.builds(
    lambda hour, second: START + hour * HOUR + second,
    st.integers(-1, 6),
    st.sampled_from([-1, 0, 1, 1799, 1800, 1801]),
)


def matches(row: Impression, selection: Selection) -> bool:
    return all(getattr(selection, name) in {None, getattr(row, name)} for name in DIMENSIONS)


def hashed(row: Impression) -> int | None:
    return fingerprint(b"secret", row)


@given(
    st.lists(scans, max_size=40, unique_by=lambda row: row.id),
    st.lists(st.tuples(edges, edges, selections), min_size=1, max_size=8),
)
@modest(max_examples=30)
def test_counts_agree_with_the_rows(
    database: Database, rows: list[Impression], asked: list[tuple[int, int, Selection]]
) -> None:
    emptied(database)
    with database.write() as tx:
        impressions.add(tx, rows, hashed)
    with database.read() as tx:
        for start, end, selection in asked:
            inside = [
                row for row in rows if start <= row.scanned_at < end and matches(row, selection)
            ]
            assert counts.total(tx, start, end, selection) == len(inside)
            for dimension in DIMENSIONS:
                scans_of = Counter(getattr(row, dimension) for row in inside)
                expected = sorted(scans_of.items(), key=lambda item: (-item[1], item[0]))
                assert list(counts.by(tx, dimension, start, end, selection).items()) == expected
            told = [hashed(row) for row in inside if row.address]
            people = (len(set(told)), len(told), len(inside))
            assert counts.scanners(tx, start, end, selection) == people


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
        assert counts.scanners(tx, 0, START) == (0, 0, 0)
        assert counts.extent(tx) == (None, None)
        assert counts.extent(tx, Selection(poster="poster_a")) == (None, None)


def test_hashes_of_eight_bytes_with_a_sign(database: Database) -> None:
    hashes = {"imp_0": -(2**63), "imp_1": 2**63 - 1, "imp_2": -1, "imp_3": None, "imp_4": -1}
    with database.write() as tx:
        impressions.add(tx, [scan(n) for n in range(5)], lambda row: hashes[row.id])
        assert counts.scanners(tx, START, START + 1) == (3, 4, 5)
        told = "select id, scanner from impression order by id"
        assert dict(tx.rows(told)) == hashes
