"""What holds for the whole campus: the hours of the week, holidays, the start of term, outages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.campus.world import DAY, HOUR, SLOT, WARM_UP, WEEK, Label
from bot.sandbox.rhythm import KINDS, pace

if TYPE_CHECKING:
    from bench.campus.world import Floats, Ints

PLACES: Final = tuple(sorted(KINDS))
SLOTS_OF_DAY: Final = DAY // SLOT
SLOTS_OF_WEEK: Final = WEEK // SLOT

_HOLIDAY: Final = 0.2
_TERM_DAYS: Final = 7.0  # within so many days the rush of a new term falls to a third
_OUTAGES: Final = 3


@dataclass(frozen=True)
class Seasons:
    """The time of a campus, cut into slots of five minutes, the first at `start`.

    `level` says by slot how busy the campus is beside its usual, `open` whether scans are recorded.
    `week` gives by kind of place and slot of the week from `start` how busy it is beside its mean.
    """

    start: int
    end: int
    level: Floats
    open: Ints
    week: Floats
    labels: tuple[Label, ...]

    @property
    def slots(self) -> int:
        """How many slots there are."""
        return len(self.level)

    def spans(self, kind: str) -> list[tuple[int, int]]:
        """When there was such a thing, as start and end."""
        return [(label.start, label.end) for label in self.labels if label.kind == kind]

    def within(self, kind: str, start: int, end: int) -> bool:
        """Whether a span meets such a thing."""
        return any(start < until and since < end for since, until in self.spans(kind))


def seasons(chance: np.random.Generator, start: int, weeks: int) -> Seasons:
    """Holidays of a day and of a week, a term that starts, and outages of one to eight hours."""
    labels = (*_holidays(chance, start, weeks), _term(chance, start, weeks))
    outages = _outages(chance, start, weeks)
    edges = start + SLOT * np.arange(weeks * SLOTS_OF_WEEK)
    level = np.ones(len(edges))
    for label in labels:
        inside = (label.start <= edges) & (edges < label.end)
        since = (edges[inside] - label.start) / DAY
        level[inside] *= _HOLIDAY if label.kind == "holiday" else 1 + np.exp(-since / _TERM_DAYS)
    shut = [(label.start <= edges) & (edges < label.end) for label in outages]
    is_open = ~np.any(shut, axis=0)
    end = start + weeks * WEEK
    return Seasons(start, end, level, is_open.astype(np.int64), _week(start), (*labels, *outages))


def _holidays(chance: np.random.Generator, start: int, weeks: int) -> list[Label]:
    """A week and, in another week, a day."""
    free = range(min(WARM_UP // WEEK, weeks - 1), weeks)
    first = int(chance.choice(free))
    other = int(chance.choice([week for week in range(weeks) if week != first] or [first]))
    day = start + other * WEEK + int(chance.integers(7)) * DAY
    return [
        Label("holiday", "overall", "", begin, begin + length)
        for begin, length in ((start + first * WEEK, WEEK), (day, DAY))
    ]


def _term(chance: np.random.Generator, start: int, weeks: int) -> Label:
    begin = start + int(chance.integers(weeks)) * WEEK
    return Label("term", "overall", "", begin, min(begin + 2 * WEEK, start + weeks * WEEK))


def _outages(chance: np.random.Generator, start: int, weeks: int) -> list[Label]:
    hours = chance.integers(weeks * WEEK // HOUR - 8, size=_OUTAGES)
    begins = start + HOUR * hours
    ends = begins + HOUR * chance.integers(1, 9, size=_OUTAGES)
    return [
        Label("outage", "overall", "", begin, end)
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)
    ]


def _week(start: int) -> Floats:
    moments = [datetime.fromtimestamp(start + SLOT * slot, UTC) for slot in range(SLOTS_OF_WEEK)]
    return np.array([[pace(kind, moment) for moment in moments] for kind in PLACES])
