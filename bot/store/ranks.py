"""Where the rows of a feed stand in its order, by our copy: the other half of an audit.

A feed's rows are counted in `listed`, hour by hour; entries of the list that are no row of ours
(unreadable ones, repeats) in `bias`, at the time of the row that they come after.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING

from bot.store.impressions import HOUR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.store.database import Transaction


class Ranks:
    """The ranks of one feed as they are in this transaction.

    `total` is how many entries the whole list has by our copy; `biased` are the times after which
    some are no row of ours.
    """

    def __init__(self, tx: Transaction, feed: int, *, newest_first: bool) -> None:
        self._tx = tx
        self._feed = feed
        self._newest_first = newest_first
        self._hours = _Sums(_hours(tx, feed))
        self._biases = _Sums(_biases(tx, feed))
        self.total = self._hours.total + self._biases.total
        self.biased = self._biases.numbers

    def before(self, at: int) -> int:
        """How many entries are listed before the first row of this time."""
        hour = at // HOUR
        if self._newest_first:
            rows = self._hours.total - self._hours.below(hour + 1)
            rows += self._counted(at + 1, (hour + 1) * HOUR)
            return rows + self._biases.total - self._biases.below(at + 1)
        return self._hours.below(hour) + self._counted(hour * HOUR, at) + self._biases.below(at)

    def _counted(self, start: int, end: int) -> int:
        ((rows,),) = self._tx.rows(
            "select count(*) from impression where at >= :start and at < :end and feed = :feed",
            start=start,
            end=end,
            feed=self._feed,
        )
        return int(rows)


class _Sums:
    """Counts by number, for asking what they add up to below one."""

    def __init__(self, counts: list[tuple[int, int]]) -> None:
        self.numbers = [number for number, _ in counts]
        self._sums = [0, *accumulate(rows for _, rows in counts)]
        self.total = self._sums[-1]

    def below(self, number: int) -> int:
        return self._sums[bisect_left(self.numbers, number)]


def total(tx: Transaction, feed: int) -> int:
    """How many entries the whole list has by our copy."""
    ((rows, biases),) = tx.rows(
        "select (select sum(rows) from listed where feed = :feed),"
        " (select sum(rows) from bias where feed = :feed)",
        feed=feed,
    )
    return int(rows or 0) + int(biases or 0)


def set_bias(tx: Transaction, feed: int, low: int, high: int, found: Mapping[int, int]) -> None:
    """What was found at low < time < high takes the place of what was there before."""
    tx.execute(
        "delete from bias where feed = :feed and at > :low and at < :high",
        feed=feed,
        low=low,
        high=high,
    )
    tx.many(
        "insert into bias (feed, at, rows) values (?, ?, ?)",
        [(feed, at, rows) for at, rows in found.items() if rows],
    )


def add_bias(tx: Transaction, feed: int, at: int, rows: int) -> None:
    """Count so many entries more, or fewer, that are no row of ours after this time."""
    tx.execute(
        """insert into bias (feed, at, rows) values (:feed, :at, :rows)
        on conflict (feed, at) do update set rows = bias.rows + excluded.rows""",
        feed=feed,
        at=at,
        rows=rows,
    )


def has_bias(tx: Transaction, feed: int) -> bool:
    """Whether the list has entries that are no row of ours."""
    return bool(tx.rows("select 1 from bias where feed = :feed limit 1", feed=feed))


def clear_bias(tx: Transaction, feed: int) -> None:
    """Forget all entries that are no row of ours: without an order they have no place."""
    tx.execute("delete from bias where feed = :feed", feed=feed)


def _hours(tx: Transaction, feed: int) -> list[tuple[int, int]]:
    return tx.rows("select hour, rows from listed where feed = :feed order by hour", feed=feed)


def _biases(tx: Transaction, feed: int) -> list[tuple[int, int]]:
    return tx.rows("select at, rows from bias where feed = :feed order by at", feed=feed)
