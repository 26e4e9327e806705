"""Whether the tallies agree with the rows that they count, and counting them again.

Both walk through the hours in spans of so many rows that memory stays flat. Each span is one short
transaction, in which rows and tallies belong together, so that the bot may go on writing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.store.impressions import HOUR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.store.database import Database, Transaction, Value

_ROWS = 50_000
# Later than any hour that a clock can tell.
_NEVER = 1 << 40

Span = tuple[int, int]


@dataclass(slots=True)
class Recount:
    """What was found so far; hours since 1970 in UTC.

    `differing` hours of `hours` have a tally that is not what its rows say, the first of them
    `first`; they lie in `spans` (first hour, hour after the last). `scans` rows were counted, and
    `lost` of them name a poster, program, ambassador or agent that isn't there.
    """

    hours: int = 0
    scans: int = 0
    differing: int = 0
    lost: int = 0
    first: int | None = None
    spans: list[Span] = field(default_factory=list)


def recount(database: Database, rows: int = _ROWS) -> Iterator[Recount]:
    """Compare all tallies with the rows; yields what was found, once for each span of the walk.

    Args:
        database: The store.
        rows: About how many rows and tallies to take at a time; never less than an hour.
    """
    found = Recount()
    hour: int | None = None
    while True:
        with database.read() as tx:
            hour = _first(tx) if hour is None else hour
            span = None if hour is None else (hour, _end(tx, hour, rows))
            if span:
                _compare(tx, span, found)
        yield found
        if span is None or span[1] == _NEVER:
            return
        hour = span[1]


def rebuild(database: Database, spans: Iterable[Span]) -> None:
    """Count the tallies of these spans again, a transaction each, which survives a power cut."""
    for span in spans:
        with database.write(durable=True) as tx:
            tx.execute(
                "delete from tally where hour >= :first and hour < :end_hour",
                first=span[0],
                end_hour=span[1],
            )
            tx.execute(_REBUILD, **_bounds(span))


def damage(tx: Transaction) -> str | None:
    """The first fault in the pages and indexes of an SQLite store, None where all is sound."""
    ((told,),) = tx.rows("pragma integrity_check(1)")
    return None if told == "ok" else str(told)


def _first(tx: Transaction) -> int | None:
    """The first hour with a tally or a row, None in an empty store."""
    ((tallied, at),) = tx.rows(
        "select (select min(hour) from tally), (select min(at) from impression)"
    )
    hours = [*([] if tallied is None else [tallied]), *([] if at is None else [at // HOUR])]
    return min(hours, default=None)


def _end(tx: Transaction, hour: int, rows: int) -> int:
    """Where a span from `hour` on ends, for it to have about so many rows and tallies."""
    tallies = tx.rows(
        "select hour from tally where hour >= :hour order by hour limit 1 offset :rows",
        hour=hour,
        rows=rows,
    )
    scans = tx.rows(
        "select at from impression where at >= :at order by at limit 1 offset :rows",
        at=hour * HOUR,
        rows=rows,
    )
    ends = [each for (each,) in tallies] + [at // HOUR for (at,) in scans]
    return max(min(ends, default=_NEVER), hour + 1)


def _compare(tx: Transaction, span: Span, found: Recount) -> None:
    ((hours, scans, differing, first),) = tx.rows(_COMPARE, **_bounds(span), end_hour=span[1])
    ((lost,),) = tx.rows(_LOST, start=span[0] * HOUR, end=span[1] * HOUR)
    found.hours += hours
    found.scans += scans
    found.lost += lost
    found.differing += differing
    if differing:
        found.first = first if found.first is None else found.first
        found.spans.append(span)


def _bounds(span: Span) -> dict[str, Value]:
    return {"first": span[0], "start": span[0] * HOUR, "end": span[1] * HOUR}


# Counted from the start of the span, since division rounds what lies before 1970 the other way.
_HOUR_OF_ROW = f"cast(:first as bigint) + (at - :start) / {HOUR}"

_COMPARE = f"""
with entry as (
    select hour, poster, program, ambassador, scans as tallied, 0 as counted
    from tally where hour >= :first and hour < :end_hour
    union all
    select {_HOUR_OF_ROW}, poster, program, ambassador, 0, 1
    from impression where at >= :start and at < :end),
compared as (
    select hour, sum(counted) as counted,
        case when sum(tallied) <> sum(counted) then 1 else 0 end as differs
    from entry group by hour, poster, program, ambassador),
judged as (
    select hour, sum(counted) as counted, max(differs) as differs from compared group by hour)
select count(*), cast(coalesce(sum(counted), 0) as bigint),
    cast(coalesce(sum(differs), 0) as bigint), min(case when differs = 1 then hour end)
from judged
"""

_LOST = """
select count(*) from impression i
left join poster p on p.key = i.poster
left join program g on g.key = i.program
left join ambassador a on a.key = i.ambassador
left join agent u on u.key = i.agent
where i.at >= :start and i.at < :end
    and (p.key is null or g.key is null or a.key is null or u.key is null)
"""

_REBUILD = f"""
insert into tally (hour, poster, program, ambassador, scans)
select hour, poster, program, ambassador, count(*) from (
    select {_HOUR_OF_ROW} as hour, poster, program, ambassador
    from impression where at >= :start and at < :end) counted
group by hour, poster, program, ambassador
"""
