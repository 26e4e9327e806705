"""One line of the table, and how its numbers are taken."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


_HUNDRED = 100
_FEWEST, _ENOUGH, _PATIENCE = 40, 1.5, 10.0  # runs, seconds, seconds


class UnmeasuredError(Exception):
    """A figure can't be taken; the text says why, in one line."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, what it is measured against, and what is to be reached.

    `ratio` is the measured number over the one beside it. `met` is None where nothing is to be
    reached.
    """

    what: str
    measured: str
    beside: str = ""
    ratio: float | None = None
    target: str = ""
    met: bool | None = None


def milliseconds(amount: float) -> str:
    """Milliseconds with as many digits as mean something."""
    return f"{amount:,.{0 if amount >= _HUNDRED else 2}f} ms"


def timed(work: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def percentiles(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """Median and 99th percentile of so many calls, in milliseconds.

    Slow work is done less often, but at least `_FEWEST` times unless that takes too long.
    """
    times: list[float] = []
    began = time.monotonic()
    while len(times) < runs:
        times.append(timed(work) * 1000)
        if time.monotonic() - began > (_PATIENCE if len(times) < _FEWEST else _ENOUGH):
            break
    times.sort()
    return times[len(times) // 2], times[min(len(times) - 1, round(len(times) * 0.99))]
