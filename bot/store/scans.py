"""Single scans of a stretch of time, for whoever looks at who and what they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.store.keys import known_keys, rows_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from bot.store.database import Transaction

# Time, key of the poster, key of the agent, hash of who scanned.
Scan = tuple[int, int, int, int | None]


def within(tx: Transaction, start: int, end: int) -> list[Scan]:
    """All scans with start <= at < end, by time."""
    return tx.rows(
        "select at, poster, agent, scanner from impression"
        " where at >= :start and at < :end order by at, id",
        start=start,
        end=end,
    )


def extent(tx: Transaction) -> tuple[int, int]:
    """When the first and the last scan happened whose rows are there; 0 and -1 without any."""
    ((first,),) = tx.rows("select min(at) from impression where at >= 0")
    ((last,),) = tx.rows("select max(at) from impression")
    return (0, -1) if first is None else (int(first), max(int(first), int(last)))


def hours(tx: Transaction, first: int, last: int) -> dict[int, int]:
    """How many scans were counted in each of these hours since 1970, where there were any."""
    return dict(
        tx.rows(
            "select start, cast(sum(scans) as bigint) from program_tally"
            " where width = 1 and start >= :first and start <= :last group by start",
            first=first,
            last=last,
        )
    )


def agents(tx: Transaction, after: int) -> list[tuple[int, str]]:
    """Key and text of every user agent with a key above `after`."""
    return tx.rows("select key, agent from agent where key > :after order by key", after=after)


def agents_of(tx: Transaction, keys: Collection[int]) -> dict[int, str]:
    """The user agents with these keys."""
    return dict(rows_of(tx, "select key, agent from agent where key in", keys))


def poster_keys(tx: Transaction, ids: Collection[str]) -> set[int]:
    """The keys of these posters."""
    return set(known_keys(tx, "poster", ids).values())


def poster_ids(tx: Transaction, keys: Collection[int]) -> dict[int, str]:
    """The ids of these posters by key."""
    return dict(rows_of(tx, "select key, id from poster where key in", keys))


def posters(tx: Transaction, after: int = 0) -> list[tuple[int, str, str, int | None]]:
    """Key, id, program and time of creation of every poster with a key above `after`, by key."""
    return tx.rows(
        "select key, id, coalesce(program, ''), created_at from poster where key > :after"
        " order by key",
        after=after,
    )


def first_hours(tx: Transaction, posters: Iterable[int]) -> dict[int, int]:
    """The first hour since 1970 in which each of these posters (keys) was scanned."""
    found: dict[int, int] = {}
    for poster in posters:
        ((hour,),) = tx.rows(
            "select min(start) from tally where poster = :poster and width = 1", poster=poster
        )
        if hour is not None:
            found[poster] = hour
    return found


def totals(tx: Transaction, posters: Collection[str]) -> dict[str, int]:
    """All scans that were ever counted of each of these posters (ids)."""
    found = {}
    for id_ in posters:
        ((scans,),) = tx.rows(
            "select cast(coalesce(sum(t.scans), 0) as bigint) from poster p"
            " join tally t on t.poster = p.key and t.width = 768 where p.id = :id",
            id=id_,
        )
        found[id_] = int(scans)
    return found


def program_total(tx: Transaction, program: str) -> int:
    """All scans that were ever counted of a program (id)."""
    ((scans,),) = tx.rows(
        "select cast(coalesce(sum(t.scans), 0) as bigint) from program g"
        " join program_tally t on t.program = g.key and t.width = 768 where g.id = :id",
        id=program,
    )
    return int(scans)
