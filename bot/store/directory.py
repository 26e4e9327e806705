"""Posters and ambassadors as the API describes them, and the ids that only impressions name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.domain.model import Ambassador, Poster
from bot.store.keys import rows_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from bot.store.database import Transaction


def save_posters(tx: Transaction, posters: Iterable[Poster]) -> None:
    """Keep what the API says of posters."""
    for each in posters:
        tx.execute(
            """insert into poster (id, program, ambassador, location, created_at)
            values (:id, :program, :ambassador, :location, :created_at)
            on conflict (id) do update set program = excluded.program,
                ambassador = excluded.ambassador, location = excluded.location,
                created_at = excluded.created_at""",
            id=each.id,
            program=each.program,
            ambassador=each.ambassador,
            location=each.location,
            created_at=each.created_at,
        )


def save_ambassadors(tx: Transaction, ambassadors: Iterable[Ambassador]) -> None:
    """Keep what the API says of ambassadors."""
    for each in ambassadors:
        tx.execute(
            """insert into ambassador (id, program, first_name, last_name, email, created_at)
            values (:id, :program, :first_name, :last_name, :email, :created_at)
            on conflict (id) do update set program = excluded.program,
                first_name = excluded.first_name, last_name = excluded.last_name,
                email = excluded.email, created_at = excluded.created_at""",
            id=each.id,
            program=each.program,
            first_name=each.first_name,
            last_name=each.last_name,
            email=each.email,
            created_at=each.created_at,
        )


def posters(tx: Transaction, ids: Collection[str] | None = None) -> list[Poster]:
    """Posters known, described or not, in the order of their ids: these, or all."""
    rows = _described(tx, "program, ambassador, location, created_at", "poster", ids)
    return [Poster(id_, g or "", a or "", location, at) for id_, g, a, location, at in rows]


def ambassadors(tx: Transaction, ids: Collection[str] | None = None) -> list[Ambassador]:
    """Ambassadors known, described or not, in the order of their ids: these, or all.

    The empty id, which scans of nobody's poster bear, is left out.
    """
    columns = "program, first_name, last_name, email, created_at"
    rows = _described(tx, columns, "ambassador", ids)
    return [Ambassador(id_, program or "", *rest) for id_, program, *rest in rows if id_]


def _described(
    tx: Transaction, columns: str, table: str, ids: Collection[str] | None
) -> list[tuple[Any, ...]]:
    if ids is None:
        return tx.rows(f"select id, {columns} from {table} order by id")
    return sorted(rows_of(tx, f"select id, {columns} from {table} where id in", ids), key=_id)


def _id(row: tuple[Any, ...]) -> str:
    return str(row[0])


def programs(tx: Transaction) -> list[str]:
    """The id of every program that an impression or a poster named."""
    rows = tx.rows(
        "select id from program where id <> '' union"
        " select program from poster where program <> '' order by 1"
    )
    return [id_ for (id_,) in rows]
