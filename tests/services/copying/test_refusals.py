"""What is refused, and stays as it is."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from bot.services.copying import copy
from bot.store import catalogue, cursors, first_load, migrations, schema, unfinished
from bot.store.opening import connect, open_store

from .contents import ROWS, contents, fill
from .steps import interrupt, refusal, replace, silent

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from bot.store.database import Database
    from tests.postgres_server import Server


def test_a_store_that_holds_something_is_refused(source: Database, target: Database) -> None:
    schema.migrate(target)
    with target.write() as tx:
        cursors.save(tx, "feed", "one")
    before = contents(target)
    assert refusal(source, target) == f"Store {target.name} is not empty; name an empty database."
    assert contents(target) == before


def test_a_copy_that_is_whole_is_refused(source: Database, target: Database) -> None:
    copy(source, target, silent)
    before = contents(target)
    assert "is not empty" in refusal(source, target)
    assert contents(target) == before


def test_an_old_store_stays_old(
    source: Database, target: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
        schema.migrate(target)
    replace(target, "insert into program (id) values ('prog_1')")
    assert "is not empty" in refusal(source, target)
    with target.read() as tx:
        assert "feed" not in catalogue.tables(tx, target.dialect)


def test_an_unfinished_copy_of_another_store_is_refused(
    source: Database, target: Database, tmp_path: Path
) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'other.db'}")) as other:
        fill(other, ROWS)
        interrupt(other, target, 40)
        before = contents(target)
        assert "unfinished copy of another store" in refusal(source, target)
        assert contents(target) == before
        copy(other, target, silent)
        assert contents(target) == contents(other)


def test_an_unfinished_copy_is_no_source(
    source: Database, target: Database, tmp_path: Path
) -> None:
    interrupt(source, target, 40)
    with closing(connect(f"sqlite:///{tmp_path / 'next.db'}")) as following:
        assert "an unfinished copy itself" in refusal(target, following)
        assert contents(following) == {}


def test_a_source_in_its_first_load_is_refused(tmp_path: Path, target: Database) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'source.db'}")) as source:
        first_load.begin(source)
        assert "first load has not ended" in refusal(source, target)
        assert contents(target) == {}
        first_load.finish(source)
        copy(source, target, silent)


def test_the_store_itself_is_refused(target: Database, target_url: str) -> None:
    schema.migrate(target)
    with closing(connect(target_url)) as same:
        assert "this is the store itself" in refusal(target, same)
    with target.read() as tx:
        assert unfinished.TABLE not in catalogue.tables(tx, target.dialect)


def test_what_postgres_can_not_hold_is_told(source: Database, postgres: Server) -> None:
    replace(source, "update agent set agent = 'a' || char(0) || 'b' where key = 97")
    with postgres.database() as url, closing(connect(url)) as target:
        told = refusal(source, target)
        assert told.startswith("Table agent: Store ")
        assert "NUL" in told
        replace(source, "update agent set agent = 'ab' where key = 97")
        copy(source, target, silent)
        assert contents(target) == contents(source)
