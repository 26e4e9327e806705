"""The low door to SQL.

Statements are written once for SQLite and PostgreSQL, with named parameters (`:name`). Everything
but the two files behind the door sees `Database` and `Transaction` only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

Value = str | int | float | bytes | None
# How long a writer waits for its turn.
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

    def rows(self, sql: str, *listed: Value, **values: Value) -> list[tuple[Any, ...]]:
        """All rows of a query, or of a change with `returning`.

        A statement with many values has a `?` for each in place of names, which are slow when they
        are many; it can't have both.
        """

    def execute(self, sql: str, *listed: Value, **values: Value) -> int:
        """Run one statement and return how many rows it changed; values as for `rows`."""

    def many(self, sql: str, values: Sequence[Sequence[Value]]) -> None:
        """Run one statement for each row of values, in order; it has a `?` for each value."""

    def pack(self, ids: Sequence[str]) -> Sequence[Value]:
        """Ids as the columns that hold one an impression keep them, never longer than they are."""

    def unpack(self, value: Value) -> str:
        """An id that was packed."""


class Database(Protocol):
    """A store that is open; safe to share between threads, each in one transaction at a time."""

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
        """Close every connection, when no thread uses one any more; closing twice is fine."""
