"""Catching up with one feed: a sweep for what is new, then an audit for the proof."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.domain import sweep as sweeping
from bot.domain.listing import Order
from bot.services.auditing import Audit, Disordered
from bot.services.sweeping import Walk
from bot.services.taking import Sync, Taken
from bot.store import census, cursors, first_load, ranks

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain.sweep import Sweep
    from bot.services.pages import Pages
    from bot.services.taking import Taker

_WALKS = 3
# Reading all of so few pages costs no more than a thorough audit.
_SHORT = 12


@dataclass(slots=True)
class CatchUp:
    """One feed being brought together with the store.

    `learned` is what is known of the list; `began` is the present, in UTC seconds; `to_read` and
    `to_audit` say that all of it is due to be read, or to be proven; `read_all`, that it was read
    all by now. `heard` is called with what came since it was called last.
    """

    taker: Taker
    pages: Pages
    learned: Sweep
    heard: Callable[[Sync], None]
    began: int
    to_read: bool
    to_audit: bool
    read_all: bool = False

    def sync(self, *, full: bool = False) -> bool:
        """Take in what is new; says whether the store was proven to have all of the list.

        Raises:
            VantioError: when Vantio gives no usable answer; what came before it is kept.
        """
        first = self.learned.first
        if full or self._must_walk:
            self._walk(full=full or self.to_read)
        if not self.learned.order.known:
            return not self.learned.torn
        unsure = self.learned.torn or self.learned.resumed
        return self._prove(thorough=unsure or (self.to_audit and not first))

    def audit(self) -> bool:
        """Prove that the store has all of the list, and mend what differs.

        Raises:
            VantioError: when Vantio gives no usable answer; what came before it is kept.
        """
        self.to_audit = True
        proven = self.sync()
        if self.learned.order.known:
            return proven
        self.heard(Sync(unordered=True))
        for _ in range(_WALKS):
            if proven and not self._suspects():
                return True
            self._walk(full=True)
            proven = not self.learned.torn
        return proven and not self._suspects()

    @property
    def _must_walk(self) -> bool:
        """Whether more is to be read than what stands after the end of what is known."""
        ends_with_the_newest = self.learned.order is Order.OLDEST and not self.learned.under_way
        return not ends_with_the_newest or self.learned.torn or self.to_read

    def _walk(self, *, full: bool = False) -> None:
        """One sweep, to its end."""
        sweep = sweeping.begin(self.learned, self.taker.clock(), full=full)
        self.heard(Sync(history=sweep.first))
        if sweep.first:
            first_load.begin(self.taker.database)
        if sweep.full:
            self.read_all = True
            self._read_along(sweep)
        self._follow(sweep)
        self.pages.read_no_further()
        first_load.finish(self.taker.database)

    def _read_top(self) -> bool:
        """Take in what a newest-first list has new on top; says whether there was anything."""
        before = self.learned
        came = self._follow(sweeping.begin_at_top(before, self.taker.clock()))
        torn = before.torn or self.learned.torn
        self.learned = replace(self.learned, torn=torn, resumed=before.resumed)
        return came.new > 0

    def _follow(self, sweep: Sweep) -> Sync:
        """Walk where a sweep leads; returns what came."""
        before, came = self.learned.frontier, Sync()

        def heard(taken: Taken) -> None:
            nonlocal came
            brought = Sync.of(taken, before)
            came = came.plus(brought)
            self.heard(brought)

        self.learned = Walk(self.taker, sweep, self.pages.of, heard).run()
        if came.edited + came.mended and not sweep.full:
            self.learned = replace(self.learned, doubtful=True)
        return came

    def _read_along(self, sweep: Sweep) -> None:
        """Read all of the list, several pages at a time where Vantio takes that well."""
        with self.taker.database.read() as tx:
            known = 0 if sweep.first else ranks.total(tx, self.taker.key)
        length = self.pages.read_along(known)
        if sweep.first:
            self.heard(Sync(length=length))

    def _prove(self, *, thorough: bool) -> bool:
        audit = self._audit(thorough=thorough)
        short = audit is not None and audit.length <= _SHORT * self.learned.reach
        if audit is not None and not (thorough and (short or self.learned.doubtful)):
            return audit.found.complete
        if self.read_all:
            # All of it was read just now, and the list moved on: the next poll goes on.
            return audit is not None and audit.found.complete and not self.learned.doubtful
        # What ranks can't tell, reading all of it does; and a last look at the totals.
        self._walk(full=True)
        if not self.learned.order.known:
            return not self.learned.torn
        audit = self._audit(thorough=False)
        return audit is not None and audit.found.complete

    def _audit(self, *, thorough: bool) -> Audit | None:
        """One audit; None where only reading all of the list can tell."""
        audit = Audit(self.taker, self.learned, self._read_top)
        try:
            audit.run(thorough=thorough)
        except Disordered:
            self.heard(audit.found)
            return None
        self.heard(audit.found)
        self._learn(audit, thorough=thorough)
        return audit

    def _learn(self, audit: Audit, *, thorough: bool) -> None:
        learned = replace(
            self.learned,
            looks=self.learned.looks + audit.probes,
            doubtful=self.learned.doubtful or audit.doubtful,
            empty_since=(self.learned.empty_since or self.began) if audit.empty else 0,
        )
        if audit.found.complete:
            # A scan from the future would make every later one of the day a late one.
            newest = max(learned.frontier or 0, min(audit.newest, self.began))
            learned = replace(learned, torn=False, resumed=False, frontier=newest)
            if thorough or self.read_all:
                learned = replace(learned, audited_at=self.began)
        self.learned = learned
        with self.taker.database.write() as tx:
            at = self.began if audit.found.complete else None
            cursors.save(tx, self.taker.feed.name, sweeping.dump(learned), at)

    def _suspects(self) -> int:
        with self.taker.database.read() as tx:
            return census.suspects(tx, self.taker.key)
