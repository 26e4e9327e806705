"""Short integer keys for the long ids that every impression repeats."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bot.domain.model import Impression
    from bot.store.database import Transaction, Value

# As many values as one question takes. A short list is filled up to the next of these, so that the
# database meets few different questions and keeps them prepared.
_SIZES = (1, 8, 64, 512)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of all that some impressions name; agents by user agent and device."""

    posters: dict[str, int]
    programs: dict[str, int]
    ambassadors: dict[str, int]
    agents: dict[tuple[str, str], int]


def of_rows(tx: Transaction, rows: Collection[Impression]) -> Keys:
    """The keys of all that these impressions name, made where they are new.

    They are asked for anew each time: what was kept from one transaction to the next would be wrong
    after one that was rolled back, and unaware of what other processes add.
    """
    return Keys(
        poster_keys(tx, rows),
        keys_of(tx, "program", {row.program for row in rows}),
        keys_of(tx, "ambassador", {row.ambassador for row in rows}),
        agent_keys(tx, {(row.agent or "", row.device or "") for row in rows}),
    )


def feed_key(tx: Transaction, name: str) -> int:
    """The key of a feed ("impressions/prog_1"), made where it is new; never 0."""
    return keys_of(tx, "feed", [name])[name]


def keys_of(tx: Transaction, table: str, ids: Collection[str]) -> dict[str, int]:
    """The keys of these ids in `program`, `ambassador` or `feed`, made where they are new."""
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
    rows = rows_of(
        tx, "select agent, device, key from agent where agent in", {agent for agent, _ in agents}
    )
    found = {(agent, device): key for agent, device, key in rows}
    for agent, device in sorted(set(agents) - found.keys()):
        found[agent, device] = _only(
            tx.rows(
                "insert into agent (agent, device) values (:agent, :device) returning key",
                agent=agent,
                device=device,
            )
        )
    return found


def rows_of(tx: Transaction, query: str, ids: Collection[Value]) -> list[tuple[Any, ...]]:
    """All rows of a query that ends with `in`, asked for so many ids at a time as a database takes.

    Every id is asked for once; the rows come in no order.
    """
    found = []
    for batch in _batches(ids):
        found += tx.rows(f"{query} ({', '.join('?' * len(batch))})", *batch)
    return found


def _batches(ids: Collection[Value]) -> Iterator[list[Value]]:
    """The different ones of these, in batches of the known sizes; the last may repeat one."""
    remaining = iter(dict.fromkeys(ids))
    while batch := list(islice(remaining, _SIZES[-1])):
        size = next(size for size in _SIZES if size >= len(batch))
        yield batch + batch[-1:] * (size - len(batch))


def _only(rows: list[tuple[int]]) -> int:
    ((key,),) = rows
    return key
