"""Whether the store takes a write, and how much room it takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.store.database import Database, Transaction

# Both together leave the store as it was, yet make the database write pages and wait for the disk.
_PROOF = (
    "insert into source (name) values ('check') on conflict (name) do nothing",
    "delete from source where name = 'check'",
)


def prove(database: Database) -> None:
    """Write something durably, and leave no trace of it.

    Raises:
        StoreError: when the store doesn't take it.
    """
    with database.write(durable=True) as tx:
        for statement in _PROOF:
            tx.execute(statement)


def size(database: Database, tx: Transaction) -> int:
    """How many bytes the store takes."""
    if database.dialect == "postgres":
        return int(tx.rows("select pg_database_size(current_database())")[0][0])
    files = [Path(f"{database.name}{suffix}") for suffix in ("", "-wal")]
    return sum(file.stat().st_size for file in files if file.is_file())
