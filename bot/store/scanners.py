"""How many different people scanned, told by the keyed hashes of who did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.store import counts
from bot.store.scope import ANY, Scope, Selection, scope

if TYPE_CHECKING:
    from bot.store.database import Transaction

# The part of the hashes that `impression_sample` holds.
RATE = 64
# What an exact count may cost, in rows read; to tell a hash from those before takes as long as to
# read so many more.
_AFFORDABLE, _DISTINCT = 1_000_000, 8
# How many scans of the sample are read at most, about.
_SAMPLED = 150_000
# Fewer different hashes in a sample say nothing: they are off by more than a fifth.
_FEWEST = 25


def people(tx: Transaction, start: int, end: int, selection: Selection | Scope = ANY) -> int | None:
    """How many different hashes there are among the scans with start <= at < end.

    A hash is made with the key of its month, so that who scans in two months counts twice. Where
    reading every row would take long, it is an estimate by distinct sampling: a hash is in the
    sample or not, however often it scanned, so that the different ones in a part of the space of
    hashes, times the number of parts, estimate all (P. Gibbons, "Distinct Sampling for
    Highly-Accurate Answers to Distinct Values Queries and Event Reports", VLDB 2001). With one part
    in 64 the standard error is 8 / sqrt(people): 8 % of 10,000 people, 2.5 % of 100,000.

    None where that can't be told: rows of the period were dropped for their age, or the sample
    holds but a handful.
    """
    which = scope(tx, selection)
    if start < which.edge and counts.total(tx, start, min(end, which.edge), which):
        return None
    told = counts.told(tx, start, end, which)
    if counts.total(tx, start, end) + _DISTINCT * told <= _AFFORDABLE:
        return _different(tx, start, end, which)
    return _estimated(tx, start, end, which, told)


def _estimated(tx: Transaction, start: int, end: int, which: Scope, told: int) -> int | None:
    rate = RATE
    while told // rate > _SAMPLED:
        rate *= 2
    sampled = _different(tx, start, end, which, rate)
    return min(sampled * rate, told) if sampled >= _FEWEST else None


def _different(tx: Transaction, start: int, end: int, which: Scope, rate: int = 1) -> int:
    # Said with the very words of the index, which is the only way that either database knows it.
    sample = f"and (c.scanner & {RATE - 1}) = 0 and (c.scanner & :rest) = 0" if rate > 1 else ""
    ((people,),) = tx.rows(
        "select count(distinct c.scanner) from impression c"
        f" where c.at >= :start and c.at < :end {sample} {which.conditions()}",
        start=start,
        end=end,
        rest=rate - 1,
        **which.values(),
    )
    return int(people)
