"""One line of the table."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Figure(NamedTuple):
    what: str
    measured: str
    beside: str
    ratio: str


def rate(what: str, count: int, seconds: float, other: str, other_seconds: float) -> Figure:
    """Rows a second, beside another way to go through the same rows."""
    return Figure(
        what,
        f"{count / seconds:,.0f} rows/s",
        f"{other}: {count / other_seconds:,.0f} rows/s",
        f"{other_seconds / seconds:.2f}",
    )


def timed(work: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def percentiles(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """Median and 99th percentile of so many calls, in milliseconds."""
    times = sorted(timed(work) * 1000 for _ in range(runs))
    return times[len(times) // 2], times[min(len(times) - 1, round(len(times) * 0.99))]
