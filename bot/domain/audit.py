"""Comparing a list with its copy by rank: where to look next, as pure functions.

The offset gives random access to an ordered list. Where the list begins a time at offset k and the
copy has r rows before that time, the drift k - r says how many entries before it the copy lacks
(or, below zero, has too many of). Equal drift at two marks means that as much is listed between
them as the copy holds; so the place of a single difference is found by bisection, and a proof that
there is none costs the two ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Steps of this part of a list visit it evenly however long one goes on, and never twice.
GOLDEN = 0.618_033_988_749_895


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """The list begins a time at `offset`; the copy has `rank` entries before that time."""

    offset: int
    rank: int

    @property
    def drift(self) -> int:
        """How many entries more the list has before here than the copy."""
        return self.offset - self.rank


@dataclass(frozen=True, slots=True)
class Gap:
    """Two neighbouring marks between which list and copy differ."""

    before: Mark
    after: Mark

    @property
    def width(self) -> int:
        """How many entries the list has in between."""
        return self.after.offset - self.before.offset

    @property
    def lacking(self) -> int:
        """How many entries the copy lacks in between; negative where it has too many."""
        return self.after.drift - self.before.drift

    def fits(self, cap: int) -> bool:
        """Whether one page of `cap` entries shows all of it, with an entry on either side."""
        return self.width + 2 <= cap

    def offset(self, cap: int) -> int:
        """Where to look next: along the list where much is to be found, else in the middle."""
        begin = max(self.before.offset - 1, 0)
        dense = abs(self.lacking) * 2 * cap >= self.width
        if self.fits(cap) or dense:
            return begin
        return max(self.before.offset + (self.width - cap) // 2, begin)


def first_gap(marks: Iterable[Mark]) -> Gap | None:
    """The first two neighbouring marks that differ in drift, None where all agree."""
    for before, after in pairwise(sorted(marks)):
        if before.drift != after.drift:
            return Gap(before, after)
    return None


def strays(marks: Iterable[Mark], gap: Gap) -> bool:
    """Whether a mark inside a gap drifts further than its ends do.

    Then rows are lacking and in excess there, or the list moved since the ends were seen.
    """
    drifts = gap.before.drift, gap.after.drift
    return any(
        gap.before < mark < gap.after and not min(drifts) <= mark.drift <= max(drifts)
        for mark in marks
    )


def probe(number: int, length: int, cap: int) -> int:
    """The offset of the page that the rolling look with this number shows of a list.

    Any n consecutive numbers are spread over the list with gaps of about 1/n of its length (the
    three-distance theorem; Knuth, The Art of Computer Programming, volume 3, 6.4).
    """
    return max(int(number * GOLDEN % 1 * length) - cap // 2, 0)


def partition(
    marks: Sequence[tuple[int, int]], edge: int
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Offsets and times of which the time is before the edge, and the others."""
    before = [mark for mark in marks if mark[1] < edge]
    return before, [mark for mark in marks if mark[1] >= edge]


class End:
    """Finding the end of a list with few looks, beginning where it should be.

    Ask for a page at `offset` and `tell` how many entries it had, until `at` is no longer None.
    The end is believed where a page shows the last entry and no other, or where one ends at an
    offset at which another found nothing.
    """

    def __init__(self, expected: int, cap: int) -> None:
        """`expected` entries, and pages of `cap` at most."""
        self.at: int | None = None
        self._cap = cap
        self._overlap = 1 if cap > 1 else 0
        self._reached = 0
        self._beyond: int | None = None
        self._stride = max(cap // 2, 1)
        self.offset = max(expected - self._overlap, 0)

    def tell(self, size: int, *, new: bool = False) -> None:
        """The page at `offset` had so many entries, and maybe rows that the copy had not.

        Behind such there may be more, which are to be read anyway: so the list is read along.
        """
        if size:
            self._reached = max(self._reached, self.offset + size)
        else:
            self._beyond = self.offset
        if self._beyond is not None and self._beyond < self._reached:
            self._beyond = None  # that page was empty for another reason
        if (size == 1 and self._overlap) or self._beyond == self._reached:
            self.at = self._reached
        else:
            self.offset = self._next(along=new or 0 < size < self._cap)

    def _next(self, *, along: bool) -> int:
        edge = max(self._reached - self._overlap, 0)
        if along and self.offset < edge:
            return edge
        if self._beyond is None:
            self._stride *= 4
            return edge + self._stride
        if self._reached:
            near = self._beyond - edge <= self._cap
            return edge if near else (edge + self._beyond) // 2
        offset = max(self._beyond - self._stride, 0)
        self._stride *= 4
        return offset
