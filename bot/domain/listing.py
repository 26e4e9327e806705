"""What one page says about a list: which rows, in which order, and what lies between them.

Rows of equal time form a group, since their order among each other is nobody's promise. A page
shows the groups between its first and its last one whole; those two may be cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Beyond every time that a clock can tell: where a list begins and ends.
FAR = 1 << 40


class Order(StrEnum):
    """How a feed lists its rows; `UNKNOWN` until a sweep has seen two different times."""

    UNKNOWN = "unknown"
    NEWEST = "newest first"
    OLDEST = "oldest first"
    NONE = "no order"

    @property
    def known(self) -> bool:
        """Whether rows are listed by time."""
        return self in {Order.NEWEST, Order.OLDEST}


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as it was listed: ids and times (UTC seconds) of the rows that could be read.

    `size` counts every entry, those that could not be read included; `holes` are the indexes of
    the latter.
    """

    ids: tuple[str, ...]
    times: tuple[int, ...]
    size: int
    holes: tuple[int, ...] = ()

    @property
    def places(self) -> list[int]:
        """The index of each readable row within the page."""
        if not self.holes:
            return list(range(self.size))
        holes = set(self.holes)
        return [place for place in range(self.size) if place not in holes]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one time: the offset of the first, all ids, and the entries up to the next group.

    Entries that are no row of their own (unreadable ones, repeats) count to the group before them.
    """

    at: int
    start: int
    ids: frozenset[str]
    entries: int

    @property
    def surplus(self) -> int:
        """How many of the entries are no row of their own."""
        return self.entries - len(self.ids)


@dataclass(frozen=True, slots=True)
class Look:
    """What a page of an ordered list shows.

    `marks` are the offsets and times of groups whose beginning was seen. `whole` are the groups
    that were seen from beginning to end; they are all that is listed with low < time < high.
    `leading` is how many unreadable entries come before the first row of the list, None where the
    page doesn't begin there.
    """

    marks: tuple[tuple[int, int], ...]
    whole: tuple[Group, ...]
    low: int
    high: int
    leading: int | None = None

    @property
    def ids(self) -> set[str]:
        """The ids of all rows between `low` and `high`."""
        return {id_ for group in self.whole for id_ in group.ids}


def direction(seen: Seen) -> Order:
    """How the rows of a page are ordered, `UNKNOWN` where all have one time."""
    rising = any(a < b for a, b in pairwise(seen.times))
    falling = any(a > b for a, b in pairwise(seen.times))
    if rising and falling:
        return Order.NONE
    if rising or falling:
        return Order.OLDEST if rising else Order.NEWEST
    return Order.UNKNOWN


def look(
    offset: int,
    seen: Seen,
    order: Order,
    *,
    ends: bool = False,
    known: Mapping[int, int] | None = None,
) -> Look | None:
    """What a page of an ordered list shows; None where it contradicts the order.

    `ends` says that nothing is listed after this page. `known` are offsets at which a time is known
    to begin, for pages that begin with an unreadable entry.
    """
    if direction(seen) not in {order, Order.UNKNOWN}:
        return None
    groups = _groups(offset, seen)
    top = offset == 0
    if not groups:
        # A page without any row proves nothing, unless there is nothing else.
        alone = FAR if top and ends and seen.size else 0
        return Look((), (), -alone, alone, seen.size if alone else None)
    opened = groups[0].start > offset and (known or {}).get(groups[0].start) == groups[0].at
    first = -FAR if top else _forth(groups[0].at, order) - opened
    last = FAR if ends else _forth(groups[-1].at, order)
    low, high = (first, last) if order is Order.OLDEST else (-last, -first)
    return Look(
        tuple((group.start, group.at) for group in groups[0 if top else 1 :]),
        tuple(groups[0 if top or opened else 1 : None if ends else -1]),
        low,
        high,
        groups[0].start if top else None,
    )


def _forth(at: int, order: Order) -> int:
    """A time as a number that grows along the list."""
    return at if order is Order.OLDEST else -at


def _groups(offset: int, seen: Seen) -> list[Group]:
    places = seen.places
    edges = [n for n, at in enumerate(seen.times) if n == 0 or at != seen.times[n - 1]]
    groups = []
    for first, beyond in pairwise([*edges, len(seen.times)]):
        after = places[beyond] if beyond < len(places) else seen.size
        ids = frozenset(seen.ids[first:beyond])
        start = places[first]
        groups.append(Group(seen.times[first], offset + start, ids, after - start))
    return groups
