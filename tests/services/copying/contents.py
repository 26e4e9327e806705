"""Stores with something in every table, and what is in a store in a form that all kinds share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from bot.store import catalogue
from bot.store.ids import unpack
from bot.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.catalogue import Table
    from bot.store.database import Database, Transaction

# How many rows a table gets in most tests.
ROWS = 13
# The columns whose bytes are no id.
BINARY = {("watch", "state")}
# Filled, it says that the store is not whole.
LEFT_EMPTY = {"first_load"}
Contents = dict[str, list[tuple[str, ...]]]


def fill(database: Database, rows: int) -> None:
    """Put this many rows into every table, no two with a value in common, and some empty values."""
    with database.write() as tx:
        for name, table in catalogue.tables(tx, database.dialect).items():
            if name not in LEFT_EMPTY:
                for number in range(1, rows + 1):
                    put(tx, name, table, number)


def put(tx: Transaction, name: str, table: Table, number: int) -> None:
    needed = _needed(tx, name) | set(table.key)
    columns = [column for column in table.columns if column in needed or (number + len(column)) % 3]
    values = [_value(tx, name, column, table.columns[column], number) for column in columns]
    insert(tx, name, columns, values)


def insert(
    tx: Transaction, name: str, columns: Iterable[str], values: list[Any], how: str = "insert"
) -> None:
    listed = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join("?" * len(values))
    tx.execute(f'{how} into "{name}" ({listed}) values ({marks})', *values)


def contents(database: Database) -> Contents:
    """All rows of all tables in no order of the database's, ids as text."""
    with database.read() as tx:
        return {
            name: sorted(_row(name, list(table.columns), row) for row in tx.rows(_all(name, table)))
            for name, table in catalogue.tables(tx, database.dialect).items()
        }


def contents_of(url: str) -> Contents:
    database = open_store(url)
    try:
        return contents(database)
    finally:
        database.close()


def _all(name: str, table: Table) -> str:
    listed = ", ".join(f'"{column}"' for column in table.columns)
    return f'select {listed} from "{name}"'  # noqa: S608 - names of our own tables


def _row(name: str, columns: list[str], row: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(
        repr(unpack(value) if isinstance(value, bytes) and (name, column) not in BINARY else value)
        for column, value in zip(columns, row, strict=True)
    )


def _needed(tx: Transaction, name: str) -> set[str]:
    told = tx.rows(f"select name from pragma_table_info('{name}') where \"notnull\" = 1")  # noqa: S608 - the same
    return {column for (column,) in told}


def _value(tx: Transaction, name: str, column: str, type_: str, number: int) -> Any:  # noqa: ANN401 - any value
    if (name, column) in BINARY:
        return bytes(range(256)) * number
    if type_ == "blob":
        id_ = str(UUID(int=number << 90)) if number % 3 else f"imp_{number}"
        return tx.pack([id_])[0]
    if type_ == "text":
        return f"{number}\t\\N \\. \N{SNOWMAN} '%s' \"{column}\"\n"
    if type_ == "double precision":
        return number / 3 * 10.0 ** (number - 20)
    return number * (97 if type_ == "integer" else -(2**40))
