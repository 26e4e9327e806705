"""Making the tallies of many rows at a time, each width from a narrower one."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from bot.store.tallies import HOUR, WIDTHS, lying

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.database import Transaction
    from bot.store.stretch import Stretch

_BOUNDS = "update first_load set low = :low, high = :high"
_HOURS = """
insert into tally (width, start, poster, program, ambassador, scans, told)
select 1, (at - (at % 3600 + 3600) % 3600) / 3600, poster, program, ambassador,
    count(*), count(scanner)
from impression where at >= :low and at < :high group by poster, 2, program, ambassador
"""
_WIDER = """
insert into {table} (width, start, {keys}, scans, told)
select :wide, c.start - (c.start % :wide + :wide) % :wide, {read}, sum(c.scans), sum(c.told)
from {source} c.width = :narrow and c.start >= :first and c.start < :end group by {order}
on conflict (width, start, {keys}) do update
set scans = {table}.scans + excluded.scans, told = {table}.told + excluded.told
"""


class _Sums(NamedTuple):
    """Tallies to be summed up from others: columns, what they are read from, and their order."""

    table: str
    keys: str
    read: str
    source: str
    order: str


# Each in the order in which its table lies.
_TALLIES = _Sums(
    "tally",
    "poster, program, ambassador",
    "k.key, c.program, c.ambassador",
    lying("c"),
    "k.key, 2, c.program, c.ambassador",
)
_OF_PROGRAMS = _Sums(
    "program_tally", "program", "c.program", "program_tally c where", "2, c.program"
)
_OF_THEIR_HOURS = _OF_PROGRAMS._replace(source=lying("c"))


def extend(tx: Transaction, before: Stretch, after: Stretch) -> None:
    """Tally what another stretch has more than the one that is tallied, which lies in it."""
    if after == before:
        return
    tx.execute(_BOUNDS, low=after.low, high=after.high)
    for piece in after.without(before):
        _make(tx, piece)


def _make(tx: Transaction, piece: Stretch) -> None:
    """Tally all rows of a stretch, each width from the one before."""
    days = WIDTHS[1] * HOUR
    # A day at a bound that is none of its own holds what was counted before.
    whole = piece.low % days == piece.high % days == 0
    steps = [*pairwise(WIDTHS)] if whole else [(1, wide) for wide in WIDTHS[1:]]
    tx.execute(_HOURS, low=piece.low, high=piece.high)
    _sum_up(tx, _TALLIES, piece, steps)
    _sum_up(tx, _OF_THEIR_HOURS, piece, [(1, 1)])
    _sum_up(tx, _OF_PROGRAMS, piece, steps)


def _sum_up(tx: Transaction, sums: _Sums, piece: Stretch, steps: Iterable[tuple[int, int]]) -> None:
    query = _WIDER.format(**sums._asdict())
    first, end = piece.low // HOUR, piece.high // HOUR
    for narrow, wide in steps:
        tx.execute(query, narrow=narrow, wide=wide, first=first, end=end)
