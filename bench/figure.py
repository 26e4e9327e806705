"""One line of the table, and how its numbers are taken."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


_HUNDRED = 100
_PATIENCE, _FEWEST = 10.0, 3


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
    """Median and 99th percentile of so many calls, in milliseconds; of fewer if they are slow."""
    times: list[float] = []
    patience = time.monotonic() + _PATIENCE
    while len(times) < runs and (len(times) < _FEWEST or time.monotonic() < patience):
        times.append(timed(work) * 1000)
    times.sort()
    return times[len(times) // 2], times[min(len(times) - 1, round(len(times) * 0.99))]
