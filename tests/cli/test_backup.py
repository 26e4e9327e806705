from __future__ import annotations

import os
import pty
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Terminal

ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(stores: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> int:
    """How many scans the store has that the terminal is told of."""
    request.getfixturevalue("terminal")  # which forgets the one of the test before
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{stores / 'posterpulse.db'}")
    return scans_in(stores / "posterpulse.db")


def scans_in(path: Path) -> int:
    with closing(sqlite3.connect(path)) as found:
        ((scans,),) = found.execute("select count(*) from impression")
    return int(scans)


def names_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def test_a_backup(terminal: Terminal, store: int, tmp_path: Path) -> None:
    assert terminal.run("backup", "copy.db") == 0
    assert terminal.out.startswith(f"Backed up {store:,} scans to copy.db (")
    assert terminal.out.endswith("B).\n")
    assert terminal.err == ""
    copy = tmp_path / "copy.db"
    assert scans_in(copy) == store
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_as_data(terminal: Terminal, store: int, tmp_path: Path) -> None:
    told = terminal.json("backup", "copy.db", "--json")
    taken = (tmp_path / "copy.db").stat().st_size
    assert told == {"file": "copy.db", "bytes": taken, "scans": store}


def test_a_file_is_replaced_only_by_force(terminal: Terminal, store: int, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("dear")
    copy.chmod(0o644)
    assert terminal.run("backup", "copy.db") == 1
    assert terminal.err == "copy.db: this file exists; add --force to replace it.\n"
    assert copy.read_text() == "dear"
    assert terminal.run("backup", "--force", "copy.db") == 0
    assert scans_in(copy) == store
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert names_in(tmp_path) == {"config.toml", "copy.db"}


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("nowhere/copy.db", "its folder does not exist; create it first."),
        (".", "this is a folder; name a file."),
    ],
)
@pytest.mark.usefixtures("store")
def test_no_place_for_a_backup(terminal: Terminal, file: str, words: str) -> None:
    assert terminal.run("backup", file) == 1
    assert terminal.err == f"{file}: {words}\n"


@pytest.mark.usefixtures("store")
def test_the_store_itself(terminal: Terminal, stores: Path) -> None:
    before = (stores / "posterpulse.db").read_bytes()
    assert terminal.run("backup", "--force", f"{stores}/posterpulse.db") == 1
    assert "this is the store itself" in terminal.err
    assert (stores / "posterpulse.db").read_bytes() == before


def test_there_is_no_store(terminal: Terminal, tmp_path: Path) -> None:
    assert terminal.run("backup", "copy.db") == 1
    assert "posterpulse.db: there is no such file" in terminal.err
    assert names_in(tmp_path) == {"config.toml"}


@pytest.mark.usefixtures("store")
def test_a_stream_is_no_file(terminal: Terminal, tmp_path: Path) -> None:
    assert terminal.run("backup", "-") == 2
    assert "not a stream" in terminal.err
    assert names_in(tmp_path) == {"config.toml"}


def test_postgres(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hush@127.0.0.1:9/store")
    assert terminal.run("backup", "copy.db") == 1
    assert "pg_dump" in terminal.err
    assert "hush" not in terminal.err
    assert len(terminal.err.splitlines()) == 1


# Runs the command with a progress that is a person who presses Ctrl-C at the first step.
IMPATIENT = """
import signal, sys
from bot.__main__ import run
from bot.cli import backup
from bot.store.backup import back_up
backup.back_up = lambda path, copy, _: back_up(path, copy, lambda *_: signal.raise_signal(2))
sys.exit(run(["backup", "folder/copy.db"]))
"""


@pytest.mark.usefixtures("store")
def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    child = subprocess.run(
        [sys.executable, "-c", IMPATIENT],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (child.returncode, child.stdout, child.stderr) == (130, "", "")
    assert not names_in(folder)


def test_progress_on_a_terminal(store: int, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "bot", "backup", "copy.db"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    shown = b""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            shown += os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
    os.close(ours)
    out, _ = child.communicate(timeout=60)
    assert child.returncode == 0
    assert out.decode().startswith(f"Backed up {store:,} scans")
    assert b"Copying the store" in shown
    assert b"100%" in shown
    assert scans_in(tmp_path / "copy.db") == store
