"""Short integer keys for the long ids that every impression repeats."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.domain.model import Impression
    from bot.store.database import Transaction

_BATCH = 500


def keys_of(tx: Transaction, table: str, ids: Collection[str]) -> dict[str, int]:
    """The keys of these ids in `program` or `ambassador`, made where they are new."""
    found = known_keys(tx, table, ids)
    for each in sorted(set(ids) - found.keys()):
        found[each] = _only(
            tx.rows(f"insert into {table} (id) values (:id) returning key", id=each)
        )
    return found


def poster_keys(tx: Transaction, scans: Collection[Impression]) -> dict[str, int]:
    """The keys of the posters of these scans.

    A new poster belongs to whom its scan names, until the API describes it.
    """
    first = {each.poster: each for each in reversed(list(scans))}
    found = known_keys(tx, "poster", first)
    for id_ in sorted(first.keys() - found.keys()):
        found[id_] = _only(
            tx.rows(
                "insert into poster (id, program, ambassador)"
                " values (:id, :program, :ambassador) returning key",
                id=id_,
                program=first[id_].program,
                ambassador=first[id_].ambassador,
            )
        )
    return found


def known_keys(tx: Transaction, table: str, ids: Collection[str]) -> dict[str, int]:
    """The keys of those of these ids that the table has."""
    return dict(rows_of(tx, f"select id, key from {table} where id in", ids))


def agent_keys(tx: Transaction, agents: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The keys of pairs of user agent and device, made where they are new."""
    found: dict[tuple[str, str], int] = {}
    for agent, device in sorted(set(agents)):
        pair = {"agent": agent, "device": device}
        rows = tx.rows("select key from agent where agent = :agent and device = :device", **pair)
        rows = rows or tx.rows(
            "insert into agent (agent, device) values (:agent, :device) returning key", **pair
        )
        found[agent, device] = _only(rows)
    return found


def rows_of(tx: Transaction, query: str, ids: Collection[str]) -> list[tuple[Any, ...]]:
    """All rows of a query that ends with `in`, asked for so many ids at a time as a database takes.

    Every id is asked for once; the rows come in no order.
    """
    found = []
    remaining = iter(sorted(set(ids)))
    while batch := list(islice(remaining, _BATCH)):
        named = {f"id{index}": each for index, each in enumerate(batch)}
        found += tx.rows(f"{query} ({', '.join(f':{name}' for name in named)})", **named)
    return found


def _only(rows: list[tuple[int]]) -> int:
    ((key,),) = rows
    return key
