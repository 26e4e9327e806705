"""Counting scans exactly: from the tallies, and the ragged ends of a period from the rows.

Numbers hold for half-open periods in UTC seconds, and for the scans of a selection; a `Scope` in
its place saves looking its keys up again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.store.keys import known_keys
from bot.store.scope import ANY, UNKNOWN, Scope, Selection, narrowed, scope
from bot.store.stretch import ALL, FAR
from bot.store.sums import Cut, grouped, parts_of, summed
from bot.store.tallies import HOUR, WIDTHS
from bot.store.tiles import ROWS, Tile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.store.database import Transaction

__all__ = [
    "ANY",
    "Cut",
    "Scope",
    "Selection",
    "by",
    "courses",
    "everything",
    "extent",
    "narrowed",
    "pairs",
    "scope",
    "told",
    "total",
    "totals",
]

_TABLES = ("program", "poster", "ambassador")
# How many rows are read in the time that it takes to find the tallies of one poster.
_ROWS_A_POSTER = 16


def total(tx: Transaction, start: int, end: int, selection: Selection | Scope = ANY) -> int:
    """Scans with start <= at < end."""
    return totals(tx, [(start, end)], selection)[0]


def totals(tx: Transaction, cuts: Sequence[Cut], selection: Selection | Scope = ANY) -> list[int]:
    """Scans of each of these periods, in the order given."""
    which = scope(tx, selection)
    return summed(tx, "scans", [parts_of(which)], cuts, which)[0]


def told(tx: Transaction, start: int, end: int, selection: Selection | Scope = ANY) -> int:
    """Scans with start <= at < end that bear the hash of who scanned."""
    which = scope(tx, selection)
    return summed(tx, "told", [parts_of(which)], [(start, end)], which)[0][0]


def courses(
    tx: Transaction, parts: Sequence[Sequence[Selection]], cuts: Sequence[Cut]
) -> list[list[int]]:
    """Scans in each of these periods, for each of these lists of selections: the sum of its parts.

    Every selection must name a poster.
    """
    keys = [_keys(tx, table, parts) for table in _TABLES]
    wanted = [list(zip(*columns, strict=True)) for columns in zip(*keys, strict=True)]
    return summed(tx, "scans", wanted, cuts, scope(tx, ANY))


def by(
    tx: Transaction,
    dimension: str,
    start: int,
    end: int,
    selection: Selection | Scope = ANY,
) -> dict[str, int]:
    """Scans with start <= at < end per id of `program`, `poster` or `ambassador`, most first."""
    which = scope(tx, selection)
    sums, values = grouped([dimension], _tiles(tx, start, end, which), which)
    rows = tx.rows(
        f"""select d.id, n.scans from (
            select {dimension} as key, cast(sum(scans) as bigint) as scans
            from ({sums}) s group by {dimension}) n
        join {dimension} d on d.key = n.key
        where n.scans > 0 order by n.scans desc, d.id""",
        **values,
    )
    return dict(rows)


def pairs(
    tx: Transaction, start: int, end: int, selection: Selection | Scope = ANY
) -> dict[tuple[str, str], int]:
    """Scans with start <= at < end per ids of ambassador and poster."""
    which = scope(tx, selection)
    sums, values = grouped(["ambassador", "poster"], _tiles(tx, start, end, which), which)
    rows = tx.rows(
        f"""select a.id, p.id, n.scans from (
            select ambassador, poster, cast(sum(scans) as bigint) as scans
            from ({sums}) s group by ambassador, poster) n
        join ambassador a on a.key = n.ambassador join poster p on p.key = n.poster
        where n.scans > 0 order by a.id, p.id""",
        **values,
    )
    return {(ambassador, poster): scans for ambassador, poster, scans in rows}


def extent(tx: Transaction, selection: Selection | Scope = ANY) -> tuple[int | None, int | None]:
    """When the first and the last matching scan happened, to the hour for a selection.

    A scan whose row was dropped for its age is known to the hour as well.
    """
    which = scope(tx, selection)
    first, last = _ends(tx, which)
    if first is None or last is None:
        return None, None
    if which.conditions():
        return _hour(first), _hour(last)
    return _moment(tx, "min", first, which.edge), _moment(tx, "max", last, which.edge)


def everything(tx: Transaction) -> int:
    """All scans that were counted, also those whose rows were dropped for their age."""
    return total(tx, -FAR, FAR)


def _tiles(tx: Transaction, start: int, end: int, which: Scope) -> list[Tile]:
    """The tiles of a period, or its rows if that is less than to go to the tallies of everyone."""
    rows = [Tile(1, ROWS, start, end)]
    if which.posters is None and start >= which.edge:
        ((posters,),) = tx.rows("select count(*) from poster")
        if total(tx, *which.tallied.common(start, end)) <= _ROWS_A_POSTER * posters:
            return rows
    # A period that is over before it begins is asked for as well, so that there is a query.
    return which.tiles(start, end) or rows


def _keys(
    tx: Transaction, table: str, parts: Sequence[Sequence[Selection]]
) -> list[list[int | None]]:
    """The keys of what each selection names in this table, None where it names nothing."""
    ids = [[getattr(each, table) for each in part] for part in parts]
    known = known_keys(tx, table, {each for part in ids for each in part if each is not None})
    return [[None if each is None else known.get(each, UNKNOWN) for each in part] for part in ids]


def _ends(tx: Transaction, which: Scope) -> tuple[int | None, int | None]:
    """When the first and the last scan happened, in UTC seconds: to the hour from tallies."""
    table = "program_tally" if which.posters is None else "tally"
    found = _both(tx, f"{HOUR} * ", "start", f"{table} c where c.width = {WIDTHS[0]}", which)
    for low, high in ALL.without(which.tallied):
        rows = f"impression c where c.at >= {low:d} and c.at < {high:d}"
        found += _both(tx, "", "at", rows, which)
    return min(found, default=None), max(found, default=None)


def _both(tx: Transaction, unit: str, column: str, source: str, which: Scope) -> list[int]:
    """The least and the greatest of a column, or nothing where there is none."""
    found = f"from {source} {which.conditions()}"
    # Asked for both at once, SQLite reads every entry; one at a time, only the two ends.
    ends = (f"{unit}(select {end}(c.{column}) {found})" for end in ("min", "max"))
    ((first, last),) = tx.rows(f"select {', '.join(ends)}", **which.values())
    return [] if first is None else [first, last]


def _moment(tx: Transaction, end: str, around: int, edge: int) -> int:
    """When the first (`min`) or the last (`max`) scan happened, which was in this time's hour."""
    if around < edge:
        return _hour(around)
    ((at,),) = tx.rows(f"select {end}(at) from impression")
    return _hour(around) if at is None else int(at)


def _hour(at: int) -> int:
    return at - at % HOUR
