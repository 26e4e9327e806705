"""Counting scans: whole hours from the tallies, the two ragged ends of a period from the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.store.impressions import HOUR
from bot.store.keys import known_keys

if TYPE_CHECKING:
    from bot.store.database import Transaction, Value


@dataclass(frozen=True, slots=True)
class Selection:
    """Which scans count: the ids of a program, a poster and an ambassador, None for any."""

    program: str | None = None
    poster: str | None = None
    ambassador: str | None = None


ANY = Selection()
_TABLES = ("program", "poster", "ambassador")

_COUNTED = """
with counted as (
    select poster, program, ambassador, scans from tally
    where hour >= :first_hour and hour < :end_hour
    union all
    select poster, program, ambassador, 1 from impression where at >= :start and at < :head_end
    union all
    select poster, program, ambassador, 1 from impression where at >= :tail_start and at < :end)
"""


def total(tx: Transaction, start: int, end: int, selection: Selection = ANY) -> int:
    """Scans with start <= at < end."""
    where, values = _filter(tx, selection)
    ((scans,),) = tx.rows(
        f"{_COUNTED} select cast(coalesce(sum(scans), 0) as bigint) from counted c {where}",
        **_edges(start, end),
        **values,
    )
    return int(scans)


def by(
    tx: Transaction, dimension: str, start: int, end: int, selection: Selection = ANY
) -> dict[str, int]:
    """Scans with start <= at < end per id of `program`, `poster` or `ambassador`, most first."""
    where, values = _filter(tx, selection)
    rows = tx.rows(
        f"""{_COUNTED}, summed as (
            select c.{dimension} as key, cast(sum(scans) as bigint) as scans
            from counted c {where} group by c.{dimension})
        select d.id, s.scans from summed s join {dimension} d on d.key = s.key
        order by s.scans desc, d.id""",
        **_edges(start, end),
        **values,
    )
    return dict(rows)


def posters_of_ambassadors(
    tx: Transaction, start: int, end: int, selection: Selection = ANY
) -> dict[str, int]:
    """How many different posters of each ambassador were scanned with start <= at < end."""
    where, values = _filter(tx, selection)
    rows = tx.rows(
        f"""{_COUNTED} select a.id, count(distinct c.poster)
        from counted c join ambassador a on a.key = c.ambassador {where}
        group by a.id order by a.id""",
        **_edges(start, end),
        **values,
    )
    return dict(rows)


def scanners(
    tx: Transaction, start: int, end: int, selection: Selection = ANY
) -> tuple[int, int, int]:
    """How many different hashes scanned (an estimate of people), scans with a hash, all scans."""
    where, values = _filter(tx, selection)
    narrowed = f"{where} and" if where else "where"
    ((people, told, scans),) = tx.rows(
        "select count(distinct c.scanner), count(c.scanner), count(*) from impression c"
        f" {narrowed} c.at >= :start and c.at < :end",
        start=start,
        end=end,
        **values,
    )
    return people, told, scans


def extent(tx: Transaction, selection: Selection = ANY) -> tuple[int | None, int | None]:
    """When the first and the last matching scan happened, to the hour for a selection."""
    if selection == ANY:
        # Asked for both at once, SQLite reads every row; one at a time, only the two ends.
        ((first, last),) = tx.rows(
            "select (select min(at) from impression), (select max(at) from impression)"
        )
        return first, last
    where, values = _filter(tx, selection)
    ((first, last),) = tx.rows(f"select min(hour), max(hour) from tally c {where}", **values)
    return (None, None) if first is None else (first * HOUR, last * HOUR)


def everything(tx: Transaction) -> int:
    """All scans in the store."""
    ((scans,),) = tx.rows("select cast(coalesce(sum(scans), 0) as bigint) from tally")
    return int(scans)


def _edges(start: int, end: int) -> dict[str, Value]:
    first_hour = -(-start // HOUR)
    end_hour = end // HOUR
    if first_hour > end_hour:
        # The period lies inside one hour: all of it is ragged.
        first_hour = end_hour = 0
        head_end = tail_start = end
    else:
        head_end, tail_start = first_hour * HOUR, end_hour * HOUR
    return {
        "start": start,
        "head_end": head_end,
        "first_hour": first_hour,
        "end_hour": end_hour,
        "tail_start": tail_start,
        "end": end,
    }


def _filter(tx: Transaction, selection: Selection) -> tuple[str, dict[str, Value]]:
    conditions: list[str] = []
    values: dict[str, Value] = {}
    for table in _TABLES:
        id_ = getattr(selection, table)
        if id_ is not None:
            # A key of -1 matches nothing, as an id that the store doesn't know should.
            values[f"only_{table}"] = known_keys(tx, table, [id_]).get(id_, -1)
            conditions.append(f"c.{table} = :only_{table}")
    return ("where " + " and ".join(conditions) if conditions else ""), values
