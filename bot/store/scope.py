"""Which scans count: in the words of a question, and in the keys of the store."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.store.keys import known_keys
from bot.store.stretch import ALL, Stretch, stretch
from bot.store.tallies import WIDTHS, lying
from bot.store.tiles import tiles

if TYPE_CHECKING:
    from bot.store.database import Transaction, Value
    from bot.store.tiles import Tile

# No key is negative, so that this matches nothing, as an id that the store doesn't know should.
UNKNOWN = -1
# The edge of retention and what is tallied, at once: it is asked for every count.
_STATE = """
select (select coalesce(max(before), 0) from retention), (select count(*) from first_load),
    (select low from first_load), (select high from first_load)
"""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which scans count: the ids of a program, a poster and an ambassador, None for any."""

    program: str | None = None
    poster: str | None = None
    ambassador: str | None = None


ANY = Selection()


@dataclass(frozen=True, slots=True)
class Scope:
    """A selection in keys, with what else is the same for every count of one transaction.

    `posters` are all that can have a scan that counts, None for any. Rows before `edge` (UTC
    seconds) were dropped. There are tallies of what was `tallied`.
    """

    program: int | None = None
    posters: tuple[int, ...] | None = None
    ambassador: int | None = None
    edge: int = 0
    tallied: Stretch = ALL

    def tiles(self, start: int, end: int) -> list[Tile]:
        """The tiles that add up to start <= at < end."""
        return [*self.inside(start, end), *self.outside(start, end)]

    def inside(self, start: int, end: int) -> list[Tile]:
        """Those of what was tallied, the rows at its ragged ends included."""
        return tiles(*self.tallied.common(start, end), self.edge)

    def outside(self, start: int, end: int) -> list[Tile]:
        """Those of rows that nothing tells but themselves."""
        pieces = (each.common(start, end) for each in ALL.without(self.tallied))
        return [tile for piece in pieces for tile in tiles(*piece, self.edge, ())]

    def conditions(self) -> str:
        """What a row or a tally `c` must fulfil, to be put behind other conditions."""
        told = []
        if self.program is not None:
            told.append("and c.program = :program")
        if self.posters is not None:
            told.append(f"and c.poster in ({', '.join(f':{name}' for name in self._named())})")
        if self.ambassador is not None:
            told.append("and c.ambassador = :ambassador")
        return " ".join(told)

    def values(self) -> dict[str, Value]:
        """The values that `conditions` names."""
        given: dict[str, Value] = {**self._named()}
        if self.program is not None:
            given["program"] = self.program
        if self.ambassador is not None:
            given["ambassador"] = self.ambassador
        return given

    def _named(self) -> dict[str, int]:
        return {f"poster{index}": key for index, key in enumerate(self.posters or ())}


def scope(tx: Transaction, selection: Selection | Scope) -> Scope:
    """The keys of a selection; one that was looked up before is returned as it is."""
    if isinstance(selection, Scope):
        return selection
    ((edge, loading, *bounds),) = tx.rows(_STATE)
    tallied = stretch(*bounds) if loading else ALL
    poster, ambassador = (_key(tx, each, selection) for each in ("poster", "ambassador"))
    posters: tuple[int, ...] | None = None
    if poster is not None:
        posters = (poster,)
    elif ambassador is not None:
        posters = _posters_of(tx, "ambassador", ambassador, tallied)
    return Scope(_key(tx, "program", selection), posters, ambassador, int(edge), tallied)


def narrowed(tx: Transaction, which: Scope) -> Scope:
    """The same, with the posters of a program named: it saves groupings from going to all others.

    Totals are better off without, since programs have tallies of their own.
    """
    if which.posters is not None or which.program is None:
        return which
    return replace(which, posters=_posters_of(tx, "program", which.program, which.tallied))


def _key(tx: Transaction, table: str, selection: Selection) -> int | None:
    id_ = getattr(selection, table)
    return None if id_ is None else known_keys(tx, table, [id_]).get(id_, UNKNOWN)


def _posters_of(tx: Transaction, column: str, key: int, tallied: Stretch) -> tuple[int, ...]:
    """Every poster with a scan that names this program or ambassador: from the fewest tallies."""
    sources = [
        f"{lying('c')} c.width = {WIDTHS[-1]}",
        *(
            f"impression c where c.at >= {low:d} and c.at < {high:d}"
            for low, high in ALL.without(tallied)
        ),
    ]
    found = " union ".join(
        f"select distinct c.poster from {source} and c.{column} = :key" for source in sources
    )
    rows = tx.rows(f"{found} order by 1", key=key)
    return tuple(key for (key,) in rows) or (UNKNOWN,)
