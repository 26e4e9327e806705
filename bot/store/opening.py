"""From a DATABASE_URL to a store that is open and up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from bot.store.database import StoreError
from bot.store.leadership import Alone, Elected
from bot.store.schema import migrate
from bot.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from bot.store.database import Database
    from bot.store.leadership import Leadership
    from bot.store.postgres import PostgresDatabase

SQLITE = "sqlite:///"


def open_store(url: str) -> Database:
    """Open the store at `url` (`sqlite:///relative.db`, `sqlite:////absolute.db`, `postgres://...`).

    Raises:
        StoreError: when the address is none of these, or the store can't be opened.
    """
    database = connect(url)
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    return database


def connect(url: str) -> Database:
    """Open the store at `url` as it is, which may be without tables.

    Raises:
        StoreError: as for `open_store`.
    """
    if url.startswith(SQLITE) and len(url) > len(SQLITE):
        return SqliteDatabase(url.removeprefix(SQLITE))
    if not url.startswith(("postgres://", "postgresql://")):
        raise StoreError(
            "DATABASE_URL must look like sqlite:///posterpulse.db or postgresql://user@host/name.",
            permanent=True,
        )
    try:
        from bot.store.postgres import PostgresDatabase  # noqa: PLC0415 - psycopg is an extra
    except ImportError as error:
        raise StoreError(
            "DATABASE_URL names PostgreSQL: install its driver:  pip install 'psycopg[binary]'",
            permanent=True,
        ) from error
    return PostgresDatabase(url)


def leadership(database: Database) -> Leadership:
    """What tells whether this process leads all that run on a store.

    Raises:
        StoreError: when another one runs on an SQLite file, or a server can't let anybody lead.
    """
    if isinstance(database, SqliteDatabase):
        return Alone(database)
    server = cast("PostgresDatabase", database)
    return Elected(server, server.session)
