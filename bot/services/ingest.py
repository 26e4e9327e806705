"""Bringing all feeds and the store together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.domain import sweep as sweeping
from bot.services.catching_up import CatchUp
from bot.services.pages import Pages
from bot.services.taking import Feed, Sync, Taker
from bot.store import cursors, ranks
from bot.store.keys import feed_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.services.asking import Asking
    from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Intervals:
    """How often, in seconds, all of a list is proven, and read."""

    audit_every: int
    read_every: int


def feeds_of(programs: Sequence[str]) -> list[Feed]:
    """The feeds to sweep: one for each chosen program, or the account's."""
    return [Feed(program) for program in programs] or [Feed()]


class Ingest:
    """Polls all feeds; safe to run in several processes, since rows and cursor commit together."""

    def __init__(
        self,
        database: Database,
        asking: Asking,
        feeds: Sequence[Feed],
        clock: Callable[[], int],
        intervals: Intervals,
    ) -> None:
        self._database = database
        self._asking = asking
        self._feeds = feeds
        self._clock = clock
        self._intervals = intervals

    def sync(self, *, full: bool = False, progress: Callable[[Sync], None] | None = None) -> Sync:
        """One poll of every feed with its proof; `progress` hears what came so far.

        Raises:
            VantioError: when Vantio gives no usable answer; what came before it is kept.
            StoreError: when the store can't take a page.
        """
        return self._each(lambda feed: feed.sync(full=full), progress)

    def audit(self, progress: Callable[[Sync], None] | None = None) -> Sync:
        """Prove for every feed that the store has all of it, and mend what differs.

        Raises:
            VantioError: when Vantio gives no usable answer; what came before it is kept.
            StoreError: when the store can't take a page.
        """
        return self._each(lambda feed: feed.audit(), progress)

    def watched_since(self) -> int:
        """When the first sweep began that finished: what was scanned before it is history."""
        with self._database.read() as tx:
            sweeps = [sweeping.load(cursors.load(tx, feed.name)) for feed in self._feeds]
        return max(sweep.since for sweep in sweeps)

    def _each(
        self, work: Callable[[CatchUp], bool], progress: Callable[[Sync], None] | None
    ) -> Sync:
        result = Sync()
        begun = self._asking.pages_asked

        def heard(came: Sync) -> None:
            nonlocal result
            result = replace(result.plus(came), requests=self._asking.pages_asked - begun)
            if progress:
                progress(result)

        proven = [self._caught_up(feed, work, heard) for feed in self._feeds]
        heard(Sync())
        return replace(result, complete=all(proven))

    def _caught_up(
        self, feed: Feed, work: Callable[[CatchUp], bool], heard: Callable[[Sync], None]
    ) -> bool:
        now = self._clock()
        with self._database.write() as tx:
            key = feed_key(tx, feed.name)
            learned = sweeping.load(cursors.load(tx, feed.name))
            unclaimed = ranks.total(tx, key) == 0
        to_read = unclaimed or now - learned.full_at >= self._intervals.read_every
        to_audit = now - learned.audited_at >= self._intervals.audit_every
        with Pages(self._asking, feed.program, learned) as pages:
            taker = Taker(self._database, feed, key, pages.at, self._clock)
            return work(CatchUp(taker, pages, learned, heard, now, to_read, to_audit))
