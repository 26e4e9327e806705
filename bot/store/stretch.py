"""The stretch of time whose rows are tallied: all time, unless a first load is under way.

Then there are *tallies in the making*: those of every width are at each moment the sums of the rows
in the stretch and of no others, so that one of a day or of 32 days at a bound is not whole yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.store.database import Transaction
    from bot.store.tallies import Record

# Further than any row, and where a tally of every width begins.
FAR = 768 * 3600 << 40
_BOUNDS = "select low, high from first_load"


class Stretch(NamedTuple):
    """Rows with low <= at < high, in UTC seconds; both bounds are whole hours."""

    low: int
    high: int

    def without(self, other: Stretch) -> list[Stretch]:
        """What of this lies before and after another stretch, which may be empty."""
        before = Stretch(self.low, min(self.high, other.low))
        after = Stretch(max(self.low, other.high), self.high)
        return [each for each in (before, after) if each.low < each.high]

    def common(self, start: int, end: int) -> tuple[int, int]:
        """What of start <= at < end lies in it; over before it begins where nothing does."""
        return max(start, self.low), min(end, self.high)

    def of(self, records: Sequence[Record]) -> Sequence[Record]:
        """Those of these records that lie in it."""
        if self == ALL:
            return records
        return [each for each in records if self.low <= each[0] < self.high]


ALL = Stretch(-FAR, FAR)
# Two that are empty: at the end of time, and at its beginning.
NONE, OLD = Stretch(FAR, FAR), Stretch(-FAR, -FAR)


def tallied(tx: Transaction) -> Stretch:
    """The stretch whose rows are tallied."""
    rows = tx.rows(_BOUNDS)
    return stretch(*rows[0]) if rows else ALL


def stretch(low: int | None, high: int | None) -> Stretch:
    """The stretch between the bounds that a first load has, None while nothing is tallied."""
    return NONE if low is None or high is None else Stretch(low, high)
