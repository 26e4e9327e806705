"""Reading a part of a list that no single page shows whole: more rows of one second than fit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.domain.listing import FAR, Order
from bot.services.taking import Taken
from bot.store import impressions, ranks

if TYPE_CHECKING:
    from bot.services.taking import Taker


@dataclass(frozen=True, slots=True)
class Crowd:
    """The entries from `begin` to `end`; the time of the first, and the time that begins after.

    Rows of one second may be listed in another order on every page, so that the pages prove nothing
    one by one, and reading all of them may miss some.
    """

    begin: int
    end: int
    first: int
    beyond: int
    newest_first: bool

    def read(self, taker: Taker) -> Taken:
        """Take in every page; `unlisted` are the rows of ours that none of them has.

        Raises:
            ValueError: when the list has moved away from under it.
        """
        low, high = self._between
        taken, listed, surplus = self._taken(taker)
        with taker.database.write() as tx:
            ranks.set_bias(tx, taker.key, low, high, {self._place: surplus})
            there = impressions.between(tx, taker.key, low, high)
        return replace(taken, unlisted=frozenset(id_ for _, id_ in there) - listed)

    def _taken(self, taker: Taker) -> tuple[Taken, set[str], int]:
        """What came, the ids that were listed, and how many entries are no row of their own."""
        taken, listed, repeats, holes = Taken(), set[str](), set[str](), set[int]()
        offset = max(self.begin - 1, 0)
        while offset < self.end:
            page = taker.ask(offset)
            if page.size == 0:
                raise ValueError(offset)
            with taker.database.write() as tx:
                taken = taken.plus(taker.keep(tx, page, offset, Order.NONE))
            times = Counter(row.id for row in page.rows)
            listed |= times.keys()
            repeats |= {id_ for id_, listed_times in times.items() if listed_times > 1}
            holes |= {offset + hole for hole in page.holes}
            offset += max(page.size - 1, 1)
        inside = sum(self.begin <= hole < self.end for hole in holes)
        return taken, listed, inside + len(repeats)

    @property
    def _between(self) -> tuple[int, int]:
        """The times right outside."""
        low, high = (
            (self.beyond, self.first + 1) if self.newest_first else (self.first - 1, self.beyond)
        )
        if low + 1 >= high:
            raise ValueError(self.first)
        return low, high

    @property
    def _place(self) -> int:
        """The time at which entries that are no rows count for the ranks."""
        if abs(self.first) < FAR:
            return self.first
        return FAR - 1 if self.newest_first else 1 - FAR
