"""Whether a poster stands out: its last hour against the same hour of the weeks before."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from bot.domain.model import Spike

if TYPE_CHECKING:
    from collections.abc import Sequence

WINDOW = 3600
WEEKS = 8
_LEAST_WEEKS = 2
_DEVIATIONS = 5


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """When a poster stands out.

    `floor`: scans below which nothing is a spike. `factor`: how many times the usual count.
    `rest`: seconds of silence about a poster after it was named.
    """

    floor: int = 10
    factor: float = 3.0
    rest: int = 6 * 3600


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing is said; `reason` names why, for the log."""

    reason: str


def decide(
    poster: str,
    scans: int,
    usual: Sequence[int],
    now: int,
    last_alert: int | None,
    sensitivity: Sensitivity,
) -> Spike | Silence:
    """Judge `scans` of the hour that ends `now` against `usual`: the same hour, a week apart each.

    `usual` holds only weeks in which the poster was up. Besides the floor and the factor, the count
    must lie five Poisson standard deviations above the mean, which keeps "2 to 6" quiet.
    """
    if scans < sensitivity.floor:
        return Silence("below the floor")
    if len(usual) < _LEAST_WEEKS:
        return Silence("too little history")
    expected = sum(usual) / len(usual)
    needed = max(sensitivity.factor * expected, expected + _DEVIATIONS * sqrt(expected))
    if scans < needed:
        return Silence("within the usual")
    if last_alert is not None and now - last_alert < sensitivity.rest:
        return Silence("told already")
    reason = f"{scans} scans in an hour that usually brings {expected:.1f}"
    return Spike(poster, now, WINDOW, scans, expected, reason)
