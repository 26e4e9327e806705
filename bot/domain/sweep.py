"""One walk over a list that moves while it is read, as a pure state machine.

The feed has no cursor and no total; it may list newest first, oldest first or in no order, and its
pages may be shorter than asked. Three rules make the walk right:

- Pages overlap. The next page begins with the last row of the one before (the seam), so that a
  list that moved under the reader is seen; a seam that doesn't match sends the walk back, and from
  then on the last group of equal times is read again whole.
- The end is believed on two looks. The second is a short page without anything new, or, where no
  audit by rank can follow, an empty one.
- Only a finished sweep moves the frontier, so that a crash never hides the rest from the next one.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from bot.domain.listing import Order, Seen, direction
from bot.domain.sweep_state import MOST, Sweep, dump, load

__all__ = ["Order", "Seen", "Sweep", "begin", "begin_at_top", "dump", "load", "refused", "take"]

_RETREATS, _RETREATS_UNORDERED = 20, 3
_STUCK = 3


def begin_at_top(learned: Sweep, now: int) -> Sweep:
    """A walk over nothing but what a newest-first list has new on top."""
    return replace(learned.settled, started_at=now, under_way=True, full=False)


def begin(learned: Sweep, now: int, *, full: bool = False) -> Sweep:
    """The next walk after `learned`: a resumed one where the last was cut off, else a new one.

    `full` reads the whole list; otherwise the frontier ends the walk where the order allows.
    """
    if learned.under_way and (learned.full or not full):
        return replace(learned, resumed=True)
    endless = learned.order is not Order.NEWEST
    return replace(
        learned.settled,
        started_at=now,
        under_way=True,
        full=full or endless or learned.first or learned.torn,
        resumed=learned.under_way or learned.resumed,
    )


def take(sweep: Sweep, page: Seen) -> Sweep:
    """The walk after this page, which was read at `sweep.offset`; see `under_way` for its end."""
    if page.size == 0:
        return _take_empty(sweep)
    if sweep.beyond and sweep.seam and sweep.cap > 1:
        # Not the end after all: read on, but joined to what is known.
        return _step_back(sweep, 1)
    sweep = _learn(sweep, page)
    if _joins(sweep, page):
        return _advance(sweep, page)
    if _pushed_down(sweep, page):
        # Walk on until the seam comes by again.
        return replace(sweep, offset=sweep.offset + page.size)
    return _step_back(replace(sweep, careful=True), page.size)


def refused(sweep: Sweep) -> Sweep | None:
    """The walk with a smaller page, for a feed that refuses the limit; None below one row."""
    return replace(sweep, limit=sweep.limit // 2) if sweep.limit > 1 else None


def _learn(sweep: Sweep, page: Seen) -> Sweep:
    seen = direction(page)
    return replace(
        sweep,
        cap=max(sweep.cap, page.size),
        rising=sweep.rising or seen in {Order.OLDEST, Order.NONE},
        falling=sweep.falling or seen in {Order.NEWEST, Order.NONE},
    )


def _joins(sweep: Sweep, page: Seen) -> bool:
    """Whether the page follows on the one before without a gap, as far as can be seen."""
    unchecked = not sweep.seam or sweep.cap == 1
    return unchecked or not set(page.ids).isdisjoint(sweep.seam)


def _pushed_down(sweep: Sweep, page: Seen) -> bool:
    """Whether rows arrived on top of a newest-first list, so that this page was read before."""
    newest_first = sweep.falling and not sweep.rising
    comparable = bool(page.times and sweep.seam_times)
    return newest_first and comparable and page.times[-1] >= max(sweep.seam_times)


def _take_empty(sweep: Sweep) -> Sweep:
    if sweep.beyond:
        return _finish(sweep)
    if sweep.offset == 0:
        return replace(sweep, beyond=True)
    return _step_back(sweep, 0)


def _advance(sweep: Sweep, page: Seen) -> Sweep:
    # Only from joined pages, since above one that was reached by chance there may be unread rows;
    # and never from the future, since a wrong clock somewhere would end every later walk too soon.
    past = [at for at in page.times if at <= sweep.started_at]
    sweep = replace(sweep, newest=max((*past, sweep.newest or 0)))
    known = bool(page.ids) and page.ids[-1] in sweep.seam
    if _past_frontier(sweep, page) or _ends(sweep, page):
        return _finish(sweep)
    stride, beyond = _stride(sweep, page, known=known)
    following = replace(
        sweep if known else _remember(sweep, page),
        offset=sweep.offset + stride,
        beyond=beyond,
        stuck=sweep.stuck + 1 if _repeated(sweep, page) else 0,
        backwards=0,
    )
    if beyond and page.holes:
        # Only unreadable rows could overlap: the next page is taken as it comes.
        following = replace(following, seam=(), seam_times=())
    # A feed that answers every offset with the same rows would be walked for ever.
    return _finish(replace(following, torn=True)) if following.stuck >= _STUCK else following


def _ends(sweep: Sweep, page: Seen) -> bool:
    """Whether a page is the second look at the end: short, and without anything new.

    Where no audit by rank can follow, the end is to be seen empty as well.
    """
    ordered = sweep.rising != sweep.falling
    return ordered and 0 < page.size < sweep.cap and set(page.ids) <= set(sweep.seam)


def _stride(sweep: Sweep, page: Seen, *, known: bool) -> tuple[int, bool]:
    """How far to go on, and whether that leaves the page, so that it can only be the end.

    The last row is read again to see whether the list moved. Once it has, the last group of equal
    times is, since a new row of that time may be listed inside it, or the group be in another
    order; where a page is nothing but one group, one row must do, unless there may be more to come.
    """
    if not page.times:
        return page.size, True
    same = 1
    if sweep.careful:
        same = sum(1 for _ in takewhile(lambda at: at == page.times[-1], reversed(page.times)))
        if same == page.size < sweep.cap and not known:
            return 0, False
        same = same if same < len(page.ids) else 1
    stride = page.places[-same]
    return (stride, False) if stride else (page.size, True)


def _remember(sweep: Sweep, page: Seen) -> Sweep:
    """The sweep with the rows of this page at the end of its seam."""
    return replace(
        sweep,
        seam=(sweep.seam + page.ids)[-MOST:],
        seam_times=(sweep.seam_times + page.times)[-MOST:],
    )


def _repeated(sweep: Sweep, page: Seen) -> bool:
    """Whether this is the page before once more, as long as a page can be."""
    count = len(page.ids)
    return count > 0 and page.size == sweep.cap and page.ids == sweep.seam[-count:]


def _past_frontier(sweep: Sweep, page: Seen) -> bool:
    """Whether a newest-first list has come to times that the last finished sweep had read.

    Strictly older: rows of the frontier's own second may be listed in any order.
    """
    if sweep.full or sweep.rising or sweep.order is not Order.NEWEST or not page.times:
        return False
    return sweep.frontier is not None and page.times[-1] < sweep.frontier


def _step_back(sweep: Sweep, size: int) -> Sweep:
    unordered = sweep.rising == sweep.falling
    if sweep.retreats >= (_RETREATS_UNORDERED if unordered else _RETREATS):
        # Read on over the tear: the sweep ends incomplete, and the next one reads all again.
        return replace(sweep, seam=(), beyond=size == 0, torn=True)
    offset = max(0, sweep.offset - (max(size, 1) << sweep.backwards))
    return replace(
        sweep,
        offset=offset,
        # At the top there is nothing to join: the walk begins again.
        seam=sweep.seam if offset else (),
        beyond=False,
        backwards=sweep.backwards + 1,
        retreats=sweep.retreats + 1,
    )


def _finish(sweep: Sweep) -> Sweep:
    whole = sweep.full and not sweep.torn
    return replace(
        sweep.settled,
        order=_order(sweep),
        frontier=sweep.newest or sweep.frontier or 0,
        full_at=sweep.started_at if whole else sweep.full_at,
        since=sweep.since or sweep.started_at,
        doubtful=(sweep.doubtful and not whole) or sweep.retreats > 0,
        torn=sweep.torn,
        resumed=sweep.resumed,
    )


def _order(sweep: Sweep) -> Order:
    if sweep.rising and sweep.falling:
        return Order.NONE
    if sweep.rising:
        return Order.NONE if sweep.order is Order.NEWEST and not sweep.full else Order.OLDEST
    if sweep.falling:
        return Order.NONE if sweep.order is Order.OLDEST and not sweep.full else Order.NEWEST
    return sweep.order
