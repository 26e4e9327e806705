"""Ranking posters and ambassadors by the scans of a period, with the course of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.domain import leaderboard
from bot.domain.figures import count
from bot.domain.naming import poster_name
from bot.store import counts
from bot.store.tiles import rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.model import Row
    from bot.domain.period import Comparison, Period
    from bot.services.naming import Names
    from bot.store.counts import Cut, Scope, Selection
    from bot.store.database import Transaction

_SPARK = 31
_SPARK_SLICES = 12
_MOST_NAMED = 5_000
_HOUR, _DAY = 3600, 86_400
# To what the borders inside a sparkline are rounded, from what length of the period on: nobody sees
# a difference, and there are far fewer tallies to read.
_ROUNDED = ((14 * _DAY, _DAY), (2 * _DAY, _HOUR))


@dataclass(frozen=True, slots=True)
class Ranking:
    """What to rank: the scans of a selection, whose keys are `scope`, in a comparison.

    `fair` says whether there is something to compare with; `cuts` are the slices of the period.
    """

    tx: Transaction
    names: Names
    selection: Selection
    scope: Scope
    comparison: Comparison
    fair: bool
    cuts: Sequence[Cut]

    def now(self, dimension: str) -> dict[str, int]:
        """Scans of the period per id of `poster` or `ambassador`, most first."""
        return by(self.tx, dimension, self.comparison.period, self.scope)

    def posters(self, n: int) -> tuple[tuple[Row, ...], int]:
        """The first `n` posters, and how many had scans."""
        found = self.now("poster")
        shown = self.names.posters(_at_least_as_many(found, n))
        named = [(id_, poster_name(each), found[id_]) for id_, each in shown.items()]
        rows = leaderboard.rank(named, self._before("poster"), n)
        parts = [[replace(self.selection, poster=row.id)] for row in rows]
        series = self._courses(parts)
        details = self.names.abouts([shown[row.id] for row in rows])
        return tuple(
            replace(row, detail=details[row.id], series=course)
            for row, course in zip(rows, series, strict=True)
        ), len(found)

    def ambassadors(self, n: int) -> tuple[tuple[Row, ...], int]:
        """The first `n` ambassadors, and how many had scans; nobody's posters stand for nobody."""
        period = self.comparison.period
        pairs = counts.pairs(self.tx, period.start, period.end, self.scope)
        found: Counter[str] = Counter()
        places: dict[str, list[str]] = {}
        for (ambassador, poster), scans in pairs.items():
            found[ambassador] += scans
            places.setdefault(ambassador, []).append(poster)
        found.pop("", None)
        names = self.names.ambassadors(_at_least_as_many(dict(found.most_common()), n))
        named = [(id_, name, found[id_]) for id_, name in names.items()]
        rows = leaderboard.rank(named, self._before("ambassador"), n)
        parts = [
            [replace(self.selection, poster=each, ambassador=row.id) for each in places[row.id]]
            for row in rows
        ]
        return tuple(
            replace(row, detail=count(len(places[row.id]), "poster"), series=course)
            for row, course in zip(rows, self._courses(parts), strict=True)
        ), len(found)

    def _before(self, dimension: str) -> dict[str, int] | None:
        if not self.fair:
            return None
        return by(self.tx, dimension, self.comparison.before, self.scope)

    def _courses(self, parts: Sequence[Sequence[Selection]]) -> list[tuple[int, ...]]:
        """The scans of each slice of the period, for each row: the sum of its parts."""
        return [*map(tuple, counts.courses(self.tx, parts, _readable(self.cuts)))]


def by(tx: Transaction, dimension: str, period: Period, scope: Scope) -> dict[str, int]:
    """Scans per id of `poster` or `ambassador`, most first; without what is nobody's."""
    found = counts.by(tx, dimension, period.start, period.end, scope)
    if dimension == "ambassador":
        found.pop("", None)
    return found


def _at_least_as_many(found: dict[str, int], n: int) -> list[str]:
    """The first `n`, most scans first, and everyone tied with the last of them."""
    counted = list(found.items())
    least = counted[n - 1][1] if n <= len(counted) else 0
    return [id_ for id_, scans in counted if scans >= least][:_MOST_NAMED]


def _readable(cuts: Sequence[Cut]) -> list[Cut]:
    """The slices for a sparkline: as many as one can hold, and no more tallies than need be."""
    if not cuts:
        return []
    start, end = cuts[0][0], cuts[-1][1]
    if len(cuts) > _SPARK:
        length = end - start
        borders = [start + length * each // _SPARK_SLICES for each in range(_SPARK_SLICES + 1)]
        cuts = [*pairwise(borders)]
    step = next((step for least, step in _ROUNDED if end - start >= least), 1)
    return rounded(cuts, step)
