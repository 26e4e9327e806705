"""Walking a feed into the store: what a sweep reads, and how far it has come, commit together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain import sweep as sweeping
from bot.domain.listing import Order, direction
from bot.services.taking import Taken, seen_of
from bot.store import census, cursors, first_load, ranks
from bot.vantio.errors import VantioError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain.model import Impression
    from bot.domain.sweep import Sweep
    from bot.services.taking import Taker
    from bot.store.database import Transaction
    from bot.vantio.wire import Page

# A first load commits so many pages together; what a crash loses of them is read again.
_BATCH = 16
# After so many of its rows they are tallied. Fewer at a time would slow the load down, since each
# poster's tallies lie apart; more would have to be counted row by row by whoever asks next.
_TALLIED = 40_000

Listed = tuple[int, "Page[Impression]"]  # a page at its offset


class Walk:
    """One sweep of one feed, page by page.

    Args:
        taker: Takes pages into the store.
        sweep: Where to begin.
        read: Brings the page of so many rows at an offset, None where so many are refused.
        heard: Called with what each page brought.
    """

    def __init__(
        self,
        taker: Taker,
        sweep: Sweep,
        read: Callable[[int, int], Page[Impression] | None],
        heard: Callable[[Taken], None],
    ) -> None:
        self._taker = taker
        self._sweep = sweep
        self._read = read
        self._heard = heard
        self._first = sweep.first
        self._order = sweep.order
        self._census = sweep.full and not sweep.order.known and not sweep.first
        self._pending: list[Listed] = []
        self._untallied = 0

    def run(self) -> Sweep:
        """Walk to the end; returns what is learned.

        Raises:
            VantioError: when Vantio gives no usable answer; the pages before are kept.
        """
        if self._census and not self._sweep.resumed:
            with self._taker.database.write() as tx:
                census.begin(tx, self._taker.key)
        try:
            while self._sweep.under_way:
                self._step()
        except VantioError:
            self._keep()
            raise
        return self._sweep

    def _step(self) -> None:
        offset = self._sweep.offset
        page = self._read(self._sweep.limit, offset)
        if page is None:
            self._sweep = sweeping.refused(self._sweep) or self._sweep
            return
        self._pending.append((offset, page))
        self._sweep = sweeping.take(self._sweep, seen_of(page))
        if len(self._pending) >= (_BATCH if self._sweep.full else 1) or not self._sweep.under_way:
            self._keep()

    def _keep(self) -> None:
        batch, self._pending = self._pending, []
        if not batch:
            return
        with self._taker.database.write() as tx:
            taken = self._load(tx, batch) if self._first else self._take(tx, batch)
            deleted = 0 if self._sweep.under_way else self._close(tx)
            cursors.save(tx, self._taker.feed.name, sweeping.dump(self._sweep), self._finished_at)
        if self._first:
            self._tally(batch)
        for offset, each in taken:
            self._heard(self._taker.confirm(each, offset, self._order))
        if deleted:
            self._heard(Taken(deleted=deleted))

    def _load(self, tx: Transaction, batch: list[Listed]) -> list[tuple[int, Taken]]:
        """Take in pages of a first load, which has nothing yet that the list could lack.

        Only where entries are no rows, ranks must be told, as far as the order shows.
        """
        for offset, page in batch:
            if page.size > len({row.id for row in page.rows}):
                self._taker.note(tx, page, offset, direction(seen_of(page)))
        return [(batch[0][0], self._taker.keep_all(tx, [page for _, page in batch]))]

    def _tally(self, batch: list[Listed]) -> None:
        """Let tallies follow a first load, once enough rows came, the last of them in this batch.

        They say nothing of how far the walk has come, so that they are a transaction of their own.
        """
        rows = [row for _, page in batch for row in page.rows]
        self._untallied += len(rows)
        if rows and self._untallied >= _TALLIED:
            self._untallied = 0
            times = [row.scanned_at for row in rows]
            first_load.advance(self._taker.database, min(times), max(times))

    def _take(self, tx: Transaction, batch: list[Listed]) -> list[tuple[int, Taken]]:
        if self._census:
            census.see(tx, self._taker.key, [row.id for _, page in batch for row in page.rows])
        return [(offset, self._taker.keep(tx, page, offset, self._order)) for offset, page in batch]

    def _close(self, tx: Transaction) -> int:
        """Let a walk that has seen all of a list without order say what is gone from it."""
        if self._sweep.order is Order.NONE:
            ranks.clear_bias(tx, self._taker.key)
        if not self._census:
            return 0
        if not census.saw_any(tx, self._taker.key) and ranks.total(tx, self._taker.key):
            # A service in trouble may say of every list that it is empty.
            self._sweep = replace(self._sweep, torn=True)
        if self._sweep.torn or self._sweep.order.known:
            census.forget(tx, self._taker.key)
            return 0
        return census.close(tx, self._taker.key, self._taker.clock())

    @property
    def _finished_at(self) -> int | None:
        return None if self._sweep.under_way else self._sweep.started_at
