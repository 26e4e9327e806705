"""Who of several replicas polls, alerts and publishes: one at a time.

On PostgreSQL the leader is who holds a lock that goes with its connection, and so with its process.
That alone is no fence: a leader whose connection was cut goes on until it notices. So every leader
begins a term with a number of its own, and writes only as long as no later term has begun, which is
looked up within each transaction that writes.

An SQLite store has one `posterpulse run`, which leads; a second one is refused.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol

from bot.store.database import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from bot.store.database import Database, Transaction, Value

logger = logging.getLogger(__name__)

# The file that says that somebody runs is called like the store, and then this.
SUFFIX: Final = "-run"
_IN_MEMORY: Final = ":memory:"
# Closing waits so long (in seconds) for a question under way; the end of the process goes further.
_PATIENCE: Final = 0.2

# The oid makes it the lock of this store, should there be another one in the same database.
_LOCK: Final = "7205, cast(cast('leadership' as regclass) as integer)"
_WHO: Final = "select pg_backend_pid()"
_TAKE: Final = f"select pg_try_advisory_lock({_LOCK})"
_LOOK: Final = """
select (select term from leadership), exists (
    select 1 from pg_locks
    where locktype = 'advisory' and pid = pg_backend_pid() and granted and objsubid = 2
        and classid = 7205 and objid = cast('leadership' as regclass))
"""
_BEGIN: Final = """
insert into leadership (key, term) values (1, 1)
on conflict (key) do update set term = leadership.term + 1 returning term
"""
# The server ends the session of one that has vanished or is frozen; the last is not known to all.
_WATCHED: Final = """
select set_config(name, wanted, false) from pg_settings join (values
    ('tcp_keepalives_idle', '1'), ('tcp_keepalives_interval', '1'), ('tcp_keepalives_count', '3'),
    ('idle_session_timeout', '4s')) as chosen (name, wanted) using (name)
"""


class DeposedError(StoreError):
    """Another replica has begun to lead, and nothing was written."""

    def __init__(self) -> None:
        super().__init__("Another replica leads now.")


class Leadership(Protocol):
    """Says who leads; to be asked every second, from any thread."""

    def store(self) -> Database | None:
        """The store as the leader may write it, None where another replica leads.

        It is the same object for as long as a term lasts.

        Raises:
            StoreError: when nobody can say who leads; a term that lasted is over.
        """

    def close(self) -> None:
        """Let another one lead, at once; closing twice is fine."""


class Alone:
    """The leadership of the only `posterpulse run` of an SQLite store."""

    def __init__(self, database: Database) -> None:
        """Be the only one until `close`, or until the process ends in whatever way.

        Raises:
            StoreError: when there is one already.
        """
        self._database = database
        self._lock = None if database.name == _IN_MEMORY else _locked(database.name)

    def store(self) -> Database:
        """See `Leadership.store`."""
        return self._database

    def close(self) -> None:
        """See `Leadership.close`."""
        if self._lock is not None:
            self._lock.close()


class Session(Protocol):
    """A connection to a server, with what it holds until it ends."""

    def rows(self, sql: str, **values: Value) -> list[tuple[Any, ...]]:
        """The rows of one statement."""

    def close(self) -> None:
        """End it."""


class Elected:
    """The leadership of one of several replicas on one PostgreSQL."""

    def __init__(self, database: Database, connect: Callable[[], Session]) -> None:
        """Lead nothing yet; `connect` opens a session.

        Raises:
            StoreError: when there is no server, or a session there is not one for long.
        """
        self._database = database
        self._connect = connect
        self._guard = Lock()
        self._session: Session | None = None
        self._term: Term | None = None
        self._waits = False
        self._closed = False
        _refuse_pooling(connect, database.name)

    def store(self) -> Database | None:
        """See `Leadership.store`."""
        with self._guard:
            if self._closed:
                return None
            try:
                session = self._session or self._opened()
                return self._kept(session, self._term) if self._term else self._won(session)
            except BaseException:
                self._let_go()
                raise

    def close(self) -> None:
        """See `Leadership.close`."""
        if self._guard.acquire(timeout=_PATIENCE):
            self._closed = True
            self._let_go()
            self._guard.release()

    def _opened(self) -> Session:
        self._session = self._connect()
        self._session.rows(_WATCHED)
        return self._session

    def _won(self, session: Session) -> Term | None:
        """A term that begins now, if nobody else leads."""
        ((mine,),) = session.rows(_TAKE)
        if mine:
            self._term = begin(self._database)
            logger.info("This replica leads: it polls and publishes.")
        elif not self._waits:
            logger.info("Another replica leads; this one answers, delivers, and stands by.")
        self._waits = not mine
        return self._term

    def _kept(self, session: Session, term: Term) -> Term | None:
        """The term, if it goes on."""
        ((number, held),) = session.rows(_LOOK)
        if not held:
            raise _pooled(self._database.name)
        if number != term.number:
            self._let_go()
        return self._term

    def _let_go(self) -> None:
        session, self._session, self._term = self._session, None, None
        if session is not None:
            session.close()


@dataclass(frozen=True, slots=True)
class Term:
    """The store as one leader may write it: until another one has begun to lead."""

    inner: Database
    number: int

    @property
    def name(self) -> str:
        """See `Database.name`."""
        return self.inner.name

    @property
    def dialect(self) -> str:
        """See `Database.dialect`."""
        return self.inner.dialect

    def read(self) -> AbstractContextManager[Transaction]:
        """See `Database.read`."""
        return self.inner.read()

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Transaction]:
        """See `Database.write`; there is one writer at a time, so a term can't end within.

        Raises:
            DeposedError: when a later term has begun.
        """
        with self.inner.write(durable=durable) as tx:
            if tx.rows("select term from leadership") != [(self.number,)]:
                raise DeposedError
            yield tx

    def close(self) -> None:
        """Nothing: the store outlives the term."""


def begin(database: Database) -> Term:
    """A new term; the one before ends."""
    with database.write(durable=True) as tx:
        ((number,),) = tx.rows(_BEGIN)
    return Term(database, number)


def _locked(path: str) -> sqlite3.Connection | None:
    """What keeps others out as SQLite itself does; None where the file system knows no locks."""
    lock = sqlite3.connect(
        f"{Path(path).resolve()}{SUFFIX}", timeout=0, isolation_level=None, check_same_thread=False
    )
    try:
        lock.execute("begin exclusive")
    except sqlite3.OperationalError as error:
        lock.close()
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            logger.debug("Whether another one runs on %s can't be told: %s", path, error)
            return None
        raise StoreError(
            f"Store {path}: another `posterpulse run` uses this file; stop that one, or let several"
            " run on PostgreSQL.",
            permanent=True,
        ) from None
    return lock


def _refuse_pooling(connect: Callable[[], Session], name: str) -> None:
    """Make sure that every session has a server process of its own, and keeps it."""
    one, other = connect(), connect()
    try:
        backends = [each.rows(_WHO) for each in (one, other, one)]
    finally:
        one.close()
        other.close()
    if backends[0] == backends[1] or backends[0] != backends[2]:
        raise _pooled(name)


def _pooled(name: str) -> StoreError:
    return StoreError(
        f"Store {name}: a proxy that pools transactions stands before the server, so that nobody"
        " can lead; let DATABASE_URL name the server itself, or a proxy that pools sessions.",
        permanent=True,
    )
