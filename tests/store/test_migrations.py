from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from bot.store import cursors, lanes, outbox, schema
from bot.store.database import StoreError
from bot.store.opening import open_store

from .samples import TABLES, together

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgres_server import Server

SECOND = "create table second (key {serial}, word {name} not null);"
BROKEN = "create table third (key {serial}); create table third (key {serial});"
UUID = "0b5c2f0e-8d1f-4c5e-9a7b-3f2d1e0c9b8a"
# An hour before 1970 and the one before it; two scans of one hour a block later, one day apart.
VERSION_1 = """
insert into program (id) values ('prog_1');
insert into ambassador (id) values ('user_1');
insert into poster (id) values ('poster_a');
insert into agent (agent, device) values ('Mozilla', 'mobile');
insert into impression (at, id, poster, program, ambassador, agent, scanner) values
    (-3600, 'imp_1', 1, 1, 1, 1, 256),
    (-3601, '0b5c2f0e-8d1f-4c5e-9a7b-3f2d1e0c9b8a', 1, 1, 1, 1, null),
    (2764800, 'imp_3', 1, 1, 1, 1, -7),
    (2768399, '0B5C2F0E-8D1F-4C5E-9A7B-3F2D1E0C9B8A', 1, 1, 1, 1, null),
    (2851200, 'imp_5', 1, 1, 1, 1, null);
insert into tally (hour, poster, program, ambassador, scans) values
    (-1, 1, 1, 1, 1), (-2, 1, 1, 1, 1), (768, 1, 1, 1, 2), (792, 1, 1, 1, 1)
"""
MIGRATED = [
    *((1, -2, 1, 0), (1, -1, 1, 1), (1, 768, 2, 1), (1, 792, 1, 0)),
    *((24, -24, 2, 1), (24, 768, 2, 1), (24, 792, 1, 0)),
    *((768, -768, 2, 1), (768, 768, 3, 1)),
]
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


def test_a_store_of_the_first_version_keeps_its_numbers(
    bare_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
        database = open_store(bare_url)
        with database.write() as tx:
            for statement in VERSION_1.split(";"):
                tx.execute(statement)
        database.close()
    database = open_store(bare_url)
    with database.read() as tx:
        tallied = tx.rows("select width, start, scans, told from tally order by width, start")
        assert tallied == MIGRATED
        columns = "width, start, program, scans, told from program_tally order by width, start"
        assert tx.rows(f"select {columns}") == [(w, s, 1, n, told) for w, s, n, told in MIGRATED]
        stored = tx.rows("select id, at, scanner, feed from impression order by at")
        assert [(tx.unpack(id_), *rest) for id_, *rest in stored] == [
            *((UUID, -3601, None, 0), ("imp_1", -3600, 256, 0), ("imp_3", 2764800, -7, 0)),
            *((UUID.upper(), 2768399, None, 0), ("imp_5", 2851200, None, 0)),
        ]
        packed = [id_ for id_, *_ in stored]
        assert tx.pack([tx.unpack(id_) for id_ in packed]) == packed
        assert tx.rows("select count(*) from listed") == [(0,)]
    database.close()


def test_what_an_older_store_was_about_to_send_is_sent(
    bare_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:3])
        database = open_store(bare_url)
        with database.write() as tx:
            for intent, state in (("a", "sending"), ("b", "waiting")):
                tx.execute(
                    """insert into outbox
                        (intent, kind, channel, message, created_at, state, due_at, sending_at)
                    values (:intent, 'digest', '#posters', '{}', 100, :state, 100, 100)""",
                    intent=intent,
                    state=state,
                )
        database.close()
    database = open_store(bare_url)
    with database.write() as tx:
        assert lanes.seek(tx, 500_000) == "#posters"
        lanes.find(tx, "#posters", "#posters", "C1")
        assert outbox.claim(tx, 500, "me") is None
        doubtful = outbox.claim_unknown(tx, 500, "me", 400)
        assert doubtful
        assert (doubtful.intent, doubtful.to) == ("a", "C1")
        outbox.sent(tx, doubtful.key, "C1", "1.0", 500, None)
        due = outbox.claim(tx, 500, "me")
        assert due
        assert (due.intent, due.to) == ("b", "C1")
    database.close()


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
