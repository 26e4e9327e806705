"""Auditing a feed: proving by rank that the store has all of it, and mending where it has not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.domain.audit import End, Mark, first_gap, partition, probe, strays
from bot.domain.listing import FAR, Order
from bot.services.taking import Sync, Taken
from bot.store import impressions, ranks, retention

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain.audit import Gap
    from bot.domain.sweep import Sweep
    from bot.services.taking import Taker

_THOROUGH = 20
_TRIES = 4
_WALKS = 8
_MOST_PLACES = 100
_EMPTY_LOOKS = 4
_BATCH = 5_000
_LEAST_LOOKS = 48
# From so many pages on, reading all of a list takes more than two odd rows to be worth it.
_LONG = 1000


class Moved(Exception):
    """What a page shows can't be joined with what was seen before: the list moved meanwhile."""


class Disordered(Exception):
    """A page contradicts the order, or mending costs more than reading all of the list."""


@dataclass(slots=True)
class Audit:
    """One audit of an ordered feed.

    `read_top` takes in what a newest-first list has new and says whether there was anything.
    `found` is what was taken in; `looks` counts the pages that were read, `probes` those of them
    that nothing pointed at; `doubtful` says that differences were seen which may hide each other;
    `newest` is the time of the newest scan that came, in UTC seconds.
    """

    taker: Taker
    learned: Sweep
    read_top: Callable[[], bool]
    found: Sync = field(default_factory=Sync)
    looks: int = 0
    probes: int = 0
    doubtful: bool = False
    newest: int = 0
    _marks: dict[int, int] = field(default_factory=dict)
    _end: int | None = None
    _edge: int = 0

    def run(self, *, thorough: bool) -> bool:
        """Compare totals and ranks, and mend every difference; says whether the list was proven.

        Thorough looks at as many places as it may, where every poll looks at one, and where
        something can't be joined because the list moves, it tries again more often.

        Raises:
            Disordered: when only a walk over the whole list can help.
            VantioError: when Vantio gives no usable answer; what came before it is kept.
        """
        least, tries = (_THOROUGH, _TRIES) if thorough else (1, _TRIES // 2)
        proven = any(self._proves(least) for _ in range(tries))
        self.doubtful |= self._mixed or self.found.edited + self.found.mended > 0
        self.found = replace(self.found, complete=proven)
        return proven

    @property
    def _mixed(self) -> bool:
        """Whether so much was lacking and in excess that more of both may cancel each other out."""
        fewer = min(self.found.missing, self.found.deleted)
        return fewer > (1 if self.length > _LONG * self._cap else 0)

    def _proves(self, looks: int) -> bool:
        try:
            self._prove(looks)
        except Moved:
            return False
        return True

    def _prove(self, looks: int) -> None:
        """Find the end, close every gap, and look around until there were so many looks."""
        mended = self.found.repaired
        self._marks.clear()
        self._find_end()
        self._close_gaps()
        long = self.length > self._cap
        if long:
            self._look_around(looks)
        if long and looks > 1:
            self._look_at_unreadable()
        if self.found.repaired > mended and self.length and self._look(self.length - 1) != 1:
            raise Moved

    def _look_around(self, looks: int) -> None:
        """Look at places that nothing points at, evenly over the list, at one at least."""
        while self.looks < looks or not self.probes:
            number = self.learned.looks + self.probes
            places = self._unreadable() if number % 2 else []
            self.probes += 1
            even = probe(number, self.length, self._cap)
            self._look(places[number // 2 % len(places)] if places else even)
            self._close_gaps()

    def _look_at_unreadable(self) -> None:
        """Look where rows could not be read: one that is mended since changes no rank."""
        places = self._unreadable()
        first = self.learned.looks % len(places) if places else 0
        seen = range(0)
        for place in (places[first:] + places[:first])[:_MOST_PLACES]:
            if place not in seen:
                seen = range(place, place + self._look(place) - 1)
                self._close_gaps()

    def _unreadable(self) -> list[int]:
        """Offsets right before entries that are no row of ours, in the list's order."""
        with self.taker.database.read() as tx:
            ours = ranks.Ranks(tx, self.taker.key, newest_first=self._newest_first)
            return sorted(max(ours.before(at) - 1, 0) for at in ours.biased if at >= self._edge)

    def _find_end(self) -> None:
        self._end = None
        with self.taker.database.read() as tx:
            total = ranks.total(tx, self.taker.key)
            self._edge = retention.edge(tx)
        end = End(total, self._cap)
        while end.at is None:
            before = self.found.new
            end.tell(self._look(end.offset), new=self.found.new > before)
        self._end = end.at
        if total and not self._end:
            self._believe_empty()

    def _believe_empty(self) -> None:
        """Mark all rows as deleted, but only when the list is seen to be empty again and again."""
        if any(self._look(0, strict=False) for _ in range(_EMPTY_LOOKS)):
            raise Moved
        while rows := self._all_rows():
            self._took(Taken(deleted=self.taker.delete(rows)))
        with self.taker.database.write() as tx:
            ranks.clear_bias(tx, self.taker.key)

    def _all_rows(self) -> frozenset[str]:
        with self.taker.database.read() as tx:
            rows = impressions.between(tx, self.taker.key, -FAR, FAR, _BATCH)
        return frozenset(id_ for _, id_ in rows)

    def _close_gaps(self) -> None:
        gap = first_gap(self._all_marks())
        if gap:
            self._expect_no_growth()
        while gap:
            self._close(gap)
            gap = first_gap(self._all_marks())

    def _close(self, gap: Gap) -> None:
        offset = gap.offset(self._cap)
        beyond = offset + self._look(offset)
        inside = [mark for mark in self._marks if gap.before.offset < mark < gap.after.offset]
        if inside:
            if strays(self._all_marks(), gap):
                self._expect_no_growth()
                self.doubtful = True
        elif offset < max(gap.before.offset, 1) and self._shows_end_of(gap, beyond):
            self._expect_closed(gap)
        else:
            self._read_through(gap)

    def _shows_end_of(self, gap: Gap, beyond: int) -> bool:
        return beyond > gap.after.offset or beyond == self._end

    def _expect_no_growth(self) -> None:
        """What differs may have come on top just now, which has moved everything below."""
        if self._newest_first and self.read_top():
            raise Moved

    def _expect_closed(self, gap: Gap) -> None:
        still = first_gap(self._all_marks())
        if not still or still.before.offset > gap.before.offset:
            return
        sides = [self._time(mark.offset) < self._edge for mark in (still.before, still.after)]
        if sides[0] == sides[1]:
            raise Moved
        # What came or went before the edge of retention counts nowhere, but the ranks must know.
        with self.taker.database.write() as tx:
            ranks.add_bias(tx, self.taker.key, self._edge - 1, still.lacking)

    def _read_through(self, gap: Gap) -> None:
        """Walk over what no single page shows whole: equal times, more than a page of them.

        Their order may differ from page to page, so that one walk may miss some; the ranks behind
        them say when none is missing any more.
        """
        gone: frozenset[str] | None = None
        for _ in range(_WALKS):
            unlisted = self._walk(gap)
            gone = unlisted if gone is None else gone & unlisted
            still = first_gap(self._all_marks())
            if not still or still.before.offset > gap.before.offset:
                return
            # What no walk saw is gone only where exactly so much is too many: else it was missed.
            if len(gone) == -still.lacking:
                self._took(Taken(deleted=self.taker.delete(gone)))
        raise Moved

    def _walk(self, gap: Gap) -> frozenset[str]:
        """Take in every page of a gap; returns the rows of ours that none of them lists."""
        offset = max(gap.before.offset - 1, 0)
        listed, repeats, holes = set[str](), set[str](), set[int]()
        while offset < gap.after.offset:
            page = self.taker.ask(offset)
            with self.taker.database.write() as tx:
                # Pages of a group whose order changes prove nothing one by one.
                self._took(self.taker.keep(tx, page, offset, Order.NONE))
            ids = Counter(row.id for row in page.rows)
            listed |= ids.keys()
            repeats |= {id_ for id_, times in ids.items() if times > 1}
            holes |= {offset + hole for hole in page.holes}
            if page.size == 0:
                raise Moved
            offset += max(page.size - 1, 1)
        inside = {hole for hole in holes if gap.before.offset <= hole < gap.after.offset}
        return self._unlisted(gap, listed, len(inside) + len(repeats))

    def _unlisted(self, gap: Gap, listed: set[str], surplus: int) -> frozenset[str]:
        first, beyond = (self._time(mark.offset) for mark in (gap.before, gap.after))
        low, high = (beyond, first + 1) if self._newest_first else (first - 1, beyond)
        if low + 1 >= high:
            raise Moved
        at = first if abs(first) < FAR else (FAR - 1 if self._newest_first else 1 - FAR)
        with self.taker.database.write() as tx:
            ranks.set_bias(tx, self.taker.key, low, high, {at: surplus})
            there = impressions.between(tx, self.taker.key, low, high)
        return frozenset(id_ for _, id_ in there) - listed

    def _time(self, offset: int) -> int:
        """The time that begins at a mark; that of the ends of the list is far away."""
        if offset in self._marks:
            return self._marks[offset]
        return FAR if (offset == 0) == self._newest_first else -FAR

    def _spend(self) -> None:
        self.looks += 1
        if self.looks > _LEAST_LOOKS + self.length // max(self._cap - 1, 1):
            raise Disordered

    def _look(self, offset: int, *, strict: bool = True) -> int:
        """Take in the page at an offset and note where times begin on it; returns its size."""
        self._spend()
        taken = self.taker.take(offset, self.learned.order, self._end, self._marks)
        if taken.size == 0:
            if self._end is None or not strict:
                return 0
            raise Moved
        if taken.look is None:
            raise Disordered
        self._took(taken)
        if self._end is not None and offset + taken.size > self._end:
            raise Moved
        for marks in partition(taken.look.marks, self._edge):
            self._marks.update(marks[:1] + marks[-1:])
        return taken.size

    def _took(self, taken: Taken) -> None:
        self.found = self.found.plus(Sync.of(taken, self.learned.frontier))
        self.newest = max([self.newest, *(row.scanned_at for row in taken.new)])

    def _all_marks(self) -> list[Mark]:
        with self.taker.database.read() as tx:
            ours = ranks.Ranks(tx, self.taker.key, newest_first=self._newest_first)
            # Before the edge of retention there is nothing to compare with any more: the drift of
            # that end of the list holds for all of it.
            old = self.length - ours.total if self._newest_first else 0
            marks = [
                Mark(offset, ours.before(at) if at >= self._edge else offset - old)
                for offset, at in self._marks.items()
            ]
            return sorted([Mark(0, 0), *marks, Mark(self.length, ours.total)])

    @property
    def _newest_first(self) -> bool:
        return self.learned.order is Order.NEWEST

    @property
    def _cap(self) -> int:
        return self.learned.reach

    @property
    def length(self) -> int:
        """How many entries the list has, 0 before its end was found."""
        return self._end or 0
