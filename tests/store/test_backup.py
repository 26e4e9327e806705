"""Backups of a store that is being written to."""

from __future__ import annotations

import re
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from bot.store import counts, cursors, impressions
from bot.store.backup import back_up, source
from bot.store.database import StoreError
from bot.store.opening import open_store

from .samples import START, no_hash, scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.store.database import Database

ROOT = Path(__file__).parents[2]
SCANS = 60_000


def fill(database: Database, numbers: range) -> None:
    with database.write() as tx:
        impressions.add(tx, [scan(n, START + n) for n in numbers], no_hash)
        cursors.save(tx, "feed", str(numbers.stop))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of a store of some megabytes."""
    made = tmp_path / "store.db"
    with closing(open_store(f"sqlite:///{made}")) as database:
        fill(database, range(SCANS))
    return made


@pytest.fixture
def writing(path: Path) -> Iterator[Callable[[], int]]:
    """Writes a scan a transaction, each time with what tells how many; told how many there are."""
    ended, written = Event(), [SCANS]

    def write() -> None:
        with closing(open_store(f"sqlite:///{path}")) as database:
            while not ended.is_set():
                fill(database, range(written[0], written[0] + 1))
                written[0] += 1

    thread = Thread(target=write)
    thread.start()
    yield lambda: written[0]
    ended.set()
    thread.join()


def wait_for_more(count: Callable[[], int]) -> None:
    before, patience = count(), Event()
    for _ in range(3000):
        if count() > before + 2:
            return
        patience.wait(0.01)
    pytest.fail("the writer is held up")


def test_a_backup_beside_a_writer_is_of_one_moment(
    path: Path, tmp_path: Path, writing: Callable[[], int]
) -> None:
    copy = tmp_path / "copy.db"
    copy.touch()
    told: list[tuple[int, int]] = []

    def progress(done: int, pages: int) -> None:
        told.append((done, pages))
        # Between any two steps the writer gets its turn, and changes pages that are copied already.
        wait_for_more(writing)

    wait_for_more(writing)
    scans = back_up(path, copy, progress)
    assert len(told) > 2
    assert told == sorted(told)
    assert len({pages for _, pages in told}) == 1
    assert told[-1][0] == told[-1][1]
    assert SCANS < scans < writing()
    with closing(sqlite3.connect(copy)) as found:
        assert found.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert found.execute("select count(*) from impression").fetchone() == (scans,)
        assert found.execute("select sum(scans) from tally where width = 1").fetchone() == (scans,)
        assert found.execute("select sweep from cursor").fetchone() == (str(scans),)


def test_a_backup_is_a_store(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.touch()
    assert back_up(path, copy, lambda *_: None) == SCANS
    with closing(open_store(f"sqlite:///{copy}")) as database:
        fill(database, range(SCANS, SCANS + 5))
        with database.read() as tx:
            assert counts.everything(tx) == SCANS + 5


def test_nothing_lies_beside_a_backup(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copies" / "copy.db"
    copy.parent.mkdir()
    copy.touch()
    seen: set[str] = set()
    back_up(path, copy, lambda *_: seen.update(each.name for each in copy.parent.iterdir()))
    assert seen | {each.name for each in copy.parent.iterdir()} == {"copy.db"}


def refusal(url: str, copy: Path) -> str:
    with pytest.raises(StoreError) as caught:
        source(url, str(copy))
    assert caught.value.permanent
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal", "-run"])
def test_the_store_itself_is_never_overwritten(path: Path, suffix: str) -> None:
    assert source(f"sqlite:///{path}", f"{path}.copy") == path
    target = Path(f"{path}{suffix}")
    assert "this is the store itself" in refusal(f"sqlite:///{path}", target)


def test_the_store_by_another_name_is_never_overwritten(path: Path, tmp_path: Path) -> None:
    (tmp_path / "hard.db").hardlink_to(path)
    (tmp_path / "soft.db").symlink_to(path)
    (tmp_path / "soft").symlink_to(tmp_path)
    for name in ("hard.db", "soft.db", "soft/store.db", "soft/store.db-wal"):
        assert "this is the store itself" in refusal(f"sqlite:///{path}", tmp_path / name)
    linked = f"sqlite:///{tmp_path / 'soft.db'}"
    assert "this is the store itself" in refusal(linked, Path(f"{path}-wal"))


@pytest.mark.parametrize("name", ["nowhere.db", ":memory:", ""])
def test_there_is_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert "no such file to back up" in refusal(f"sqlite:///{name}", tmp_path / "copy.db")
    assert not list(tmp_path.iterdir())


def test_postgres_has_a_tool_of_its_own(tmp_path: Path) -> None:
    told = refusal("postgresql://me:hush@127.0.0.1:9/store", tmp_path / "copy.db")
    assert "pg_dump" in told
    assert "hush" not in told


def test_a_file_that_is_no_store(tmp_path: Path) -> None:
    letter, copy = tmp_path / "letter.db", tmp_path / "copy.db"
    letter.write_text("This was a letter to somebody. " * 100)
    copy.touch()
    with pytest.raises(StoreError, match=re.escape(f"{letter}: this is not an SQLite database")):
        back_up(letter, copy, lambda *_: None)


def backup_with_little_room(url: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "backup", "folder/copy.db"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={"DATABASE_URL": url, "PYTHONPATH": str(ROOT)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000)),
    )


def test_a_disk_that_is_full(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    ended = backup_with_little_room(f"sqlite:///{path}", tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"{folder}: the backup can't be written; is the disk full?")
    assert len(ended.stderr.splitlines()) == 1
    assert not list(folder.iterdir())
