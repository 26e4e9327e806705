"""The SQL that adds up the tiles of a period.

Every tile is named by itself, which leaves neither database a choice but to go to its tallies
through the primary key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.store.tallies import lying
from bot.store.tiles import ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.store.database import Transaction, Value
    from bot.store.scope import Scope
    from bot.store.tiles import Tile

# From <= at < to, in UTC seconds.
Cut = tuple[int, int]
# Program, poster and ambassador, None for any.
Keys = tuple[int | None, int | None, int | None]


def parts_of(which: Scope) -> list[Keys]:
    """What a scope is the sum of."""
    if which.posters is None:
        return [(which.program, None, None)]
    return [(which.program, each, which.ambassador) for each in which.posters]


def summed(
    tx: Transaction,
    column: str,
    wanted: Sequence[Sequence[Keys]],
    cuts: Sequence[Cut],
    which: Scope,
) -> list[list[int]]:
    """The sums of the tallies' `scans` or `told` in each cut, for each list of parts.

    Either all parts or none must name a poster; those without are read from the programs' tallies.
    Of `which` only what is the same for every count matters.
    """
    found = [[0] * len(cuts) for _ in wanted]
    parts = [(number, *keys) for number, part in enumerate(wanted) for keys in part]
    if not parts:
        return found
    source = _PROGRAMS if parts[0][2] is None else _SINGLE
    for tiles, sums in ((which.inside, _tallied), (which.outside, _counted)):
        pieces = [(place, *tile) for place, cut in enumerate(cuts) for tile in tiles(*cut)]
        for number, cut, scans in _sums(tx, sums(column, source), pieces, parts):
            found[number][cut] += scans
    return found


def _sums(
    tx: Transaction,
    sums: str,
    pieces: Sequence[tuple[int, ...]],
    parts: Sequence[tuple[int | None, ...]],
) -> list[tuple[int, int, int]]:
    """What a query finds for the number of each part and of each cut that the pieces are of."""
    if not pieces:
        return []
    return tx.rows(
        f"""with piece (cut, sign, width, low, high) as (values {_lines(pieces)}),
        wanted (number, program, poster, ambassador) as (values {_lines(parts)}),
        tile (number, cut, scans) as ({sums})
        select number, cut, cast(sum(scans) as bigint) from tile group by number, cut""",
        *(value for row in (*pieces, *parts) for value in row),
    )


def grouped(
    columns: Sequence[str], found: Sequence[Tile], which: Scope
) -> tuple[str, dict[str, Value]]:
    """A query over tiles: a sum `scans` for each tile and keys in these columns, and its values.

    The sums of one group of keys are still to be added up.
    """
    values = which.values()
    for index, tile in enumerate(found):
        values |= {f"width{index}": tile.width, f"low{index}": tile.low, f"high{index}": tile.high}
    parts = (_part(columns, index, tile, which) for index, tile in enumerate(found))
    return " union all ".join(parts), values


class _Source(NamedTuple):
    """Tallies, the keys that they are of, and which of them are `wanted`."""

    table: str
    keys: str
    conditions: str


_OF_PROGRAM = "and (wanted.program is null or c.program = wanted.program)"
_PROGRAMS = _Source("program_tally", "c.program", _OF_PROGRAM)
_SINGLE = _Source(
    "tally",
    "c.program, c.poster, c.ambassador",
    f"""and c.poster = wanted.poster {_OF_PROGRAM}
    and (wanted.ambassador is null or c.ambassador = wanted.ambassador)""",
)


_COUNTS = {"scans": "count(*)", "told": "count(c.scanner)"}


def _tallied(column: str, source: _Source) -> str:
    """What each tile in `piece` comes to, for each of the `wanted`."""
    table, _, conditions = source
    return f"""select wanted.number, piece.cut, piece.sign * case when piece.width = {ROWS}
        then (select {_COUNTS[column]} from impression c
            where c.at >= piece.low and c.at < piece.high {conditions})
        else (select cast(coalesce(sum(c.{column}), 0) as bigint) from {table} c
            where c.width = piece.width and c.start >= piece.low and c.start < piece.high
            {conditions}) end
        from wanted cross join piece"""


def _counted(column: str, source: _Source) -> str:
    """The same of what is not tallied: goes through the rows once, whatever is wanted."""
    return f"""select wanted.number, c.cut, c.scans from (
            select piece.cut, {source.keys}, {_COUNTS[column]} as scans
            from piece cross join impression c where c.at >= piece.low and c.at < piece.high
            group by piece.cut, {source.keys}) c
        cross join wanted where true {source.conditions}"""


def _part(columns: Sequence[str], index: int, tile: Tile, which: Scope) -> str:
    if tile.width == ROWS:
        at, scans, source = "at", "count(*)", "impression c where"
    else:
        at, scans = "start", "cast(sum(c.scans) as bigint)"
        source = f"{_of(which)} c.width = :width{index} and"
    # By this name SQLite sees that the tallies come poster by poster, and needs not sort them.
    poster = "k.key" if " k " in source else "c.poster"
    names = [poster if each == "poster" else f"c.{each}" for each in columns]
    told = ", ".join(f"{name} as {each}" for name, each in zip(names, columns, strict=True))
    return f"""select {told}, {tile.sign} * {scans} as scans from {source}
        c.{at} >= :low{index} and c.{at} < :high{index} {which.conditions()}
        group by {", ".join(names)}"""


def _of(which: Scope) -> str:
    return "tally c where" if which.posters is not None else lying("c")


def _lines(rows: Sequence[Sequence[int | None]]) -> str:
    """The rows of a `values`, with a `?` for each value."""
    # PostgreSQL takes a column of nulls for text if nobody tells it.
    names = {True: "cast(? as bigint)", False: "?"}
    return ", ".join(f"({', '.join(names[value is None] for value in row)})" for row in rows)
