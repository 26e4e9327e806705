"""Whether the tallies agree with the rows that they count.

The walk goes through blocks as long as the widest tally, each in a transaction of its own, in which
rows and tallies of all widths belong together, so that the bot may go on writing. The database does
the comparing, so that memory stays flat.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.store.retention import edge
from bot.store.tallies import HOUR, WIDTHS, lying, widths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.database import Database, Transaction, Value

BLOCK = WIDTHS[-1]
# Every key with a tally, by a leap for each: the table is sorted by it, and holds few.
HOLDERS = """
holder (key) as (
    select min(poster) from tally
    union all
    select (select min(t.poster) from tally t where t.poster > h.key)
    from holder h where h.key is not null)
"""


@dataclass(slots=True)
class Recount:
    """What was found so far.

    `differing` tells for each width how many of `all` stretches of that many hours have a tally
    that is not what it should be, the first of them at `first` (hours since 1970 in UTC); they lie
    in `blocks`, named by their first hour. `scans` rows were counted, and `lost` of them name a
    poster, program, ambassador or agent that isn't there.
    """

    all: dict[int, int] = field(default_factory=lambda: dict.fromkeys(WIDTHS, 0))
    differing: dict[int, int] = field(default_factory=lambda: dict.fromkeys(WIDTHS, 0))
    scans: int = 0
    lost: int = 0
    first: int | None = None
    blocks: list[int] = field(default_factory=list)


def recount(database: Database) -> Iterator[Recount]:
    """Compare all tallies with the rows; yields what was found, once for each block and at the end.

    Wider tallies must be the sums of hours, those of programs the sums of posters; hours and what
    the feeds list must be what the rows say. Where rows were dropped for their age, the hours are
    taken for true. During a first load there is only what the feeds list.
    """
    found = Recount()
    with database.read() as tx:
        blocks = _blocks(tx)
    for block in blocks:
        with database.read() as tx:
            _compare(tx, block, found)
        yield found
    yield found


def damage(tx: Transaction) -> str | None:
    """The first fault in the pages and indexes of an SQLite store, None where all is sound."""
    ((told,),) = tx.rows("pragma integrity_check(1)")
    return None if told == "ok" else str(told)


def bounds(tx: Transaction, first: int, end: int) -> dict[str, Value]:
    """A stretch of hours as parameters of a statement, in hours, and `_at` in seconds.

    In it there are rows from `kept` on, and before none any more.
    """
    dropped = edge(tx) // HOUR
    kept = min(max(first, dropped), end) if dropped else first
    return {
        "first": first,
        "kept": kept,
        "kept_at": kept * HOUR,
        "end_hour": end,
        "end_at": end * HOUR,
    }


def _blocks(tx: Transaction) -> list[int]:
    """The first hour of every block with a row or a tally, in order."""
    tallied = tx.rows(
        f"""select distinct start - (start % {BLOCK} + {BLOCK}) % {BLOCK} from (
            select start from tally union select start from program_tally
            union select hour from listed) t"""
    )
    found = {int(block) for (block,) in tallied}
    ((at,),) = tx.rows("select min(at) from impression")
    while at is not None:
        block = at // HOUR // BLOCK * BLOCK
        found.add(block)
        ((at,),) = tx.rows(
            "select min(at) from impression where at >= :after", after=(block + BLOCK) * HOUR
        )
    return sorted(found)


def _compare(tx: Transaction, block: int, found: Recount) -> None:
    values = bounds(tx, block, block + BLOCK)
    firsts = []
    for width, stretches, differing, first in tx.rows(_comparison(widths(tx)), **values):
        found.all[width] = found.all.get(width, 0) + stretches
        found.differing[width] = found.differing.get(width, 0) + differing
        firsts += [] if first is None else [first]
    ((scans, lost),) = tx.rows(_LOST, start=values["kept_at"], end=values["end_at"])
    found.scans += scans
    found.lost += lost
    if firsts:
        found.first = min(firsts) if found.first is None else found.first
        found.blocks.append(block)


# Counted from the first hour, since division rounds what lies before 1970 the other way.
HOUR_OF_ROW = f"cast(:kept as bigint) + (at - :kept_at) / {HOUR}"


def _comparison(there: tuple[int, ...]) -> str:
    """Compares tallies, those of programs, and what feeds list at once: as sorts 1, 2 and 3."""
    lines = "values " + ", ".join(f"({width})" for width in there)
    return _COMPARE.format(
        widths=lines if there else "select 0 where false", tallies=lying("t", "holder h")
    )


_COMPARE = f"""
with recursive {HOLDERS},
width (hours) as ({{widths}}),
truth (start, poster, program, ambassador, scans, told) as (
    select {HOUR_OF_ROW}, poster, program, ambassador, count(*), count(scanner)
    from impression where at >= :kept_at and at < :end_at group by 1, 2, 3, 4
    union all
    select t.start, t.poster, t.program, t.ambassador, t.scans, t.told
    from {{tallies}} t.width = 1 and t.start >= :first and t.start < :kept),
entry (sort, width, start, a, b, c, scans, told) as (
    select 1, w.hours, t.start - (t.start - :first) % w.hours,
        t.poster, t.program, t.ambassador, t.scans, t.told
    from truth t cross join width w
    union all
    select 2, w.hours, t.start - (t.start - :first) % w.hours, t.program, 0, 0, t.scans, t.told
    from truth t cross join width w
    union all
    select 3, 1, {HOUR_OF_ROW}, feed, 0, 0, count(*), 0
    from impression where at >= :kept_at and at < :end_at and feed <> 0 group by 3, 4
    union all
    select 1, t.width, t.start, t.poster, t.program, t.ambassador, -t.scans, -t.told
    from {{tallies}} t.width in (select hours from width)
        and t.start >= :first and t.start < :end_hour
    union all
    select 2, width, start, program, 0, 0, -scans, -told
    from program_tally
    where width in (select hours from width) and start >= :first and start < :end_hour
    union all
    select 3, 1, hour, feed, 0, 0, -rows, 0
    from listed where hour >= :kept and hour < :end_hour),
compared (width, start, differs) as (
    select width, start, case when sum(scans) <> 0 or sum(told) <> 0 then 1 else 0 end
    from entry group by sort, width, start, a, b, c),
judged (width, start, differs) as (
    select width, start, max(differs) from compared group by width, start)
select width, count(*), cast(sum(differs) as bigint), min(case when differs = 1 then start end)
from judged group by width
"""

_LOST = """
select count(*), count(case when p.key is null or g.key is null or a.key is null or u.key is null
    then 1 end)
from impression i
left join poster p on p.key = i.poster
left join program g on g.key = i.program
left join ambassador a on a.key = i.ambassador
left join agent u on u.key = i.agent
where i.at >= :start and i.at < :end
"""
