"""What a campus holds when it is made: posters, scans, labels, and the true rates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from bot.domain.model import Impression

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.campus.people import People
    from bot.domain.model import Poster

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SLOT: Final = 300
HOUR: Final = 3600
DAY: Final = 86_400
WEEK: Final = 7 * DAY
WARM_UP: Final = 4 * WEEK

BURSTS: Final = (
    *("sharp", "hour", "slow", "day", "night"),
    *("tiny", "busy", "neighbours", "holiday burst"),
)
WIDE: Final = ("program", "overall")
BACKGROUND: Final = -1

_AMBASSADORS: Final = 60


@dataclass(frozen=True, slots=True)
class Label:
    """Something that happened: its kind, whom it concerns, and from when to when (UTC seconds).

    `kind` is one of `BURSTS` or `WIDE`, which must alert; "class", "device", "bot" or "novelty",
    which must not; "taken down", "holiday", "term" or "outage". `subject` is the id of a poster or
    program, empty where `scope` is "overall". `excess` counts the scans that it brought. `nth`
    numbers the times of a weekly class from 1.
    """

    kind: str
    scope: str
    subject: str
    start: int
    end: int
    excess: int = 0
    nth: int = 0


@dataclass(frozen=True)
class World:
    """A campus from `start` to `end` (UTC seconds, whole weeks).

    By poster: `posters`; `program`, the number of its program; `died`, when it was taken down
    (`end` where it never was); `cumulative`, the scans expected from `start` up to each edge of a
    five-minute slot, had it stayed up.

    By scan, sorted by time: `at`; `arrived`, when the source showed it; `poster`, an index;
    `scanner`, a number in `people` (0: no address); `agent`, an index into `people.agents`;
    `cause`, the index of the label that brought it, -1 for none.
    """

    seed: int
    start: int
    end: int
    posters: tuple[Poster, ...]
    program: Ints
    died: Ints
    cumulative: Floats
    at: Ints
    arrived: Ints
    poster: Ints
    scanner: Ints
    agent: Ints
    cause: Ints
    people: People
    labels: tuple[Label, ...]

    @cached_property
    def index(self) -> dict[str, int]:
        """The index of each poster by its id."""
        return {poster.id: index for index, poster in enumerate(self.posters)}

    def expected(self, poster: Ints | int, start: Ints | int, end: Ints | int) -> Floats:
        """The scans expected of posters with start <= at < end, bursts and chance left out.

        Before its creation a poster expects none; after it was taken down it expects what it would
        have had. The arguments broadcast.
        """
        return self._until(poster, end) - self._until(poster, start)

    def reaching(self, poster: int, since: int, expected: float) -> float:
        """When so many scans were to be expected of a poster since a time; inf if after `end`."""
        sums = self.cumulative[poster]
        wanted = float(self._until(poster, since)) + expected
        slot = int(np.searchsorted(sums, wanted))
        return self.start + slot * SLOT if slot < len(sums) else float("inf")

    def impressions(self) -> Iterator[Impression]:
        """The scans as the feed would tell them, oldest first."""
        columns = (self.at, self.poster, self.scanner, self.agent)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        for number, (at, index, scanner, agent) in enumerate(rows):
            poster = self.posters[index]
            yield Impression(
                f"{self.seed:08x}-0000-4000-8000-{number:012x}",
                poster.id,
                poster.program,
                poster.ambassador,
                at,
                self.people.agents[agent],
                "mobile",
                self.people.addresses[scanner] or None,
            )

    def _until(self, poster: Ints | int, at: Ints | int) -> Floats:
        """The scans expected from the start until a time, linear within a slot."""
        last = self.cumulative.shape[1] - 1
        place = np.clip((np.asarray(at) - self.start) / SLOT, 0, last)
        slot = np.minimum(place.astype(np.int64), last - 1)
        low, high = self.cumulative[poster, slot], self.cumulative[poster, slot + 1]
        return np.asarray(low + (place - slot) * (high - low), dtype=np.float64)


def ambassador(index: int) -> str:
    """Who put up a poster."""
    return f"user_{index % _AMBASSADORS}"
