"""Who can be scanned: posters by number, with the program and the time of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain.detection.arrays import Floats, Integers


_HOUR = 3600


@dataclass(slots=True)
class Roster:
    """Posters and programs in the order in which they became known, which never changes.

    `programs` is each poster's program by number. `up_since` is in UTC seconds.
    """

    poster_ids: list[str] = field(default_factory=list)
    program_ids: list[str] = field(default_factory=list)
    programs: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    up_since: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    _posters: dict[str, int] = field(default_factory=dict)
    _programs: dict[str, int] = field(default_factory=dict)

    def add(self, posters: Iterable[tuple[str, str, int]]) -> None:
        """Take in posters: id, program, since when each is up; known ones take on the new facts."""
        fresh_programs, fresh_since = [], []
        for id_, program, since in posters:
            number = self._program(program)
            if (known := self._posters.get(id_)) is not None:
                self.programs[known], self.up_since[known] = number, since
                continue
            self._posters[id_] = len(self.poster_ids)
            self.poster_ids.append(id_)
            fresh_programs.append(number)
            fresh_since.append(since)
        self.programs = np.append(self.programs, np.array(fresh_programs, np.int64))
        self.up_since = np.append(self.up_since, np.array(fresh_since, np.int64))

    def add_programs(self, ids: Iterable[str]) -> None:
        """Take in programs in this order; known ones stay what they are."""
        for id_ in ids:
            self._program(id_)

    def number(self, poster: str) -> int | None:
        """The number of a poster, None where it is not known."""
        return self._posters.get(poster)

    def summed(self, values: Floats) -> Floats:
        """Sums by program, and in a last row of all; `values` has a row for each poster."""
        programs = len(self.program_ids)
        sums = np.empty((programs + 1, *values.shape[1:]))
        for column in np.ndindex(values.shape[1:]):
            each = values[:, *column]
            sums[:-1, *column] = np.bincount(self.programs, each, programs)
            sums[-1, *column] = each.sum()
        return sums

    def presence(self, start: int, end: int) -> Floats:
        """The part of a span (UTC seconds) for which each poster was up."""
        return np.clip((end - np.maximum(self.up_since, start)) / (end - start), 0.0, 1.0)

    def _program(self, id_: str) -> int:
        if id_ not in self._programs:
            self._programs[id_] = len(self.program_ids)
            self.program_ids.append(id_)
        return self._programs[id_]
