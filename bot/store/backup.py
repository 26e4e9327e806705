"""A copy of an SQLite store, made while the bot runs and writes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from bot.store import counts
from bot.store.database import StoreError
from bot.store.leadership import SUFFIX
from bot.store.opening import SQLITE
from bot.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from collections.abc import Callable

_STEP = 256  # pages, 1 MiB: between two steps Ctrl-C is heard and progress is told
_OWN = ("", "-wal", "-shm", "-journal", SUFFIX)
_COPY_FAILED = {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_TRUNCATE", "SQLITE_READONLY"}


def source(url: str, copy: str) -> Path:
    """The file of the store at `url`, of which `copy` may become a backup.

    Nothing is made where no store is: an empty backup in the place of a good one would be a trap.

    Raises:
        StoreError: when there is no such file, or `copy` is that file or part of it.
    """
    if not url.startswith(SQLITE):
        raise StoreError(
            'Only SQLite is copied; back up PostgreSQL with  pg_dump --file=FILE "$DATABASE_URL"',
            permanent=True,
        )
    path = Path(url.removeprefix(SQLITE))
    if not path.is_file():
        raise StoreError(
            f"Store {path}: there is no such file to back up; check DATABASE_URL.", permanent=True
        )
    own = [Path(f"{path.resolve()}{suffix}") for suffix in _OWN]
    target = Path(copy).resolve()
    if target in own or (target.exists() and target.samefile(path)):
        raise StoreError(f"{copy}: this is the store itself; name another file.", permanent=True)
    return path


def back_up(path: Path, copy: Path, progress: Callable[[int, int], None]) -> int:
    """Copy the store at `path`, as it is at this moment, and return how many scans it has.

    Nobody is held up: readers and writers go on, and what they write meanwhile is not in the copy.
    The caller syncs the copy to the disk.

    Args:
        path: The file of the store.
        copy: An empty file, to be deleted by the caller where this fails.
        progress: Told how many pages are copied, and of how many.

    Raises:
        StoreError: when the store can't be read or the copy can't be written.
    """
    database = SqliteDatabase(str(path))
    with closing(database), database.read() as tx:
        # What is read first fixes what the transaction sees. A copy without one begins anew
        # whenever another connection writes, and beside a busy bot would never end.
        scans = counts.everything(tx)
        with closing(sqlite3.connect(copy, isolation_level=None)) as target:
            _copy(tx.connection, target, copy, progress)
    return scans


def _copy(
    store: sqlite3.Connection,
    target: sqlite3.Connection,
    copy: Path,
    progress: Callable[[int, int], None],
) -> None:
    # A copy that fails is deleted, so it needs no journal, whose file might stay behind.
    target.execute("pragma journal_mode = off")
    target.execute("pragma synchronous = off")
    try:
        store.backup(
            target,
            pages=_STEP,
            progress=lambda _, remaining, total: progress(total - remaining, total),
        )
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname not in _COPY_FAILED:
            raise
        raise StoreError(
            f"{copy.parent}: the backup can't be written; is the disk full? ({error})."
        ) from error
