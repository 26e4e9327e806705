"""A real PostgreSQL for the tests: the one that POSTERPULSE_TEST_POSTGRES names, or one of our own.

Our own lives in a folder that goes with it, listens on loopback and in that folder, and keeps
nothing safe: a crash of the machine may lose it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString

import psycopg
from psycopg import sql

from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "not-to-be-seen"  # noqa: S105 - it guards a server that lives for a minute
HELP = (
    "PostgreSQL is not installed here (Debian: apt-get install postgresql; macOS: brew install"
    " postgresql), and POSTERPULSE_TEST_POSTGRES names no server"
)
_PATIENCE = 60
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "16MB",
    "max_connections": "60",
}


class Missing(Exception):
    """There is no PostgreSQL to start."""


@dataclass
class Server:
    """A running server; `folder` is where its socket lies, None where it is somebody else's."""

    url: str
    folder: Path | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    def address(self, name: str) -> str:
        """The URL of one of its databases."""
        head, _, query = self.url.partition("?")
        return f"{head.rsplit('/', 1)[0]}/{name}{'?' if query else ''}{query}"

    def ask(self, statement: sql.Composable) -> list[tuple[Any, ...]]:
        """Run one statement as the owner of everything."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            found = connection.execute(statement.as_string(connection).encode())
            return found.fetchall() if found.description else []

    @contextmanager
    def database(self, options: LiteralString = "") -> Iterator[str]:
        """A new database; yields its URL, and drops it afterwards."""
        name = f"posterpulse_test_{os.getpid()}_{next(self._numbers)}"
        made = sql.SQL("create database {} ").format(sql.Identifier(name))
        self.ask(made + sql.SQL(options))
        try:
            yield self.address(name)
        finally:
            self.ask(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def empty(url: str) -> None:
    """Delete every row of a store."""
    with psycopg.connect(url) as connection:
        listed = connection.execute("select tablename from pg_tables where schemaname = 'public'")
        for (table,) in listed.fetchall():
            if table != "migration":
                connection.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))


@contextmanager
def serving() -> Iterator[Server]:
    """The server, for as long as it is needed.

    Raises:
        Missing: when none is named and none can be started.
    """
    named = os.environ.get("POSTERPULSE_TEST_POSTGRES")
    if named:
        yield Server(named)
        return
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="posterpulse-pg-"))
    try:
        with _started(programs, folder) as url:
            yield Server(url, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """The folder of the newest `initdb` and `postgres`."""
    found = shutil.which("initdb")
    here = [Path(found).resolve().parent] if found else []
    debian = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    newest = sorted(debian, key=lambda path: float(path.parent.name), reverse=True)
    for folder in (*here, *newest):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise Missing(HELP)


@contextmanager
def _started(programs: Path, folder: Path) -> Iterator[str]:
    identity = _identity(folder)
    secret, data = folder / "secret", folder / "data"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)  # the folder is closed to everybody else
    making = ("--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={secret}", "--no-sync")
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "postgres", "-E", "UTF8", *making],
        check=True,
        capture_output=True,
        cwd=folder,
        **identity,
    )
    port = free_port()
    settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, "-p", str(port), "-k", folder, *settings],
            stdout=log,
            stderr=log,
            cwd=folder,
            **identity,
        )
    try:
        url = f"postgresql://postgres:{PASSWORD}@127.0.0.1:{port}/postgres"
        _await(process, url, folder / "log")
        yield url
    finally:
        _stop(process)


def _identity(folder: Path) -> dict[str, Any]:
    """As whom to run: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return {}
    names = {each.pw_name for each in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _await(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # "fast": it ends connections and waits for nobody
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
