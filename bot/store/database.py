"""The low door to SQL, and SQLite behind it.

Statements are written once for SQLite and PostgreSQL, with named parameters (`:name`). Everything
above this file sees `Database` and `Transaction` only.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

Value = str | int | float | None
BUSY_SECONDS = 30


class StoreError(Exception):
    """The store can't do what was asked; the text is one line with the remedy.

    `permanent` says that trying again can't help until a person acts.
    """

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class Transaction(Protocol):
    """Statements that succeed or fail together."""

    def rows(self, sql: str, **values: Value) -> list[tuple[Any, ...]]:
        """All rows of a query, or of a change with `returning`."""

    def execute(self, sql: str, **values: Value) -> int:
        """Run one statement and return how many rows it changed."""


class Database(Protocol):
    """A store that is open; safe to share between threads."""

    @property
    def name(self) -> str:
        """What a person may be told: a path or a host, never a password."""

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgres`."""

    def read(self) -> AbstractContextManager[Transaction]:
        """A consistent view; never waits for a writer."""

    def write(self, *, durable: bool = False) -> AbstractContextManager[Transaction]:
        """The one writer of the moment; commits on leaving, rolls back on an error.

        `durable` makes the commit survive a power cut before this returns.
        """

    def close(self) -> None:
        """Close every connection; closing twice is fine."""


class SqliteTransaction:
    """A transaction on one SQLite connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def rows(self, sql: str, **values: Value) -> list[tuple[Any, ...]]:
        """See `Transaction.rows`."""
        return self.connection.execute(sql, values).fetchall()

    def execute(self, sql: str, **values: Value) -> int:
        """See `Transaction.execute`."""
        return self.connection.execute(sql, values).rowcount


class SqliteDatabase:
    """SQLite in WAL mode, one connection a thread."""

    dialect = "sqlite"

    def __init__(self, path: str) -> None:
        """Open or create the file at `path`.

        Raises:
            StoreError: when it can't be opened or isn't a database.
        """
        self.name = path
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        with self._explained():
            self._connection().execute("select count(*) from sqlite_master").fetchone()

    @contextmanager
    def read(self) -> Iterator[SqliteTransaction]:
        """See `Database.read`."""
        with self._explained(), _begun(self._connection(), "begin") as connection:
            yield SqliteTransaction(connection)

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[SqliteTransaction]:
        """See `Database.write`."""
        connection = self._connection()
        with self._explained():
            connection.execute(f"pragma synchronous = {'full' if durable else 'normal'}")
            # A deferred transaction that reads first fails at once under WAL when another writes.
            with _begun(connection, "begin immediate"):
                yield SqliteTransaction(connection)

    def connection(self) -> sqlite3.Connection:
        """This thread's connection, for tools of SQLite's own (migrations, backup)."""
        return self._connection()

    def close(self) -> None:
        """See `Database.close`."""
        with self._lock:
            connections, self._open = self._open, []
        for connection in connections:
            connection.close()
        self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            with self._explained():
                found = self._local.connection = _connect(self.name)
            with self._lock:
                self._open.append(found)
        return found

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _explain(error, self.name) from error


def _connect(path: str) -> sqlite3.Connection:
    if path != ":memory:" and not Path(path).absolute().parent.is_dir():
        raise StoreError(
            f"DATABASE_URL: the folder of {path} does not exist; create it first.", permanent=True
        )
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        for pragma in ("journal_mode = wal", "foreign_keys = on", "temp_store = memory"):
            connection.execute(f"pragma {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


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
    (r"not a database|malformed", "this is not an SQLite database; name another file", True),
    (r"locked|busy", "another program keeps it locked; stop that one or try again", False),
)


def _explain(error: sqlite3.Error, name: str) -> StoreError:
    for pattern, remedy, permanent in _EXPLANATIONS:
        if re.search(pattern, str(error)):
            return StoreError(f"Store {name}: {remedy} ({error}).", permanent=permanent)
    return StoreError(f"Store {name}: {error}.", permanent=True)
