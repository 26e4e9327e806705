from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.scanner import fingerprint
from bot.store import counts, impressions
from bot.store.counts import Selection
from bot.store.impressions import Added

from . import brute
from .samples import HOUR, START, by_row, emptied, modest, no_hash, scan, scans, together

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.domain.model import Impression
    from bot.store.database import Database, Transaction

KEPT = """
select i.id, p.id, g.id, a.id, i.at, u.agent, u.device, i.scanner from impression i
join poster p on p.key = i.poster join program g on g.key = i.program
join ambassador a on a.key = i.ambassador join agent u on u.key = i.agent
"""
FAR = START + 10 * HOUR


def hashed(row: Impression) -> int | None:
    return fingerprint(b"secret", row)


def where(row: Impression) -> tuple[str, ...]:
    return row.id, row.poster, row.program, row.ambassador


def as_kept(row: Impression) -> tuple[object, ...]:
    return (*where(row), row.scanned_at, row.agent or "", row.device or "", hashed(row))


def first_of_each(rows: Iterable[Impression]) -> dict[str, Impression]:
    return {row.id: row for row in reversed(list(rows))}


def agrees(tx: Transaction, rows: Iterable[Impression]) -> None:
    expected = {as_kept(row) for row in first_of_each(rows).values()}
    assert {(tx.unpack(id_), *rest) for id_, *rest in tx.rows(KEPT)} == expected
    brute.agrees(tx)


@given(st.lists(st.lists(scans, max_size=12), max_size=6))
@modest(max_examples=25)
def test_each_id_counts_once_however_it_comes(
    database: Database, batches: list[list[Impression]]
) -> None:
    emptied(database)
    everything: list[Impression] = []
    for batch in batches:
        before = first_of_each(everything)
        expected = [row for row in dict.fromkeys(first_of_each(batch)) if row not in before]
        with database.write() as tx:
            new = impressions.add(tx, batch, by_row(hashed)).new
        assert sorted(row.id for row in new) == sorted(expected)
        everything += batch
    with database.read() as tx:
        agrees(tx, everything)


@given(st.lists(scans, max_size=30, unique_by=lambda row: row.id), st.data())
@modest(max_examples=25)
def test_order_and_partition_do_not_matter(
    database: Database, rows: list[Impression], data: st.DataObject
) -> None:
    emptied(database)
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    for part in (shuffled[:cut], shuffled[cut:], rows):
        with database.write() as tx:
            impressions.add(tx, part, by_row(hashed))
    with database.read() as tx:
        agrees(tx, rows)


def test_new_ones_come_back_in_the_order_given(database: Database) -> None:
    with database.write() as tx:
        impressions.add(tx, [scan(2)], no_hash)
        rows = [scan(n) for n in (5, 2, 9, 1, 5)]
        new = impressions.add(tx, rows, no_hash).new
        assert [row.id for row in new] == ["imp_5", "imp_9", "imp_1"]
        assert impressions.add(tx, rows, no_hash) == Added([], 0)
        assert impressions.add(tx, [], no_hash) == Added([], 0)


def test_of_two_with_one_id_the_first_is_kept(database: Database) -> None:
    one, other = scan(1), scan(1, START + HOUR, "poster_c")
    with database.write() as tx:
        assert impressions.add(tx, [one, other], no_hash) == Added([one], 0)
        assert impressions.add(tx, [other], no_hash) == Added([], 0)
        assert counts.by(tx, "poster", START, FAR) == {"poster_a": 1}


def test_many_at_once(database: Database) -> None:
    rows = [scan(n, START + n, f"poster_{n % 7}") for n in range(1001)]
    with database.write() as tx:
        assert impressions.add(tx, rows, no_hash).new == rows
        assert counts.everything(tx) == 1001
        assert impressions.known(tx, {"imp_0", "imp_1000", "imp_1001"}) == {"imp_0", "imp_1000"}
        assert impressions.known(tx, []) == set()


def test_what_only_looks_like_the_same_id(database: Database) -> None:
    ids = ["a", "A", "a ", "\N{LATIN SMALL LETTER E WITH ACUTE}", "e\N{COMBINING ACUTE ACCENT}"]
    rows = [scan(0)._replace(id=id_, poster=f"poster {id_}") for id_ in ids]
    with database.write() as tx:
        assert len(impressions.add(tx, rows, no_hash).new) == len(ids)
        assert len(counts.by(tx, "poster", START, FAR)) == len(ids)


def test_writers_at_the_same_time_count_each_once(database: Database) -> None:
    rows = [scan(n, START + 60 * n, f"poster_{n % 3}") for n in range(120)]

    def take(part: Sequence[Impression]) -> int:
        new = 0
        for at in range(0, len(part), 20):
            with database.write() as tx:
                new += len(impressions.add(tx, part[at : at + 20], by_row(hashed)).new)
        return new

    work = [lambda: take(rows), lambda: take(rows[::-1]), lambda: take(rows[60:] + rows[:60])]
    assert sum(together(work)) == len(rows)
    with database.read() as tx:
        agrees(tx, rows)


@given(st.lists(scans, max_size=40, unique_by=lambda row: row.id), st.integers(1, 5))
@modest(max_examples=20)
def test_a_stream_is_everything_in_order(
    database: Database, rows: list[Impression], chunk: int
) -> None:
    emptied(database)
    with database.write() as tx:
        impressions.add(tx, rows, no_hash)
    start, end = START + HOUR, START + 3 * HOUR
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(impressions, "_CHUNK", chunk)
        found = list(impressions.stream(database, start, end))
    expected = [
        (each.scanned_at, *where(each), each.agent or "", each.device or "")
        for each in sorted(rows, key=lambda row: (row.scanned_at, row.id))
        if start <= each.scanned_at < end
    ]
    assert found == expected


def test_a_stream_lets_writers_in(database: Database) -> None:
    with database.write() as tx:
        impressions.add(tx, [scan(n, START + n) for n in range(4)], no_hash)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(impressions, "_CHUNK", 2)
        stream = impressions.stream(database, START, FAR)
        next(stream)
        with database.write() as tx:
            impressions.add(tx, [scan(9, START + 9)], no_hash)
        assert [row[1] for row in stream] == ["imp_1", "imp_2", "imp_3", "imp_9"]


def test_selections_of_a_poster_that_moved_programs(database: Database) -> None:
    moved = scan(2)._replace(program="prog_2")
    with database.write() as tx:
        impressions.add(tx, [scan(1), moved], no_hash)
        assert counts.total(tx, START, FAR, Selection(program="prog_2")) == 1
        assert counts.total(tx, START, FAR, Selection(poster="poster_a")) == 2
