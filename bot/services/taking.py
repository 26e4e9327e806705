"""Taking pages into the store: rows, what can't be one, and what an ordered page proves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.domain import listing
from bot.domain.listing import FAR, Order, Seen
from bot.services.scanners import Scanners
from bot.store import impressions, quarantine, ranks, retention

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.domain.listing import Look
    from bot.domain.model import Impression, Reject
    from bot.store.database import Database, Transaction
    from bot.vantio.wire import Page

EVERYTHING = "impressions"
IMPORTED = 0


@dataclass(frozen=True, slots=True)
class Feed:
    """One list of impressions: of a program, or of the whole account (None)."""

    program: str | None = None

    @property
    def name(self) -> str:
        """The feed's identity in the store."""
        return EVERYTHING if self.program is None else f"{EVERYTHING}/{self.program}"


@dataclass(frozen=True, slots=True)
class Taken:
    """What pages brought: impressions that were new, rows that changed, rows for quarantine.

    `size` is how many entries there were; `mended` ones had been in quarantine. `look` is what an
    ordered page shows, None where it contradicts the order. `unlisted` are ids that the store has
    where the page has none, `deleted` how many such were marked because a second look agreed.
    """

    size: int = 0
    new: Sequence[Impression] = ()
    repeated: int = 0
    edited: int = 0
    quarantined: int = 0
    deleted: int = 0
    mended: int = 0
    look: Look | None = None
    unlisted: frozenset[str] = frozenset()

    def plus(self, other: Taken) -> Taken:
        """Both together, with what the other looked at."""
        return Taken(
            self.size + other.size,
            (*self.new, *other.new),
            self.repeated + other.repeated,
            self.edited + other.edited,
            self.quarantined + other.quarantined,
            self.deleted + other.deleted,
            self.mended + other.mended,
            other.look,
            other.unlisted,
        )


@dataclass(frozen=True, slots=True)
class Sync:
    """What a poll or an audit brought; `requests` counts those for pages, those in vain included.

    `new` impressions came in, of which `missing` are older than the last sweep: they came late or
    had been lost. `deleted` ones had vanished upstream, `edited` ones changed, and `mended` ones
    had been in quarantine. `complete` says that the store was proven to have all of the list.
    `history` says that these rows were there before the bot was: nobody wants to be told of them.
    `length` is how many entries are listed, as far as is known; `unordered` says that the list has
    no order, so that only reading all of it proves anything.
    """

    new: int = 0
    repeated: int = 0
    quarantined: int = 0
    requests: int = 0
    complete: bool = True
    history: bool = False
    missing: int = 0
    deleted: int = 0
    edited: int = 0
    mended: int = 0
    length: int = 0
    unordered: bool = False

    @classmethod
    def of(cls, taken: Taken, since: int | None) -> Sync:
        """The same in numbers; what was scanned up to `since` came late or had been lost."""
        late = 0 if since is None else sum(row.scanned_at <= since for row in taken.new)
        return cls(
            len(taken.new),
            taken.repeated,
            taken.quarantined,
            missing=late,
            deleted=taken.deleted,
            edited=taken.edited,
            mended=taken.mended,
        )

    @property
    def repaired(self) -> int:
        """How many differences between list and store were found, each of which was mended."""
        return self.missing + self.deleted + self.edited

    def plus(self, other: Sync) -> Sync:
        """Both together."""
        return Sync(
            self.new + other.new,
            self.repeated + other.repeated,
            self.quarantined + other.quarantined,
            self.requests + other.requests,
            self.complete and other.complete,
            self.history or other.history,
            self.missing + other.missing,
            self.deleted + other.deleted,
            self.edited + other.edited,
            self.mended + other.mended,
            self.length + other.length,
            self.unordered or other.unordered,
        )


@dataclass(frozen=True, slots=True)
class Taker:
    """Takes pages of a feed into the store; `ask` brings the one at an offset.

    `key` is the key of the feed in the store.
    """

    database: Database
    feed: Feed
    key: int
    ask: Callable[[int], Page[Impression]]
    clock: Callable[[], int]

    def take(
        self,
        offset: int,
        order: Order,
        end: int | None = None,
        known: Mapping[int, int] | None = None,
    ) -> Taken:
        """Take in the page at an offset, and what it proves of an ordered list.

        Rows that it should list and does not are marked as deleted when a second look agrees.
        `end` is where the list ends, and `known` where times begin, as far as that is known.
        """
        return self.confirm(self._take(offset, order, end, known), offset, order, end, known)

    def confirm(
        self,
        taken: Taken,
        offset: int,
        order: Order,
        end: int | None = None,
        known: Mapping[int, int] | None = None,
    ) -> Taken:
        """Where a page that was kept lacks rows, look a second time, and mark what it lacks still.

        See `take` for the rest.
        """
        if not taken.unlisted:
            return taken
        again = self._take(offset, order, end, known)
        gone = taken.unlisted & again.unlisted
        return replace(taken.plus(again), size=again.size, deleted=self.delete(gone))

    def delete(self, ids: frozenset[str]) -> int:
        """Mark rows as deleted upstream; returns how many there were."""
        if not ids:
            return 0
        with self.database.write() as tx:
            return impressions.delete(tx, sorted(ids), self.clock())

    def keep(
        self,
        tx: Transaction,
        page: Page[Impression],
        offset: int,
        order: Order,
        end: int | None = None,
        known: Mapping[int, int] | None = None,
    ) -> Taken:
        """Take in one page that was read; see `take`."""
        taken = self.keep_all(tx, [page])
        if not order.known:
            return taken
        ends = offset + page.size == end
        look = listing.look(offset, seen_of(page), order, ends=ends, known=known)
        if look is None:
            return taken
        self._note(tx, look, order)
        there = impressions.between(tx, self.key, look.low, look.high)
        unlisted = frozenset(id_ for _, id_ in there) - look.ids
        return replace(taken, look=look, unlisted=unlisted)

    def keep_all(self, tx: Transaction, pages: Sequence[Page[Impression]]) -> Taken:
        """Take in the rows of several pages that were read, whatever their order."""
        rows = [row for page in pages for row in page.rows]
        rejects = [reject for page in pages for reject in page.rejects]
        taken = take_in(tx, self.feed.name, rows, rejects, self.clock(), self.key)
        return replace(taken, size=sum(page.size for page in pages))

    def note(self, tx: Transaction, page: Page[Impression], offset: int, order: Order) -> None:
        """Keep how many entries of an ordered page are no row of their own, for the ranks."""
        look = listing.look(offset, seen_of(page), order) if order.known else None
        if look is not None:
            self._note(tx, look, order)

    def _note(self, tx: Transaction, look: Look, order: Order) -> None:
        edge = retention.edge(tx)
        surplus = {each.at: each.surplus for each in look.whole if each.surplus and each.at >= edge}
        if look.leading:
            surplus[FAR - 1 if order is Order.NEWEST else 1 - FAR] = look.leading
        if surplus or ranks.has_bias(tx, self.key):
            # Of what is older only the sum is known.
            low = max(look.low, edge - 1) if edge else look.low
            ranks.set_bias(tx, self.key, low, max(look.high, low), surplus)

    def _take(
        self,
        offset: int,
        order: Order,
        end: int | None = None,
        known: Mapping[int, int] | None = None,
    ) -> Taken:
        page = self.ask(offset)
        with self.database.write() as tx:
            return self.keep(tx, page, offset, order, end, known)


def take_in(
    tx: Transaction,
    source: str,
    rows: Sequence[Impression],
    rejects: Sequence[Reject],
    now: int,
    feed: int = IMPORTED,
) -> Taken:
    """Keep rows that are impressions and rows that can't be; the one door into the store.

    A row in quarantine whose mended version is among the impressions leaves it.

    Args:
        tx: The transaction that all of it belongs to.
        source: Where the rows come from, for those in quarantine.
        rows: Impressions, in the order of their source.
        rejects: What is none.
        now: UTC seconds.
        feed: The key of the feed that lists them, 0 for rows from elsewhere.
    """
    added = impressions.add(tx, rows, Scanners(tx), feed)
    return Taken(
        len(rows) + len(rejects),
        added.new,
        len(rows) - len(added.new),
        added.edited,
        quarantine.add(tx, source, rejects, now),
        mended=quarantine.release(tx, EVERYTHING, {row.id for row in rows}),
    )


def seen_of(page: Page[Impression]) -> Seen:
    """The page as a sweep and an audit see it."""
    return Seen(
        tuple(row.id for row in page.rows),
        tuple(row.scanned_at for row in page.rows),
        page.size,
        page.holes,
    )
