"""Different people: exactly where that is quick, by a sample where it is not."""

from __future__ import annotations

from contextlib import closing
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.model import Impression
from bot.store import counts, impressions, scanners
from bot.store.counts import ANY, Selection
from bot.store.schema import migrate
from bot.store.sqlite import SqliteDatabase, SqliteTransaction

from .samples import HOUR, START, by_row, scan

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.database import Database, Value

SCANS = 20_000
PERIOD = (START, START + 30 * HOUR)


@pytest.fixture
def crowd(database: Database) -> dict[str, int | None]:
    """The hash behind each of many scans: some people scan often, a few say nothing of them."""
    random = Random(7)
    people = [random.getrandbits(64) - 2**63 for _ in range(6000)]
    hashes = {
        str(n): random.choice(people[: 6000 if n % 3 else 60]) if n % 50 else None
        for n in range(SCANS)
    }
    rows = [
        Impression(id_, f"poster_{n % 4 == 0}", f"prog_{n % 2}", "user", START + n * 5)
        for n, id_ in enumerate(hashes)
    ]
    with database.write() as tx:
        impressions.add(tx, rows, by_row(lambda row: hashes[row.id]))
    return hashes


def of(crowd: dict[str, int | None], selection: Selection = ANY) -> set[int]:
    """The different hashes of a selection."""
    wanted = {Selection(poster="poster_True"): 4, Selection(program="prog_0"): 2}.get(selection, 1)
    return {hash_ for id_, hash_ in crowd.items() if hash_ is not None and int(id_) % wanted == 0}


SELECTIONS = [ANY, Selection(poster="poster_True"), Selection(program="prog_0")]


@pytest.mark.parametrize("selection", SELECTIONS)
def test_few_scans_are_all_read(
    database: Database, crowd: dict[str, int | None], selection: Selection
) -> None:
    with database.read() as tx:
        assert scanners.people(tx, *PERIOD, selection) == len(of(crowd, selection))


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("most", [150_000, 100])
def test_of_many_the_hashes_in_the_sample_stand_for_the_others(
    database: Database,
    crowd: dict[str, int | None],
    monkeypatch: pytest.MonkeyPatch,
    selection: Selection,
    most: int,
) -> None:
    monkeypatch.setattr(scanners, "_AFFORDABLE", 0)
    monkeypatch.setattr(scanners, "_SAMPLED", most)
    monkeypatch.setattr(scanners, "_FEWEST", 1)
    exact, rate = of(crowd, selection), 64
    with database.read() as tx:
        told = counts.told(tx, *PERIOD, selection)
        while told // rate > most:
            rate *= 2
        found = scanners.people(tx, *PERIOD, selection)
    assert found == min(sum(hash_ % rate == 0 for hash_ in exact) * rate, told)
    # Four times the standard error that is promised.
    assert abs(found - len(exact)) <= 4 * (rate * len(exact)) ** 0.5


def test_a_handful_in_the_sample_says_nothing(
    database: Database, crowd: dict[str, int | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert crowd
    monkeypatch.setattr(scanners, "_AFFORDABLE", 0)
    with database.read() as tx:
        assert scanners.people(tx, START, START + HOUR) is None
        assert scanners.people(tx, *PERIOD) is not None


def test_the_sample_is_read_from_its_own_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanners, "_AFFORDABLE", -1)
    monkeypatch.setattr(scanners, "_SAMPLED", 2)
    asked: list[tuple[str, dict[str, Any]]] = []
    rows = SqliteTransaction.rows

    def noted(self: SqliteTransaction, sql: str, *listed: Value, **values: Value) -> list[Any]:
        asked.append((sql, values))
        return rows(self, sql, *listed, **values)

    monkeypatch.setattr(SqliteTransaction, "rows", noted)
    with closing(SqliteDatabase(str(tmp_path / "store.db"))) as database:
        migrate(database)
        with database.write() as tx:
            impressions.add(tx, [scan(n) for n in range(200)], by_row(lambda row: int(row.id[4:])))
        with database.read() as tx:
            scanners.people(tx, *PERIOD)
            sql, values = asked[-1]
            plan = tx.rows(f"explain query plan {sql}", **values)
    assert any("COVERING INDEX impression_sample" in row[-1] for row in plan)
