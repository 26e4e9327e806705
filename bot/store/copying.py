"""Tables of one store in the form of another: read in steps, written, and summed up."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from bot.store.database import StoreError
from bot.store.ids import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from bot.store.catalogue import Table
    from bot.store.database import Transaction, Value

    Changes = Mapping[int, Callable[[Any], Value]]

Row = tuple[Any, ...]
# Rows that are read, written and committed at a time.
STEP = 10_000
_DIGEST = 16  # bytes


@runtime_checkable
class _Loading(Protocol):
    """A transaction that has a faster way for many rows than statements."""

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None: ...

    def settle(self, table: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Part:
    """A table that two stores have.

    `there` makes of a value in the source what the target keeps, and `back` does the reverse, for
    each place of a row that they keep differently.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    there: Changes
    back: Changes


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows a table has and a checksum of them, whatever their order."""

    rows: int
    checksum: int


def parts(source: Mapping[str, Table], target: Mapping[str, Table]) -> list[Part]:
    """The tables of the source that the target has too.

    Both were made by the same migrations, so what only one has is no table of a store.

    Raises:
        StoreError: when a table has other columns in the target.
    """
    return [_part(name, source[name], target[name]) for name in sorted(source.keys() & target)]


def pages(tx: Transaction, part: Part, after: Row = ()) -> Iterator[list[Row]]:
    """The rows behind this key, in the order of the primary key, some thousands at a time.

    A table without a key is small by nature, and comes at once.
    """
    at = [part.columns.index(name) for name in part.key]
    while True:
        rows = tx.rows(_page(part, further=bool(after)), *after)
        if rows:
            yield rows
        if len(rows) < STEP or not at:
            return
        after = key_of(part, rows[-1])


def key_of(part: Part, row: Row) -> Row:
    """The primary key of a row."""
    return tuple(row[part.columns.index(name)] for name in part.key)


def changed(rows: Sequence[Row], changes: Changes) -> Iterable[Row]:
    """Rows of one store as the other keeps them."""
    if not (changes and rows):
        return rows
    columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
    for at, change in changes.items():
        columns[at] = map(change, columns[at])
    return zip(*columns, strict=True)


def write(tx: Transaction, part: Part, rows: Iterable[Row]) -> None:
    """Add rows that have the form of this store."""
    if isinstance(tx, _Loading):
        tx.load(part.name, part.columns, rows)
        return
    marks = ", ".join("?" * len(part.columns))
    into = f'insert into "{part.name}" ({_listed(part.columns)})'
    tx.many(f"{into} values ({marks})", list(rows))


def settle(tx: Transaction, part: Part) -> None:
    """After the last row: later rows get keys of their own."""
    if isinstance(tx, _Loading):
        tx.settle(part.name)


def clear(tx: Transaction, name: str) -> None:
    """Delete every row of a table."""
    tx.execute(f'delete from "{name}"')


def size(tx: Transaction, name: str) -> int:
    """How many rows a table has."""
    ((rows,),) = tx.rows(f'select count(*) from "{name}"')
    return int(rows)


def filled(tx: Transaction, name: str) -> bool:
    """Whether a table has any row."""
    return bool(tx.rows(f'select 1 from "{name}" limit 1'))


def checksum(pages: Iterable[Iterable[Row]], heard: Callable[[int], None]) -> int:
    """The sum of the digests of all rows, each written as Python writes a tuple.

    That text tells a number from its digits, nothing from an empty text, and every float from
    every other.
    """
    total = 0
    for page in pages:
        digests = [blake2b(repr(row).encode(), digest_size=_DIGEST).digest() for row in page]
        total += sum(map(int.from_bytes, digests))
        heard(len(digests))
    return total % (1 << 8 * _DIGEST)


def _part(name: str, source: Table, target: Table) -> Part:
    if source.columns.keys() != target.columns.keys():
        raise StoreError(f"Table {name} has other columns in the target.", permanent=True)
    kinds = [(type_, target.columns[column]) for column, type_ in source.columns.items()]
    there = _changes(kinds)
    back = _changes([(theirs, ours) for ours, theirs in kinds])
    return Part(name, tuple(source.columns), source.key, there, back)


def _changes(kinds: Iterable[tuple[str, str]]) -> Changes:
    return {at: _CHANGED[kind] for at, kind in enumerate(kinds) if kind in _CHANGED}


def _packed(id_: str | None) -> Value:
    return None if id_ is None else pack(id_)


def _unpacked(value: Value) -> Value:
    return None if value is None else unpack(value)


# Columns for ids that one database packs and the other keeps as text, by their declared types.
_CHANGED: Mapping[tuple[str, str], Callable[[Any], Value]] = {
    ("blob", "text"): _unpacked,
    ("text", "blob"): _packed,
}


def _page(part: Part, *, further: bool) -> str:
    listed, key = _listed(part.columns), _listed(part.key)
    select = f'select {listed} from "{part.name}"'
    if not key:
        return select
    where = f" where ({key}) > ({', '.join('?' * len(part.key))})" if further else ""
    return f"{select}{where} order by {key} limit {STEP}"


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
