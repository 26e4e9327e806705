"""SQLite behind the low door."""

from __future__ import annotations

import os
import re
import sqlite3
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.store.connections import Connections
from bot.store.database import BUSY_SECONDS, StoreError
from bot.store.ids import pack_all, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.store.database import Value

# The first that knows `returning`.
_OLDEST = (3, 35, 0)
_IN_MEMORY = ":memory:"
# Large sorts go to a file, since the index on ids alone would take more memory than all the rest;
# 16 MiB of pages hold the upper part of every tree. A log of 16 MiB (4,000 pages) lets pages that
# many transactions change go to the file once; it shrinks after something large.
_PRAGMAS = (
    "temp_store = file",
    "cache_size = -16384",
    "wal_autocheckpoint = 4000",
    "journal_size_limit = 67108864",
)


class SqliteTransaction:
    """A transaction on one SQLite connection, which is there for SQLite's own tools."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def rows(self, sql: str, *listed: Value, **values: Value) -> list[tuple[Any, ...]]:
        """See `Transaction.rows`."""
        return self.connection.execute(sql, listed or values).fetchall()

    def execute(self, sql: str, *listed: Value, **values: Value) -> int:
        """See `Transaction.execute`."""
        return self.connection.execute(sql, listed or values).rowcount

    def many(self, sql: str, values: Sequence[Sequence[Value]]) -> None:
        """See `Transaction.many`."""
        self.connection.executemany(sql, values)

    def unless_repeated(self, sql: str) -> bool:
        """Run a statement; False, and all is as before, where something unique would be twice."""
        try:
            self.connection.execute(sql)
        except sqlite3.IntegrityError:
            return False
        return True

    # A canonical UUID as its 16 bytes, any other id as it is.
    pack = staticmethod(pack_all)
    unpack = staticmethod(unpack)


class SqliteDatabase:
    """SQLite in WAL mode, one connection a thread."""

    dialect = "sqlite"

    def __init__(self, path: str) -> None:
        """Open or create the file at `path`.

        Raises:
            StoreError: when it can't be opened or isn't a database, or SQLite is too old.
        """
        if sqlite3.sqlite_version_info < _OLDEST:
            raise StoreError(
                f"SQLite {sqlite3.sqlite_version} is too old, it must be 3.35 or newer: use a newer"
                " Python, or a PostgreSQL DATABASE_URL.",
                permanent=True,
            )
        self.name = path
        self._connections = Connections(lambda: _connect(path))
        with self._explained():
            self._connections.mine()

    @contextmanager
    def read(self) -> Iterator[SqliteTransaction]:
        """See `Database.read`."""
        with self._explained(), self._connections.used() as used, _begun(used, "begin"):
            yield SqliteTransaction(used)

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[SqliteTransaction]:
        """See `Database.write`."""
        with self._explained(), self._connections.used() as connection:
            connection.execute(f"pragma synchronous = {'full' if durable else 'normal'}")
            # A deferred transaction that reads first fails at once under WAL when another writes.
            with _begun(connection, "begin immediate"):
                yield SqliteTransaction(connection)

    def compact(self) -> None:
        """Write the file anew without gaps: writers wait, and as much disk must be free."""
        with self._explained(), self._connections.used() as connection:
            connection.execute("vacuum")
        self.empty_log()

    def empty_log(self) -> None:
        """Move what the log holds into the file, and free its room, unless a reader needs it."""
        with self._explained(), self._connections.used() as connection:
            connection.execute("pragma wal_checkpoint(truncate)")

    def close(self) -> None:
        """See `Database.close`."""
        self._connections.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _explain(error, self.name) from error


def _connect(path: str) -> sqlite3.Connection:
    if path != _IN_MEMORY and not Path(path).absolute().parent.is_dir():
        raise StoreError(
            f"DATABASE_URL: the folder of {path} does not exist; create it first.", permanent=True
        )
    _make_private(path)
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        _set_up(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _make_private(path: str) -> None:
    """Make a new file its owner's alone; SQLite gives the files beside it the same rights."""
    if path == _IN_MEMORY:
        return
    # What can't be made here is explained by SQLite. Never open a file that exists: closing it
    # would end the locks that this process has on it.
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _set_up(connection: sqlite3.Connection) -> None:
    for pragma in _PRAGMAS:
        connection.execute(f"pragma {pragma}")
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            # When two open a new file at once, one is told so without the wait of other statements.
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


@contextmanager
def _begun(connection: sqlite3.Connection, how: str) -> Iterator[sqlite3.Connection]:
    connection.execute(how)
    try:
        yield connection
        connection.execute("commit")
    finally:
        if connection.in_transaction:
            connection.execute("rollback")


_EXPLANATIONS = (
    (r"disk is full|disk I/O error", "the disk is full or failing; free some space", False),
    (r"readonly|read-only", "the file is read-only; make it and its folder writable", True),
    (r"unable to open", "the file can't be opened; check the path and its permissions", True),
    (r"not a database", "this is not an SQLite database; name another file", True),
    (r"malformed", "the file is damaged; put a backup in its place", True),
    (r"locked|busy", "another program keeps it locked; stop that one or try again", False),
)


def _explain(error: sqlite3.Error, name: str) -> StoreError:
    for pattern, remedy, permanent in _EXPLANATIONS:
        if re.search(pattern, str(error)):
            return StoreError(f"Store {name}: {remedy} ({error}).", permanent=permanent)
    return StoreError(f"Store {name}: {error}.", permanent=True)
