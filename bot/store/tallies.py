"""Tallies: scans counted per hour, day and 32 days, and impressions listed per feed and hour.

Both change in the transaction that changes the impressions that they count. While a first load is
under way scans are tallied in a stretch of time alone, and the others are counted from their rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from bot.store import bulk
from bot.store.stretch import tallied

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.store.database import Transaction, Value

# In seconds.
HOUR = 3600
# In hours: an hour, a day, 32 days. Each holds a whole number of the one before.
WIDTHS = (1, 24, 768)

# A row of `impression`: at, id, poster, program, ambassador, agent, scanner, feed.
Record = tuple[int, "Value", int, int, int, int, int | None, int]
_Counts = dict[tuple[int, ...], int]


class _Counted(NamedTuple):
    """Scans by some key, and those of them that tell who scanned; mostly one and the same."""

    scans: _Counts
    told: _Counts

    def through(self, sums: Callable[[_Counts], _Counts]) -> _Counted:
        """Both summed up in the same way."""
        scans = sums(self.scans)
        return _Counted(scans, scans if self.told is self.scans else sums(self.told))


def widths(tx: Transaction) -> tuple[int, ...]:
    """The widths of the tallies that are whole: none while a first load is under way."""
    return () if tx.rows("select 1 from first_load") else WIDTHS


def lying(name: str, posters: str = "poster k") -> str:
    """The tallies of every poster, by this name and as they lie, to be put before conditions.

    They lie poster by poster; `posters` is a table of the keys of all that have any.
    """
    key = f"{posters.rsplit(maxsplit=1)[-1]}.key"
    return f"{posters} cross join tally {name} where {name}.poster = {key} and"


def change(tx: Transaction, added: Sequence[Record], removed: Sequence[Record] = ()) -> None:
    """Count impressions that were written, and no longer those that were removed.

    What comes to nothing leaves its table.
    """
    inside = tallied(tx).of
    _tally(tx, _changed(inside(added), inside(removed)), shrinking=bool(removed))
    listed = _listed(added)
    if removed:
        listed = _less(listed, _listed(removed))
    _list(tx, listed, shrinking=bool(removed))


def claim(tx: Transaction, claimed: Sequence[Record], feed: int) -> None:
    """List impressions under another feed than the one that their records name."""
    after: _Counts = Counter([(feed, each[0] // HOUR) for each in claimed])
    _list(tx, _less(after, _listed(claimed)), shrinking=True)


def _changed(added: Sequence[Record], removed: Sequence[Record]) -> _Counted:
    """What came to the hours."""
    more = _hours(added)
    if not removed:
        return more
    fewer = _hours(removed)
    return _Counted(_less(more.scans, fewer.scans), _less(more.told, fewer.told))


def _hours(records: Sequence[Record]) -> _Counted:
    hashed = [each for each in records if each[6] is not None]
    scans = _by_hour(records)
    return _Counted(scans, scans if len(hashed) == len(records) else _by_hour(hashed))


def _by_hour(records: Sequence[Record]) -> _Counts:
    return Counter(
        [
            (at // HOUR, poster, program, ambassador)
            for at, _, poster, program, ambassador, _, _, _ in records
        ]
    )


def _listed(records: Sequence[Record]) -> _Counts:
    return Counter([(feed, at // HOUR) for at, _, _, _, _, _, _, feed in records if feed])


def _less(counts: _Counts, others: _Counts) -> _Counts:
    left = Counter(counts)
    left.subtract(others)
    return left


def _tally(tx: Transaction, counted: _Counted, *, shrinking: bool) -> None:
    for width in WIDTHS:
        if width > 1:
            counted = counted.through(_to(width))
        _add(tx, _TALLY, _EMPTY_TALLY, _rows(width, counted), shrinking=shrinking)
        rows = _rows(width, counted.through(_of_programs))
        _add(tx, _PROGRAM_TALLY, _EMPTY_PROGRAM_TALLY, rows, shrinking=shrinking)


def _list(tx: Transaction, listed: _Counts, *, shrinking: bool) -> None:
    rows = [(*key, count) for key, count in listed.items() if count]
    _add(tx, _LISTED, _EMPTY_LISTED, rows, shrinking=shrinking)


def _to(width: int) -> Callable[[_Counts], _Counts]:
    def widened(counts: _Counts) -> _Counts:
        wider: _Counts = defaultdict(int)
        for (start, poster, program, ambassador), count in counts.items():
            wider[start - start % width, poster, program, ambassador] += count
        return wider

    return widened


def _of_programs(counts: _Counts) -> _Counts:
    summed: _Counts = defaultdict(int)
    for (start, _, program, _), count in counts.items():
        summed[start, program] += count
    return summed


def _rows(width: int, counted: _Counted) -> list[tuple[int, ...]]:
    told = counted.told
    return [(width, *key, scans, told.get(key, 0)) for key, scans in counted.scans.items()]


def _add(
    tx: Transaction, add: str, drop: str, rows: Sequence[tuple[int, ...]], *, shrinking: bool
) -> None:
    bulk.write(tx, add, rows)
    if shrinking:
        size = drop.count("?")
        tx.many(drop, [row[:size] for row in rows])


_TALLY = """
insert into tally (width, start, poster, program, ambassador, scans, told)
values {rows}
on conflict (poster, width, start, program, ambassador) do update
set scans = tally.scans + excluded.scans, told = tally.told + excluded.told
"""
_EMPTY_TALLY = """
delete from tally
where width = ? and start = ? and poster = ? and program = ? and ambassador = ? and scans <= 0
"""
_PROGRAM_TALLY = """
insert into program_tally (width, start, program, scans, told) values {rows}
on conflict (width, start, program) do update
set scans = program_tally.scans + excluded.scans, told = program_tally.told + excluded.told
"""
_EMPTY_PROGRAM_TALLY = """
delete from program_tally where width = ? and start = ? and program = ? and scans <= 0
"""
_LISTED = """
insert into listed (feed, hour, rows) values {rows}
on conflict (feed, hour) do update set rows = listed.rows + excluded.rows
"""
_EMPTY_LISTED = "delete from listed where feed = ? and hour = ? and rows <= 0"
