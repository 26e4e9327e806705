"""Single scans of a stretch of time, for whoever looks at who and what they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.store.keys import known_keys, rows_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.store.database import Transaction

# Time, key of the poster, key of the agent, hash of who scanned.
Scan = tuple[int, int, int, int | None]
# Key, id and program of a poster, since when it is up.
Named = tuple[int, str, str, int | None]
# How many scans there are, and sums over them.
Print = tuple[int | None, ...]
# Key of the poster, key of the agent, hash of who scanned, how many scans.
Crowd = tuple[int, int, int | None, int]


def within(tx: Transaction, start: int, end: int) -> list[Scan]:
    """All scans with start <= at < end, by time."""
    return tx.rows(
        "select at, poster, agent, scanner from impression"
        " where at >= :start and at < :end order by at, id",
        start=start,
        end=end,
    )


def print_of(tx: Transaction, start: int, end: int) -> Print:
    """What tells whether the scans with start <= at < end are still those that they were."""
    (found,) = tx.rows(
        """select count(*), cast(sum(at) as bigint), cast(sum(poster) as bigint),
            cast(sum(agent) as bigint), cast(sum(scanner & 1073741823) as bigint)
        from impression where at >= :start and at < :end""",
        start=start,
        end=end,
    )
    return found


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


def poster_ids(tx: Transaction, keys: Collection[int]) -> dict[int, str]:
    """The ids of these posters by key."""
    return dict(rows_of(tx, "select key, id from poster where key in", keys))


def posters(tx: Transaction) -> list[Named]:
    """Key, id and program of every poster, and since when it is up (UTC seconds), by key.

    One whose creation nobody told is up since the first hour in which it was scanned, None without
    any scan.
    """
    return tx.rows(
        """select p.key, p.id, coalesce(p.program, ''), coalesce(p.created_at, 3600 * (
                select min(t.start) from tally t where t.poster = p.key and t.width = 1))
        from poster p order by p.key"""
    )


def last_before(tx: Transaction, poster: str, now: int) -> int | None:
    """When a poster (id) was last scanned before `now` (UTC seconds), None where it never was.

    It is known to the hour where the row was dropped for its age.
    """
    ((key, hour),) = tx.rows(
        """select max(p.key), max(t.start) from poster p
        join tally t on t.poster = p.key and t.width = 1 and t.start <= :hour
        where p.id = :poster""",
        poster=poster,
        hour=(now - 1) // 3600,
    )
    if hour is None:
        return None
    ((at,),) = tx.rows(
        "select max(at) from impression where at >= :start and at < :end and poster = :key",
        start=hour * 3600,
        end=min(now, (hour + 1) * 3600),
        key=key,
    )
    return int(hour) * 3600 if at is None else int(at)


def totals(tx: Transaction, posters: Collection[str]) -> dict[str, int]:
    """All scans that were ever counted of each of these posters (ids)."""
    return _sums(tx, "select poster, scans from tally where width = 768 and poster in", posters)


def since(tx: Transaction, hour: int, posters: Collection[str]) -> dict[str, int]:
    """Scans of each of these posters (ids) in this hour since 1970 and later."""
    query = f"select poster, scans from tally where width = 1 and start >= {hour:d} and poster in"
    return _sums(tx, query, posters)


def program_totals(tx: Transaction) -> dict[str, int]:
    """All scans that were ever counted of each program (id)."""
    rows = tx.rows(
        """select g.id, cast(sum(t.scans) as bigint) from program g
        join program_tally t on t.program = g.key and t.width = 768 group by g.id order by g.id"""
    )
    return dict(rows)


def crowd(tx: Transaction, start: int, end: int, where: str = "", id_: str = "") -> list[Crowd]:
    """How often who scanned with what and where, with start <= at < end.

    `where` is "poster" or "program", which only that of this id counts for; empty for all.
    """
    only = _ONLY[where]
    return tx.rows(
        f"""select poster, agent, scanner, count(*) from impression
        where at >= :start and at < :end {only}
        group by poster, agent, scanner order by poster, agent, scanner""",
        start=start,
        end=end,
        **({"id": id_} if where else {}),
    )


def removed(tx: Transaction) -> tuple[int, int]:
    """How many impressions have vanished upstream, and when the last of them was found out."""
    ((count, last),) = tx.rows("select count(*), coalesce(max(deleted_at), 0) from deleted")
    return int(count), int(last)


def _sums(tx: Transaction, query: str, posters: Collection[str]) -> dict[str, int]:
    """The sums by id of what a query that ends with `in` finds by key; 0 where it finds nothing."""
    ids = {key: id_ for id_, key in known_keys(tx, "poster", posters).items()}
    found = dict.fromkeys(ids.values(), 0)
    for key, scans in rows_of(tx, query, ids):
        found[ids[key]] += scans
    return found


_ONLY: Final = {
    "": "",
    "poster": "and poster = (select key from poster where id = :id)",
    "program": "and poster in (select key from poster where coalesce(program, '') = :id)",
}
