"""What the last day should have brought: usual scans by poster and hour, and how days run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from bot.domain.detection.recent import HOUR

if TYPE_CHECKING:
    from bot.domain.detection.arrays import Floats, Integers


KEPT: Final = 50  # hours: a window of a day, and the day before it
_DAY: Final = 24
_PRIOR_LEVEL: Final = 20.0
_SILENT: Final = 9.0  # scans expected in an hour of which none at all means that nothing was heard


@dataclass(slots=True)
class Expectation:
    """A ring of hours: scans that were to be expected, and what the account really had.

    Hours are numbered since 1970. `heard` is 0 for an hour in which nothing came from anywhere
    though much was to be expected: the source was down, and nobody was silent. `present` is 0 for
    posters that are thought to be gone, which count no more when many are summed up.
    """

    present: Floats = field(default_factory=lambda: np.zeros(0))
    usual: Floats = field(default_factory=lambda: np.zeros((0, KEPT)))
    doubt: Floats = field(default_factory=lambda: np.zeros((0, KEPT)))
    total: Floats = field(default_factory=lambda: np.zeros(KEPT))
    heard: Floats = field(default_factory=lambda: np.ones(KEPT))
    latest: int = 0

    def grow(self, posters: int) -> None:
        """Make room for so many posters."""
        more = ((0, posters - len(self.usual)), (0, 0))
        self.present = np.pad(self.present, more[0], constant_values=1)
        self.usual, self.doubt = np.pad(self.usual, more), np.pad(self.doubt, more)

    def begin(self, hour: int, usual: Floats, doubt: Floats) -> None:
        """Say what an hour should bring to each poster; hours left out are taken as not heard."""
        for skipped in range(max(self.latest + 1, hour - KEPT + 1), hour):
            self.usual[:, skipped % KEPT] = 0
            self.doubt[:, skipped % KEPT] = 0
            self.total[skipped % KEPT], self.heard[skipped % KEPT] = 0, 0
        self.usual[:, hour % KEPT] = usual
        self.doubt[:, hour % KEPT] = usual**2 * doubt
        self.total[hour % KEPT], self.heard[hour % KEPT] = 0, 1
        self.latest = hour

    def hear_late(self, hour: int, usual: Floats, doubt: Floats) -> None:
        """Take an hour of which nothing had been heard for one like the others."""
        column = hour % KEPT
        if hour > self.latest - KEPT and not self.heard[column]:
            self.usual[:, column], self.doubt[:, column] = usual, usual**2 * doubt
            self.heard[column] = 1

    def settle(self, hour: int, total: float) -> float:
        """Say how many scans the account had in an hour that is over.

        Returns:
            Whether anything was heard, as 1 or 0.
        """
        column = hour % KEPT
        self.total[column] = total
        ahead = self.present @ self.usual[:, column] * self.level(hour)
        self.heard[column] = float(total > 0 or ahead < _SILENT)
        return float(self.heard[column])

    def hour(self, hour: int) -> Floats:
        """What an hour should bring to each poster."""
        return self.usual[:, hour % KEPT]

    def window(self, start: int, end: int, posters: Integers | None = None) -> Floats:
        """Scans to be expected from `start` to `end` (UTC seconds), of all or some posters."""
        columns, parts = self._parts(start, end)
        usual = self.usual[:, columns] if posters is None else self.usual[np.ix_(posters, columns)]
        found: Floats = usual @ parts
        return found

    def doubts(self, start: int, end: int) -> Floats:
        """The squared relative error of `window`, as far as hours and weekdays are unsure."""
        columns, parts = self._parts(start, end)
        squares: Floats = self.doubt[:, columns] @ parts**2
        found: Floats = squares / np.maximum(self.window(start, end), 1e-9) ** 2
        return found

    def _parts(self, start: int, end: int) -> tuple[Integers, Floats]:
        hours = np.arange(start // HOUR, (end - 1) // HOUR + 1)
        parts = np.minimum(end, (hours + 1) * HOUR) - np.maximum(start, hours * HOUR)
        columns = hours % KEPT
        return columns, parts / HOUR * self.heard[columns]

    def level(self, hour: int, prior: float = 1.0) -> float:
        """How the account ran in the day before this hour, against what was to be expected."""
        columns = np.arange(max(hour - _DAY, self.latest - KEPT + 1), hour) % KEPT
        heard = self.heard[columns]
        expected = ((self.present @ self.usual)[columns] * heard).sum()
        seen = (self.total[columns] * heard).sum()
        return float((seen + _PRIOR_LEVEL * prior) / (expected + _PRIOR_LEVEL))
