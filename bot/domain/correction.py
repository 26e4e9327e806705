"""Whether what was told of a period still holds, now that scans came late or are gone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.model import Row

if TYPE_CHECKING:
    from bot.domain.model import Answer

_PLACES = (1, 2, 3)
_FEW = 5  # scans
_PART = 20  # of the total: five percent


@dataclass(frozen=True, slots=True)
class Figures:
    """What an edition says: all scans of its period, and the first rows of its ranking."""

    total: int
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, answer: Answer) -> Figures:
        """What an answer says, without what a correction doesn't need."""
        rows = (Row(each.rank, each.id, each.name, each.scans) for each in answer.rows)
        return cls(answer.total, tuple(rows))

    def holders(self, place: int) -> tuple[Row, ...]:
        """Who has a place; of two who share the first, both have the second as well."""
        tied = Counter(row.rank for row in self.rows)
        return tuple(row for row in self.rows if row.rank <= place < row.rank + tied[row.rank])


@dataclass(frozen=True, slots=True)
class Correction:
    """What was `told` and how it is `now`; `deleted` scans of that have vanished since."""

    told: Figures
    now: Figures
    deleted: int = 0

    @property
    def late(self) -> int:
        """How many scans came after it was told."""
        return max(self.now.total - self.told.total + self.deleted, 0)

    @property
    def gone(self) -> int:
        """How many scans have left the period: deleted, or put right in their time."""
        return self.late - (self.now.total - self.told.total)

    @property
    def changed(self) -> tuple[int, ...]:
        """Which of the first three places changed hands: nobody has them who had them before.

        Who only shares a place, or shares it no more, has it still. A place that nobody had can't
        change hands.
        """
        return tuple(place for place in _PLACES if self._lost(place))

    @property
    def matters(self) -> bool:
        """Whether people should be told: at least five scans and five percent, or a place."""
        moved = abs(self.now.total - self.told.total)
        return bool(self.changed) or (moved >= _FEW and moved * _PART >= self.told.total)

    @property
    def holds(self) -> bool:
        """Whether all is as it was told."""
        return self.now.total == self.told.total and not self.changed

    def _lost(self, place: int) -> bool:
        before = {row.id for row in self.told.holders(place)}
        return bool(before) and before.isdisjoint(row.id for row in self.now.holders(place))
