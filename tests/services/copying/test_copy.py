"""Copying a store: all of it arrives."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from bot.domain.model import Poster
from bot.services.copying import Copied, copy
from bot.store import directory, migrations
from bot.store.opening import connect, open_store

from .contents import LEFT_EMPTY, ROWS, contents, fill
from .steps import silent

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from bot.store.database import Database


def test_every_row_of_every_table_arrives(source: Database, target: Database) -> None:
    told: list[tuple[int, int]] = []
    result = copy(source, target, lambda done, total: told.append((done, total)))
    expected = contents(source)
    assert all(len(rows) == ROWS for name, rows in expected.items() if name not in LEFT_EMPTY)
    assert contents(target) == expected
    assert result == Copied(ROWS * (len(expected) - len(LEFT_EMPTY)), len(expected))
    assert told == sorted(told)
    assert told[-1] == (result.rows * 3, result.rows * 3)


def test_there_and_back(source: Database, target: Database, tmp_path: Path) -> None:
    copy(source, target, silent)
    with closing(connect(f"sqlite:///{tmp_path / 'back.db'}")) as back:
        copy(target, back, silent)
        assert contents(back) == contents(source)
        with back.read() as tx, source.read() as origin:
            ids = "select id from impression order by at"
            assert tx.rows(ids) == origin.rows(ids)


def test_a_table_of_a_later_migration_is_copied_too(
    tmp_path: Path, target: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = "create table later (word {name} primary key, size double precision, id {packed});"
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, ("later", later)))
    with closing(open_store(f"sqlite:///{tmp_path / 'source.db'}")) as source:
        fill(source, ROWS)
        copy(source, target, silent)
        assert contents(target) == contents(source)
        assert len(contents(target)["later"]) == ROWS


def test_later_rows_get_keys_of_their_own(source: Database, target: Database) -> None:
    copy(source, target, silent)
    with target.write() as tx:
        directory.save_posters(tx, [Poster("new", "somewhere")])
        assert tx.rows("select count(*) from poster where key > (select max(key) from agent)") == [
            (1,)
        ]
        assert tx.rows("insert into feed (id) values ('new') returning key") == [(ROWS * 97 + 1,)]


def test_keys_of_empty_tables_begin_as_ever(tmp_path: Path, target: Database) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'source.db'}")) as source:
        assert copy(source, target, silent).rows == 0
    with target.write() as tx:
        assert tx.rows("insert into feed (id) values ('new') returning key") == [(1,)]


def test_tables_of_others_stay(source: Database, target: Database) -> None:
    with target.write() as tx:
        tx.execute("create table recipe (dish text)")
        tx.execute("insert into recipe values ('soup')")
    copy(source, target, silent)
    with target.read() as tx:
        assert tx.rows("select dish from recipe") == [("soup",)]
