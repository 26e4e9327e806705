"""Sweeping the feeds into the store: every impression once, and never a page half done."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain import sweep as sweeping
from bot.services.scanners import Scanners
from bot.store import cursors, impressions, quarantine
from bot.vantio.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.domain.model import Impression, Reject
    from bot.domain.sweep import Sweep
    from bot.services.asking import Asking
    from bot.store.database import Database, Transaction
    from bot.vantio.wire import Page

logger = logging.getLogger(__name__)

EVERYTHING = "impressions"


@dataclass(frozen=True, slots=True)
class Sync:
    """What one poll brought; `requests` counts those for pages of scans, those in vain included.

    `history` says that these rows were there before the bot was: nobody wants to be told of them.
    """

    new: int = 0
    repeated: int = 0
    quarantined: int = 0
    requests: int = 0
    complete: bool = True
    history: bool = False

    def plus(self, other: Sync) -> Sync:
        """Both together."""
        return Sync(
            self.new + other.new,
            self.repeated + other.repeated,
            self.quarantined + other.quarantined,
            self.requests + other.requests,
            self.complete and other.complete,
            self.history or other.history,
        )


@dataclass(frozen=True, slots=True)
class Feed:
    """One list of impressions: of a program, or of the whole account (None)."""

    program: str | None = None

    @property
    def name(self) -> str:
        """The feed's identity in the store."""
        return EVERYTHING if self.program is None else f"{EVERYTHING}/{self.program}"


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
        full_every: int,
    ) -> None:
        """`full_every` is the time between two sweeps of the whole list, in seconds."""
        self._database = database
        self._asking = asking
        self._feeds = feeds
        self._clock = clock
        self._full_every = full_every

    def sync(self, *, full: bool = False, progress: Callable[[Sync], None] | None = None) -> Sync:
        """One poll of every feed; `progress` hears after each page what came so far.

        Raises:
            VantioError: when Vantio gives no usable answer; what came before it is kept.
            StoreError: when the store can't take a page.
        """
        result = Sync()
        for feed in self._feeds:
            result = self._sweep(feed, result, full=full, progress=progress or _unheard)
        return result

    def watched_since(self) -> int:
        """When the first sweep began that finished: what was scanned before it is history."""
        with self._database.read() as tx:
            sweeps = [sweeping.load(cursors.load(tx, feed.name)) for feed in self._feeds]
        return max(sweep.since for sweep in sweeps)

    def _sweep(
        self, feed: Feed, result: Sync, *, full: bool, progress: Callable[[Sync], None]
    ) -> Sync:
        sweep = self._begin(feed, full=full)
        result = result.plus(Sync(history=sweep.first))
        while sweep.under_way:
            asked = self._asking.pages_asked
            page = self._page(feed, sweep)
            result = result.plus(Sync(requests=self._asking.pages_asked - asked))
            if page is None:
                sweep = sweeping.refused(sweep) or sweep
                continue
            sweep, brought = self._keep(feed, sweep, page)
            result = result.plus(brought)
            progress(result)
        return result.plus(Sync(complete=not sweep.torn))

    def _begin(self, feed: Feed, *, full: bool) -> Sweep:
        now = self._clock()
        with self._database.read() as tx:
            learned = sweeping.load(cursors.load(tx, feed.name))
        overdue = now - learned.full_at >= self._full_every
        return sweeping.begin(learned, now, full=full or overdue)

    def _page(self, feed: Feed, sweep: Sweep) -> Page[Impression] | None:
        """The page that the sweep asks for; None where Vantio refuses to list so many rows."""
        try:
            return self._asking.impressions(feed.program, sweep.limit, sweep.offset)
        except BadRequest:
            if sweep.limit == 1:
                raise
            logger.info("Vantio refuses %d rows a page; asking for fewer.", sweep.limit)
            return None

    def _keep(self, feed: Feed, sweep: Sweep, page: Page[Impression]) -> tuple[Sweep, Sync]:
        seen = sweeping.Seen(
            tuple(row.id for row in page.rows),
            tuple(row.scanned_at for row in page.rows),
            page.size,
        )
        following = sweeping.take(sweep, seen)
        finished_at = None if following.under_way else following.started_at
        with self._database.write() as tx:
            new, quarantined = take_in(tx, feed.name, page.rows, page.rejects, self._clock())
            cursors.save(tx, feed.name, sweeping.dump(following), finished_at)
        return following, Sync(len(new), len(page.rows) - len(new), quarantined)


def take_in(
    tx: Transaction, feed: str, rows: Sequence[Impression], rejects: Sequence[Reject], now: int
) -> tuple[list[Impression], int]:
    """Keep rows that are impressions and rows that can't be; the one door into the store.

    A row in quarantine whose mended version is among the impressions leaves it.

    Returns the impressions that were new, and how many rows are newly in quarantine.
    """
    new = impressions.add(tx, rows, Scanners(tx)).new
    quarantine.release(tx, EVERYTHING, {row.id for row in rows})
    return new, quarantine.add(tx, feed, rejects, now)


def _unheard(_: Sync) -> None:
    """Nobody listens."""
