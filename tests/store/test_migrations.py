from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from bot.store import cursors, schema
from bot.store.database import StoreError
from bot.store.opening import open_store

from .samples import TABLES, together

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgres_server import Server

SECOND = "create table second (key {serial}, word {name} not null);"
BROKEN = "create table third (key {serial}); create table third (key {serial});"
OPEN = """
import sys
from bot.store.opening import open_store
open_store(sys.argv[1]).close()
"""


@pytest.fixture(params=["sqlite", "postgres"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    postgres: Server = request.getfixturevalue("postgres")
    with postgres.database() as url:
        yield url


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    database = open_store(url)
    try:
        with database.read() as tx:
            return tx.rows(query)
    finally:
        database.close()


def test_opening_makes_every_table_and_keeps_what_is_there(bare_url: str) -> None:
    database = open_store(bare_url)
    with database.write() as tx:
        for table in TABLES:
            assert tx.rows(f"select count(*) from {table}") == [(0,)]  # noqa: S608 - our own names
        cursors.save(tx, "impressions", "{}")
    database.close()
    assert rows(bare_url, "select feed from cursor") == [("impressions",)]


def test_later_migrations_come_on_top_and_stay(
    bare_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(bare_url).close()
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, ("second", SECOND)))
    assert rows(bare_url, "select word from second") == []
    assert rows(bare_url, "select word from second") == []


def test_a_store_of_a_newer_version_is_refused(
    bare_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as newer:
        newer.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, ("second", SECOND)))
        open_store(bare_url).close()
    with pytest.raises(StoreError, match=r"newer version .* update") as caught:
        open_store(bare_url)
    assert caught.value.permanent


def test_a_migration_that_fails_leaves_nothing(
    bare_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, ("third", BROKEN)))
        with pytest.raises(StoreError):
            open_store(bare_url)
    assert rows(bare_url, "select feed from cursor") == []
    with pytest.raises(StoreError):
        rows(bare_url, "select key from third")


def test_threads_and_processes_may_open_a_new_store_at_once(bare_url: str) -> None:
    others = [subprocess.Popen([sys.executable, "-c", OPEN, bare_url]) for _ in range(2)]
    together([lambda: open_store(bare_url).close()] * 4)
    assert [each.wait(60) for each in others] == [0, 0]
    assert rows(bare_url, "select feed from cursor") == []
