"""What happens now and then: bursts, program-wide events, single devices and bots."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.campus.seasons import SLOTS_OF_DAY
from bench.campus.world import DAY, HOUR, SLOT, Label

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.campus.pile import Pile
    from bench.campus.world import Ints

_POSTER_WEEKS_EACH: Final = 240  # for one event of every kind
_TRIES: Final = 200
_SETTLED: Final = 3 * DAY  # a poster hangs so long before anything befalls it
_APART: Final = DAY  # between two events of one poster
_DAYTIME: Final = (8, 21)
_NIGHT: Final = (0, 5)


@dataclass(frozen=True, slots=True)
class Sort:
    """How events of a kind are: hours of the day, minutes long, scans, and scans a day of posters.

    All pairs are lowest and highest; most events have few scans, since those are hard to find.
    """

    kind: str
    minutes: tuple[int, int]
    scans: tuple[int, int] = (5, 40)
    base: tuple[float, float] = (0.0, 1e9)
    hours: tuple[int, int] = _DAYTIME


SORTS: Final = (
    Sort("sharp", (10, 10)),
    Sort("hour", (60, 60)),
    Sort("slow", (240, 240), (6, 45)),
    Sort("night", (20, 60), (5, 30), hours=_NIGHT),
    Sort("tiny", (60, 60), (5, 20), (0.0, 0.5)),
    Sort("busy", (60, 60), (12, 60), (10.0, 1e9)),
    Sort("neighbours", (30, 30), (5, 30)),
    Sort("holiday burst", (60, 60)),
)
LIFTED_DAY: Final = Sort("day", (14 * 60, 14 * 60), base=(4.0, 60.0), hours=(8, 9))
DEVICE: Final = Sort("device", (10, 10), (15, 60))
BOT: Final = Sort("bot", (5, 60), (5, 40))


@dataclass
class Events:
    """Puts events where there is room for them."""

    pile: Pile
    taken: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for label in self.pile.labels:
            if label.kind == "class":
                self._take(label)

    def happen(self) -> None:
        """Add a share of every kind."""
        time, ground = self.pile.time, self.pile.ground
        weeks = (time.end - time.start) // (7 * DAY)
        for _ in range(max(1, round(len(ground.posters) * weeks / _POSTER_WEEKS_EACH))):
            for sort in SORTS:
                self._burst(sort)
            self._lifted_day()
            self._alone(DEVICE, lambda count: np.repeat(self._people(1), count))
            self._alone(BOT, lambda count: self.pile.chance.choice(self.pile.people.bots, count))

    def _people(self, count: int) -> Ints:
        return self.pile.people.anyone(self.pile.chance, count)

    def _burst(self, sort: Sort) -> None:
        placed = self._place(sort)
        if placed is None:
            return
        poster, begin, end = placed
        for each in (poster, *self._beside(sort, poster, begin, end)):
            count = self._count(sort)
            crowd = self.pile.people.crowd(self.pile.chance, count)
            self._add(sort.kind, each, self._within(begin, end, count), crowd, (begin, end))

    def _beside(self, sort: Sort, poster: int, begin: int, end: int) -> list[int]:
        """The poster next to it, where the kind of event befalls two."""
        if sort.kind != "neighbours":
            return []
        posters = self.pile.ground.posters
        place = posters[poster].location
        near = [
            index
            for index, other in enumerate(posters)
            if other.location == place and index != poster and self._free(index, begin, end)
        ]
        return near[:1]

    def _lifted_day(self) -> None:
        """Three to five times the usual all day, at the usual hours."""
        placed = self._place(LIFTED_DAY)
        if placed is None:
            return
        poster, begin, end = placed
        chance = self.pile.chance
        at = more(self.pile, poster, begin, end, chance.uniform(3, 5))
        crowd = self.pile.people.anyone(chance, len(at))
        self._add(LIFTED_DAY.kind, poster, at, crowd, (begin, end))

    def _alone(self, sort: Sort, scanners: Callable[[int], Ints]) -> None:
        """What is no crowd, however many scans it brings."""
        placed = self._place(sort)
        if placed is not None:
            poster, begin, end = placed
            count = self._count(sort)
            at = self._within(begin, end, count)
            self._add(sort.kind, poster, at, scanners(count), (begin, end))

    def _add(self, kind: str, poster: int, at: Ints, who: Ints, span: tuple[int, int]) -> None:
        label = Label(kind, "poster", self.pile.ground.posters[poster].id, *span)
        self.pile.add(at, poster, who, label)
        self._take(label)

    def _count(self, sort: Sort) -> int:
        low, high = sort.scans
        return int(low * (high / low) ** (self.pile.chance.random() ** 2))

    def _within(self, begin: int, end: int, count: int) -> Ints:
        """Times that are densest in the first half."""
        return (begin + (end - begin) * self.pile.chance.beta(1.2, 1.8, count)).astype(np.int64)

    def _place(self, sort: Sort) -> tuple[int, int, int] | None:
        """A poster, a start and an end; None where no room was found."""
        base, chance = self.pile.ground.base, self.pile.chance
        fitting = np.flatnonzero((sort.base[0] <= base) & (base < sort.base[1]))
        if not len(fitting):
            return None
        for _ in range(_TRIES):
            poster, begin = int(chance.choice(fitting)), self._begin(sort)
            end = begin + 60 * int(chance.integers(sort.minutes[0], sort.minutes[1] + 1))
            if self._fits(sort, begin, end) and self._free(poster, begin, end):
                return poster, begin, end
        return None

    def _begin(self, sort: Sort) -> int:
        chance, time = self.pile.chance, self.pile.time
        if sort.kind == "holiday burst":
            days = [day for start, end in time.spans("holiday") for day in range(start, end, DAY)]
            day = int(chance.choice(days))
        else:
            day = time.start + DAY * int(chance.integers(time.slots // SLOTS_OF_DAY))
        first, last = (hour * HOUR // SLOT for hour in sort.hours)
        return day + SLOT * int(chance.integers(first, last))

    def _fits(self, sort: Sort, begin: int, end: int) -> bool:
        time = self.pile.time
        inside = time.start <= begin and end + HOUR <= time.end
        calm = sort is LIFTED_DAY and time.within("holiday", begin, end)
        return inside and not calm and not time.within("outage", begin - HOUR, end + HOUR)

    def _free(self, poster: int, begin: int, end: int) -> bool:
        ground = self.pile.ground
        hangs = ground.created[poster] + _SETTLED <= begin and end + HOUR <= ground.died[poster]
        taken = self.taken.get(ground.posters[poster].id, [])
        return bool(hangs) and not any(
            begin - _APART < until and since < end + _APART for since, until in taken
        )

    def _take(self, label: Label) -> None:
        self.taken.setdefault(label.subject, []).append((label.start, label.end))


def more(pile: Pile, poster: int, begin: int, end: int, lift: float) -> Ints:
    """The times of the scans that a lift adds to a poster's usual ones."""
    first, last = ((edge - pile.time.start) // SLOT for edge in (begin, end))
    slots = pile.chance.poisson(pile.ground.rates[poster, first:last] * (lift - 1))
    places = np.repeat(np.arange(first, last), slots) + pile.chance.random(int(slots.sum()))
    return (pile.time.start + SLOT * places).astype(np.int64)
