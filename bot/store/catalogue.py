"""What a database tells of its own tables, and which store it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.store.database import Database, Transaction

# Every column with its place in the primary key, counted from anything; null where it has none.
_COLUMNS = {
    "sqlite": """
        select t.name, c.name, lower(c.type), nullif(c.pk, 0)
        from sqlite_master t join pragma_table_info(t.name) c
        where t.type = 'table' and t.name not like 'sqlite%' order by t.name, c.cid""",
    "postgres": """
        select cast(t.relname as text), cast(c.attname as text), format_type(c.atttypid, null),
            array_position(cast(k.indkey as int2[]), c.attnum)
        from pg_class t join pg_attribute c on c.attrelid = t.oid
            left join pg_index k on k.indrelid = t.oid and k.indisprimary
        where t.relkind = 'r' and c.attnum > 0 and not c.attisdropped
            and t.relnamespace = cast(cast(current_schema() as text) as regnamespace)
        order by t.relname, c.attnum""",
}
_MIGRATIONS = {"sqlite": "_sqlite_migrations", "postgres": "migration"}


@dataclass(frozen=True, slots=True)
class Table:
    """The columns by name with their declared types, and those of the primary key in its order."""

    columns: Mapping[str, str]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """Which store this is, whatever it is called; `version` changes when it is migrated."""

    store: str
    version: str


def tables(tx: Transaction, dialect: str) -> dict[str, Table]:
    """All tables by name, but for those that keep account of migrations."""
    columns: dict[str, dict[str, str]] = {}
    places: dict[str, dict[int, str]] = {}
    for table, column, type_, place in tx.rows(_COLUMNS[dialect]):
        columns.setdefault(table, {})[column] = type_
        if place is not None:
            places.setdefault(table, {})[place] = column
    keys = {name: tuple(found[place] for place in sorted(found)) for name, found in places.items()}
    return {
        name: Table(found, keys.get(name, ()))
        for name, found in columns.items()
        if name not in _MIGRATIONS.values()
    }


def identity(tx: Transaction, database: Database) -> Identity:
    """Tell a store, whose tables are there, from all others.

    A file may be moved and named differently, but was made at a moment known to the microsecond; a
    server tells seconds only, and never changes the name of a store unasked.
    """
    applied = dict(tx.rows(f"select name, applied_at from {_MIGRATIONS[database.dialect]}"))
    name = "" if database.dialect == "sqlite" else database.name
    made = f"{database.dialect} {applied['first']} {name}".strip()
    return Identity(made, " ".join(sorted(applied)))
