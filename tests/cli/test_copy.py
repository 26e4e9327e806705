from __future__ import annotations

import os
import pty
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from bot.cli import session
from bot.cli.copy import spoken
from tests.postgres_server import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres_server import Server

    from .conftest import Terminal

ROOT = Path(__file__).parents[2]
NOWHERE = "postgresql://me:hush@127.0.0.1:9/store"


@pytest.fixture
def store(stores: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """The file of the store that the terminal is told of."""
    request.getfixturevalue("terminal")  # which forgets the one of the test before
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{stores / 'posterpulse.db'}")
    return stores / "posterpulse.db"


@pytest.fixture
def server_url(postgres: Server) -> Iterator[str]:
    """The address of a database without tables."""
    with postgres.database() as url:
        yield url


def scans_in(path: Path) -> int:
    with closing(sqlite3.connect(path)) as found:
        ((scans,),) = found.execute("select count(*) from impression")
    return int(scans)


def scans_at(url: str) -> int:
    with psycopg.connect(url) as found:
        ((scans,),) = found.execute("select count(*) from impression").fetchall()
    return int(scans)


def test_to_postgres(terminal: Terminal, store: Path, server_url: str) -> None:
    assert terminal.run("copy", "--to", server_url) == 0
    first, second = terminal.out.splitlines()
    assert first.startswith("Copied ")
    assert first.endswith("counts and checksums agree.")
    assert f"DATABASE_URL to  {server_url.replace(PASSWORD, '...')} (with the password)" in second
    assert PASSWORD not in terminal.out
    assert terminal.err == ""
    assert scans_at(server_url) == scans_in(store) > 0


def test_answers_are_the_same(
    terminal: Terminal, store: Path, server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = ("top all time", "leaderboard all time", "trend last 14 days")
    asked = session.now()
    monkeypatch.setattr("bot.cli.session.now", lambda: asked)
    assert store.is_file()
    before = [terminal.json("ask", "--json", each) for each in questions]
    assert terminal.run("copy", "--to", server_url) == 0
    monkeypatch.setenv("DATABASE_URL", server_url)
    after = [terminal.json("ask", "--json", each) for each in questions]
    assert after == before
    assert before[0]["total"]["scans"] == scans_in(store)


def test_as_data(terminal: Terminal, store: Path, tmp_path: Path) -> None:
    told = terminal.json("copy", "--to", "sqlite:///new.db", "--json")
    assert set(told) == {"rows", "tables", "seconds", "verified"}
    assert told["verified"] is True
    assert told["rows"] > scans_in(tmp_path / "new.db") == scans_in(store)
    assert 0 <= told["seconds"] < 60


def test_the_same_target_twice(terminal: Terminal, store: Path, tmp_path: Path) -> None:
    assert store.is_file()
    assert terminal.run("copy", "--to", "sqlite:///new.db") == 0
    before = (tmp_path / "new.db").read_bytes()
    assert terminal.run("copy", "--to", "sqlite:///new.db") == 1
    assert terminal.err == "Store new.db is not empty; name an empty database.\n"
    assert (tmp_path / "new.db").read_bytes() == before


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("url", "words"),
    [
        (NOWHERE, "Store store on 127.0.0.1: no connection; check --to, and that the server runs"),
        ("mysql://me:hush@127.0.0.1/store", "--to must look like sqlite:///posterpulse.db or"),
        ("postgresql://me:hu/sh@127.0.0.1/store", "--to: a password with @ or / in it must be"),
        ("sqlite:///nowhere/new.db", "--to: the folder of nowhere/new.db does not exist"),
        ("sqlite:///config.toml", "config.toml: this is not an SQLite database"),
    ],
)
def test_a_target_that_can_not_be_opened(terminal: Terminal, url: str, words: str) -> None:
    assert terminal.run("copy", "--to", url) == 1
    assert words in terminal.err
    assert terminal.out == ""
    assert len(terminal.err.splitlines()) == 1
    assert "hu" not in terminal.err.replace("that", "")


def test_there_is_no_store(terminal: Terminal, tmp_path: Path) -> None:
    assert terminal.run("copy", "--to", "sqlite:///new.db") == 1
    assert "posterpulse.db: there is no such file to copy; check DATABASE_URL" in terminal.err
    assert {each.name for each in tmp_path.iterdir()} == {"config.toml"}


def test_a_target_is_needed(terminal: Terminal) -> None:
    assert terminal.run("copy") == 2
    assert "--to" in terminal.err


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:///a.db", "sqlite:///a.db"),
        ("sqlite:////var/a:b@c.db", "sqlite:////var/a:b@c.db"),
        ("postgresql://host/name", "postgresql://host/name"),
        ("postgresql://me@host:1/name", "postgresql://me@host:1/name"),
        ("postgresql://me:hush@host:1/name", "postgresql://me:...@host:1/name"),
        ("postgres://me:h%40sh@a:1,b:2/name?x=1", "postgres://me:...@a:1,b:2/name?x=1"),
        (
            "postgresql://me@/name?host=h&password=hush&sslpassword=hush",
            "postgresql://me@/name?host=h&password=...&sslpassword=...",
        ),
    ],
)
def test_addresses_are_told_without_passwords(url: str, shown: str) -> None:
    assert spoken(url) == shown


# Runs the command for a person who presses Ctrl-C at the second step.
IMPATIENT = """
import signal, sys
from contextlib import nullcontext
from bot.__main__ import run
from bot.cli import copy
copy.bar = lambda _: nullcontext(lambda done, _: done and signal.raise_signal(2))
sys.exit(run(["copy", "--to", "sqlite:///new.db"]))
"""


def test_ctrl_c_says_how_to_go_on(terminal: Terminal, store: Path, tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", IMPATIENT],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    told = "Interrupted. The same command goes on where it stopped.\n"
    assert (child.returncode, child.stdout, child.stderr) == (130, "", told)
    assert terminal.run("copy", "--to", "sqlite:///new.db") == 0
    assert scans_in(tmp_path / "new.db") == scans_in(store)


@pytest.mark.usefixtures("store")
def test_progress_on_a_terminal() -> None:
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "bot", "copy", "--to", "sqlite:///new.db"],
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
    assert out.decode().startswith("Copied ")
    assert b"Copying and verifying" in shown
    assert b"100%" in shown
