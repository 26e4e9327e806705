"""PostgreSQL behind the same door as SQLite."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, LiteralString, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bot.store.database import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.database import Value

# One writer at a time, as in SQLite, so that both doors promise the same.
WRITER_LOCK = 7_205_759_403


class PostgresTransaction:
    """A transaction on one PostgreSQL connection."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, **values: Value) -> list[tuple[Any, ...]]:
        """See `Transaction.rows`."""
        return self._connection.execute(_translated(sql), values or None).fetchall()

    def execute(self, sql: str, **values: Value) -> int:
        """See `Transaction.execute`."""
        return self._connection.execute(_translated(sql), values or None).rowcount


class PostgresDatabase:
    """PostgreSQL, one connection a thread; a lost connection is opened again at the next use."""

    dialect = "postgres"

    def __init__(self, url: str) -> None:
        """Connect to the server.

        Raises:
            StoreError: when it can't be reached or refuses.
        """
        self._url = url
        self.name = _spoken(url)
        self._local = threading.local()
        self._open: list[psycopg.Connection] = []
        self._lock = threading.Lock()
        with self._explained():
            self._connection()

    @contextmanager
    def read(self) -> Iterator[PostgresTransaction]:
        """See `Database.read`."""
        with self._explained():
            connection = self._connection()
            with connection.transaction():
                connection.execute("set transaction isolation level repeatable read, read only")
                yield PostgresTransaction(connection)

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[PostgresTransaction]:
        """See `Database.write`."""
        with self._explained():
            connection = self._connection()
            with connection.transaction():
                if not durable:
                    connection.execute("set local synchronous_commit = off")
                connection.execute("select pg_advisory_xact_lock(%s)", (WRITER_LOCK,))
                yield PostgresTransaction(connection)

    def close(self) -> None:
        """See `Database.close`."""
        with self._lock:
            connections, self._open = self._open, []
        for connection in connections:
            connection.close()
        self._local = threading.local()

    def _connection(self) -> psycopg.Connection:
        found: psycopg.Connection | None = getattr(self._local, "connection", None)
        if found is None or found.closed:
            found = self._local.connection = psycopg.connect(
                self._url, autocommit=True, connect_timeout=10, keepalives_idle=30
            )
            with self._lock:
                self._open = [each for each in self._open if not each.closed]
                self._open.append(found)
        return found

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except psycopg.OperationalError as error:
            raise StoreError(f"Store {self.name}: {_first_line(error)}.") from error
        except psycopg.Error as error:
            raise StoreError(f"Store {self.name}: {_first_line(error)}.", permanent=True) from error


@lru_cache(maxsize=512)
def _translated(sql: str) -> LiteralString:
    """The statement with psycopg's placeholders; `::` stays, and text in it never holds a colon."""
    return cast("LiteralString", re.sub(r"(?<!:):([a-z]\w*)", r"%(\1)s", sql.replace("%", "%%")))


def _spoken(url: str) -> str:
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error as error:
        raise StoreError(
            "DATABASE_URL: this is not a PostgreSQL address.", permanent=True
        ) from error
    return f"{parts.get('dbname', 'postgres')} on {parts.get('host', 'localhost')}"


def _first_line(error: psycopg.Error) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__).rstrip(".")
