"""How far a copy of a store has come, kept in the copy until it is whole and verified."""

from __future__ import annotations

from ast import literal_eval
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.store.catalogue import Identity
from bot.store.database import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.database import Transaction

TABLE = "unfinished_copy"
_MAKE = f"""
create table {TABLE} (
    part text primary key, store text not null, version text not null,
    reached text not null, copied bigint not null, complete integer not null)
"""


@dataclass(frozen=True, slots=True)
class Place:
    """How far one table has come: the key of its last row in the source, and how many rows."""

    reached: tuple[Any, ...] = ()
    copied: int = 0
    complete: bool = False


def begin(tx: Transaction, of: Identity, parts: Iterable[str]) -> None:
    """Note that these tables are to become a copy of a store."""
    tx.execute(_MAKE)
    tx.many(
        f"insert into {TABLE} values (?, ?, ?, '()', 0, 0)",
        [(part, of.store, of.version) for part in parts],
    )


def original(tx: Transaction) -> Identity | None:
    """Of which store this is an unfinished copy; its table must be there."""
    found = tx.rows(f"select store, version from {TABLE} order by part limit 1")
    return Identity(*found[0]) if found else None


def places(tx: Transaction) -> dict[str, Place]:
    """How far each table has come."""
    rows = tx.rows(f"select part, reached, copied, complete from {TABLE} order by part")
    return {part: Place(literal_eval(key), rows, bool(done)) for part, key, rows, done in rows}


def move(tx: Transaction, part: str, before: Place, after: Place) -> None:
    """Note that a table has come further.

    Raises:
        StoreError: when it is not where it was, since another copy is running.
    """
    moved = tx.execute(
        f"""update {TABLE} set reached = :reached, copied = :copied, complete = :complete
        where part = :part and reached = :before and complete = :completed""",
        reached=repr(after.reached),
        copied=after.copied,
        complete=int(after.complete),
        part=part,
        before=repr(before.reached),
        completed=int(before.complete),
    )
    if not moved:
        raise StoreError("Another copy to the same store is running; wait for it, or stop it.")


def end(tx: Transaction) -> None:
    """Let the copy be a store like any other."""
    tx.execute(f"drop table {TABLE}")
