"""PostgreSQL behind the low door."""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any, Final, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus

from bot.store.connections import Connections
from bot.store.database import BUSY_SECONDS, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.store.database import Value

# One writer at a time, as in SQLite, so that both doors promise the same. Claims of several who
# deliver are serial by it, and what they may rely on goes beyond the row that they take; skipping
# rows that are locked would add speed that Slack, at a message a second, can't use.
WRITER_LOCK = 7_205_759_403
# A process that is frozen keeps the others from writing for no longer than this.
_FROZEN_SECONDS = 5
# Compiling a query and starting helpers for it take longer than these queries do.
_READ = (
    "begin isolation level repeatable read, read only;"
    " set local jit = off; set local max_parallel_workers_per_gather = 0"
)
# Named, since a snapshot that is taken before the wait would not see the writer before.
_WRITE = f"""begin isolation level read committed;
set local lock_timeout = '{BUSY_SECONDS}s';
set local idle_in_transaction_session_timeout = '{_FROZEN_SECONDS}s';
select pg_advisory_xact_lock({WRITER_LOCK});
set local synchronous_commit ="""
_DURABLY, _QUICKLY = f"{_WRITE} on", f"{_WRITE} off"

# A network that swallows packets is noticed in a minute.
_PATIENT: Final = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
# The same in four seconds.
_WATCHFUL: Final = {
    "keepalives_idle": 1,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 4000,  # milliseconds
}

_COUNTED_UP = """
select attname, pg_get_serial_sequence(:table, attname) from pg_attribute
where attrelid = cast(:table as regclass) and attidentity <> '' and not attisdropped
"""


class PostgresTransaction:
    """A transaction on one PostgreSQL connection."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, *listed: Value, **values: Value) -> list[tuple[Any, ...]]:
        """See `Transaction.rows`."""
        return self._run(sql, listed, values).fetchall()

    def execute(self, sql: str, *listed: Value, **values: Value) -> int:
        """See `Transaction.execute`."""
        return self._run(sql, listed, values).rowcount

    def many(self, sql: str, values: Sequence[Sequence[Value]]) -> None:
        """See `Transaction.many`."""
        with self._connection.cursor() as cursor:
            cursor.executemany(_translated(sql), values)

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        """Add rows to a table, several times as fast as `many` does."""
        listed = sql.SQL(", ").join(map(sql.Identifier, columns))
        statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table), listed)
        with self._connection.cursor() as cursor, cursor.copy(statement) as stream:
            for row in rows:
                stream.write_row(row)

    def settle(self, table: str) -> None:
        """After `load`: let the keys of new rows begin behind those loaded, and plans be good."""
        for column, sequence in self.rows(_COUNTED_UP, table=f'"{table}"'):
            last = f'max("{column}")'
            reached = f"setval(:sequence, greatest({last}, 1), coalesce({last} > 0, false))"
            self.rows(f'select {reached} from "{table}"', sequence=sequence)
        self.execute(f'analyze "{table}"')

    def pack(self, ids: Sequence[str]) -> Sequence[Value]:
        """The ids themselves: text that both people and other programs can read."""
        return ids

    def unpack(self, value: Value) -> str:
        """See `Transaction.unpack`."""
        return str(value)

    def _run(
        self, sql: str, listed: tuple[Value, ...], values: Mapping[str, Value]
    ) -> psycopg.Cursor[tuple[Any, ...]]:
        if not listed:
            return self._connection.execute(_translated(sql), values)
        # psycopg's own placeholders are translated anew each time in a statement with many.
        return psycopg.RawCursor(self._connection).execute(_numbered(sql), listed)


class PostgresDatabase:
    """PostgreSQL, one connection a thread; one that was lost between transactions is replaced."""

    dialect = "postgres"

    def __init__(self, url: str) -> None:
        """Connect to the server.

        Raises:
            StoreError: when it can't be reached or refuses.
        """
        self.name = _spoken(url)
        self._url = url
        self._connections = Connections(lambda: _connect(url, self.name, _PATIENT))
        self._connections.mine()

    @contextmanager
    def read(self) -> Iterator[PostgresTransaction]:
        """See `Database.read`."""
        with self._begun(_READ) as tx:
            yield tx

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[PostgresTransaction]:
        """See `Database.write`."""
        with self._begun(_DURABLY if durable else _QUICKLY) as tx:
            yield tx

    def session(self) -> PostgresSession:
        """A session of its own, which `close` leaves alone.

        Raises:
            StoreError: when the server can't be reached or refuses.
        """
        return PostgresSession(self._url, self.name)

    def close(self) -> None:
        """See `Database.close`."""
        self._connections.close()

    @contextmanager
    def _begun(self, how: LiteralString) -> Iterator[PostgresTransaction]:
        try:
            connection = self._alive()
            try:
                connection.execute(how)
                yield PostgresTransaction(connection)
                connection.execute("commit")
            finally:
                if _in_transaction(connection):
                    connection.execute("rollback")
        except psycopg.Error as error:
            raise _explain(error, self.name) from error

    def _alive(self) -> psycopg.Connection:
        """This thread's connection, in no transaction, made anew where the server has gone away.

        Raises:
            StoreError: when the thread is in a transaction, or there is no server.
        """
        connection = self._connections.mine()
        if _in_transaction(connection):
            raise StoreError("This thread is in a transaction already.", permanent=True)
        try:
            connection.execute("")
        except psycopg.OperationalError:
            self._connections.drop()
            return self._connections.mine()
        return connection


class PostgresSession:
    """One connection for what lasts longer than a transaction, such as a lock; for one thread."""

    def __init__(self, url: str, name: str) -> None:
        """Connect; `name` is what a person may be told of the server.

        Raises:
            StoreError: when the server can't be reached or refuses.
        """
        self._name = name
        self._connection = _connect(url, name, _WATCHFUL)

    def rows(self, sql: str, **values: Value) -> list[tuple[Any, ...]]:
        """The rows of one statement.

        Raises:
            StoreError: when the server is gone, and with it all that the session held.
        """
        try:
            found = self._connection.execute(_translated(sql), values or None)
            return found.fetchall() if found.description else []
        except psycopg.Error as error:
            raise _explain(error, self._name) from error

    def close(self) -> None:
        """End the session; the server lets go of all that it held."""
        self._connection.close()


def _connect(url: str, name: str, keepalive: Mapping[str, int]) -> psycopg.Connection:
    try:
        # Nothing is prepared, since a pooler may give every transaction another session.
        return psycopg.connect(
            make_conninfo(url, **keepalive),
            autocommit=True,
            prepare_threshold=None,
            application_name="posterpulse",
            connect_timeout=10,
        )
    except psycopg.Error as error:
        remedy = "no connection; check DATABASE_URL, and that the server runs and lets the bot in"
        raise StoreError(f"Store {name}: {remedy} ({_first_line(error)}).") from error


def _in_transaction(connection: psycopg.Connection) -> bool:
    status = connection.info.transaction_status
    return status in {TransactionStatus.INTRANS, TransactionStatus.INERROR}


@lru_cache(maxsize=512)
def _translated(sql: str) -> LiteralString:
    """The statement with psycopg's placeholders; `::` stays.

    Text in a statement never holds a colon or a question mark.
    """
    named = re.sub(r"(?<!:):([a-z]\w*)", r"%(\1)s", sql.replace("%", "%%"))
    return named.replace("?", "%s")


@lru_cache(maxsize=512)
def _numbered(sql: str) -> bytes:
    """The statement with the server's placeholders, `$1` and on."""
    numbers = count(1)
    return re.sub(r"\?", lambda _: f"${next(numbers)}", sql).encode()


def _spoken(url: str) -> str:
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        # What psycopg says quotes the address, and with it the password.
        raise StoreError(
            "DATABASE_URL: this is not a PostgreSQL address.", permanent=True
        ) from None
    name, host = parts.get("dbname", "postgres"), parts.get("host", "localhost")
    if "@" in f"{name}{host}":
        raise StoreError(
            "DATABASE_URL: a password with @ or / in it must be written with %40 or %2F.",
            permanent=True,
        )
    return f"{name} on {host}"


_EXPLANATIONS: dict[str | None, tuple[str, bool]] = {
    "53100": ("its disk is full; free some space", False),
    "55P03": ("another program keeps it locked; stop that one or try again", False),
    "25006": ("it takes no writes; name the primary server", True),
    "42501": ("the bot's user lacks a right; make it the owner of the database", True),
}


def _explain(error: psycopg.Error, name: str) -> StoreError:
    remedy, permanent = _EXPLANATIONS.get(
        error.sqlstate, ("", not isinstance(error, psycopg.OperationalError))
    )
    told = f"{remedy} ({_first_line(error)})" if remedy else _first_line(error)
    return StoreError(f"Store {name}: {told}.", permanent=permanent)


def _first_line(error: psycopg.Error) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__).rstrip(".")
