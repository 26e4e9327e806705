"""Stores that can't be opened or used: one line each that says what to do."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import stat
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from bot.store import cursors, impressions
from bot.store.database import StoreError
from bot.store.opening import open_store
from bot.store.sqlite import SqliteDatabase

from .samples import START, no_hash, scan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.store.database import Database


def refusal(url: str) -> StoreError:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    "url", ["", "store.db", "sqlite://", "sqlite:///", "mysql://host/name", "postgresql+psycopg://"]
)
def test_an_address_of_neither_kind(url: str) -> None:
    error = refusal(url)
    assert error.permanent
    assert "sqlite:///posterpulse.db" in str(error)


def test_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:///a store.db").close()
    assert (tmp_path / "a store.db").is_file()


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_new_file_is_its_owners_alone(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        database = open_store(f"sqlite:///{tmp_path}/store.db")
        _fill_one(database)
        found = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
        database.close()
    finally:
        os.umask(before)
    assert found == {f"store.db{suffix}": 0o600 for suffix in ("", "-wal", "-shm")}


def test_a_file_that_others_may_read_stays_so(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.touch()
    path.chmod(0o640)
    open_store(f"sqlite:///{path}").close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    error = refusal(f"sqlite:///{tmp_path}/nowhere/store.db")
    assert error.permanent
    assert re.search("folder .* does not exist; create it", str(error))
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    error = refusal(f"sqlite:///{tmp_path}")
    assert error.permanent
    assert "check the path" in str(error)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary, " * 1000)
    error = refusal(f"sqlite:///{path}")
    assert error.permanent
    assert "not an SQLite database; name another file" in str(error)
    assert path.read_text() == "Dear diary, " * 1000


def test_an_sqlite_of_long_ago(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    error = refusal(f"sqlite:///{tmp_path}/store.db")
    assert error.permanent
    assert "use a newer Python, or a PostgreSQL" in str(error)


def test_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_store(f"sqlite:///{path}").close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(StoreError, match="damaged; put a backup in its place") as caught:
        _use(f"sqlite:///{path}")
    assert caught.value.permanent


def _use(url: str) -> None:
    database = open_store(url)
    try:
        _fill_one(database)
    finally:
        database.close()


def _fill_one(database: Database) -> None:
    with database.write() as tx:
        impressions.add(tx, [scan(1)], no_hash)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteDatabase]:
    database = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    assert isinstance(database, SqliteDatabase)
    yield database
    database.close()


def test_a_store_that_may_not_be_written(store: SqliteDatabase) -> None:
    store._connections.mine().execute("pragma query_only = on")
    with pytest.raises(StoreError, match="make it and its folder writable") as caught:
        _fill(store, 1)
    assert caught.value.permanent


def _fill(store: SqliteDatabase, count: int, first: int = 0) -> None:
    with store.write() as tx:
        rows = [scan(n, START + n, f"poster_{n}") for n in range(first, first + count)]
        impressions.add(tx, rows, no_hash)


def test_a_full_disk_costs_nothing_that_was_kept(store: SqliteDatabase) -> None:
    _fill(store, 10)
    connection = store._connections.mine()
    ((pages,),) = connection.execute("pragma page_count")
    # SQLite says the same as when the file system takes no more.
    connection.execute(f"pragma max_page_count = {pages}")
    with pytest.raises(StoreError, match="disk is full or failing; free some space") as caught:
        _fill(store, 5000, 10)
    assert not caught.value.permanent
    assert len(list(impressions.stream(store, START, START + 10_000))) == 10
    connection.execute("pragma max_page_count = 1000000")
    _fill(store, 5000, 10)
    assert len(list(impressions.stream(store, START, START + 10_000))) == 5010


def test_a_real_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk takes a right that this user lacks")
    try:
        with pytest.raises(StoreError, match="disk is full or failing") as caught:
            _fill_up(f"sqlite:///{disk}/store.db")
        assert not caught.value.permanent
    finally:
        subprocess.run(["umount", disk], check=True)


def _fill_up(url: str) -> None:
    database = open_store(url)
    assert isinstance(database, SqliteDatabase)
    try:
        for start in range(0, 100_000, 500):
            _fill(database, 500, start)
    finally:
        database.close()


def test_a_store_that_another_program_keeps_locked(store: SqliteDatabase) -> None:
    store._connections.mine().execute("pragma busy_timeout = 50")
    other = sqlite3.connect(store.name, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(StoreError, match="locked; stop that one or try again") as caught:
        _fill(store, 1)
    assert not caught.value.permanent
    with store.read() as tx:
        assert cursors.load(tx, "feed") is None
    other.close()
    _fill(store, 1)


def test_a_new_file_that_another_program_sets_up_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    other.execute("begin immediate")
    monkeypatch.setattr(time, "sleep", lambda _: other.close())
    open_store(f"sqlite:///{tmp_path / 'store.db'}").close()


def test_no_server_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    error = refusal(f"postgresql://bot:secret@127.0.0.1:{port}/scans")
    assert not error.permanent
    assert str(error).startswith("Store scans on 127.0.0.1: no connection; check DATABASE_URL")
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    "password",
    ["p@secret", "p/secret", "p%zzsecret", "p secret", "p?secret", "p#secret", "p:secret"],
)
def test_an_unwritten_password_is_never_told(password: str) -> None:
    error = refusal(f"postgresql://bot:{password}@127.0.0.1:1/scans")
    assert "secret" not in str(error)
    assert "secret" not in repr(error.__cause__)
