"""Scans on their way into a world, with what brought them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.campus.world import BACKGROUND, HOUR, SLOT, Label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.campus.ground import Ground
    from bench.campus.people import People
    from bench.campus.seasons import Seasons
    from bench.campus.world import Ints

_UNKNOWN: Final = 0.03  # how many scans come without an address
_LATE: Final = 0.01
_LATEST: Final = 12 * HOUR


@dataclass(frozen=True)
class Scans:
    """Columns by scan, sorted by time; see `World`."""

    at: Ints
    arrived: Ints
    poster: Ints
    scanner: Ints
    agent: Ints
    cause: Ints


@dataclass
class Pile:
    """Scans and labels as they are made; `columns` are batches of at, poster, scanner, cause."""

    chance: np.random.Generator
    ground: Ground
    people: People
    time: Seasons
    labels: list[Label] = field(default_factory=list)
    columns: list[Ints] = field(default_factory=list)

    def add(self, at: Ints, poster: Ints | int, scanner: Ints, label: Label | None = None) -> None:
        """Take scans in; where a label brought them, note it as well."""
        if label is not None:
            self.labels.append(label)
        cause = BACKGROUND if label is None else len(self.labels) - 1
        rows = np.broadcast_arrays(at, poster, scanner, cause)
        self.columns.append(np.stack([row.astype(np.int64) for row in rows]))

    def scans(self) -> Scans:
        """All that was recorded while its poster hung, in order of time."""
        at, poster, scanner, cause = np.concatenate(self.columns, axis=1)
        recorded = self._recorded(at, poster)
        order = np.lexsort((cause[recorded], poster[recorded], at[recorded]))
        at, poster, scanner, cause = (
            column[recorded][order] for column in (at, poster, scanner, cause)
        )
        agent = self.people.agent[scanner]
        known = self.chance.random(len(at)) >= _UNKNOWN
        late = self.chance.random(len(at)) < _LATE
        delay = self.chance.integers(HOUR, _LATEST, len(at))
        return Scans(at, at + late * delay, poster, scanner * known, agent, cause)

    def counted(self, cause: Ints) -> tuple[Label, ...]:
        """The labels with how many scans each brought."""
        brought = np.bincount(cause[cause != BACKGROUND], minlength=len(self.labels)).tolist()
        return tuple(
            replace(label, excess=count) for label, count in zip(self.labels, brought, strict=True)
        )

    def _recorded(self, at: Ints, poster: Ints) -> NDArray[np.bool]:
        hung = (self.ground.created[poster] <= at) & (at < self.ground.died[poster])
        inside = (self.time.start <= at) & (at < self.time.end)
        slot = np.clip((at - self.time.start) // SLOT, 0, self.time.slots - 1)
        return np.asarray(hung & inside & (self.time.open[slot] == 1))
