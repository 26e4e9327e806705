"""What happened lately: scans by poster in slices of five minutes and hours of five weeks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.domain.detection.arrays import Floats, Integers

Counts: TypeAlias = "NDArray[np.uint16]"

HOUR: Final = 3600
SLICE: Final = 300  # seconds
SLICES: Final = HOUR // SLICE
KEPT: Final = 26 * SLICES
HOURS_KEPT: Final = 36 * 24
_MOST: Final = 2  # scans of one device at one poster that count within an hour
_CROWD: Final = 3  # scans beyond those within a slice by which a device scans on and on
_FULL: Final = 2**16 - 1


@dataclass(frozen=True, slots=True)
class Scans:
    """Scans of one hour, as parallel arrays in no order.

    `at` is in UTC seconds, `poster` a number in the roster, `scanner` the hash of who scanned (0
    where nothing tells), `bot` whether a program did.
    """

    at: Integers
    poster: Integers
    scanner: Integers
    bot: NDArray[np.bool_]

    def cut(self, begin: int, end: int) -> Scans:
        """Those at these places."""
        part = slice(begin, end)
        return Scans(self.at[part], self.poster[part], self.scanner[part], self.bot[part])

    def until(self, now: int) -> Scans:
        """Those up to and including `now`."""
        seen = self.at <= now
        return Scans(self.at[seen], self.poster[seen], self.scanner[seen], self.bot[seen])


@dataclass(slots=True)
class Recent:
    """Counts of scans that mean something, in two rings; an entry a poster.

    Bots don't count, nor does a device at a poster where it scanned twice within the hour before.
    `devices` has a row of time, poster and scanner for each scan of the last two hours that tells
    who scanned.
    """

    slices: Counts = field(default_factory=lambda: np.zeros((0, KEPT), np.uint16))
    hours: Counts = field(default_factory=lambda: np.zeros((0, HOURS_KEPT), np.uint16))
    devices: Integers = field(default_factory=lambda: np.zeros((0, 3), np.int64))
    latest: int = 0  # the last hour that there is, since 1970

    def grow(self, posters: int) -> None:
        """Make room for so many posters."""
        more = posters - len(self.slices)
        self.slices = np.pad(self.slices, ((0, more), (0, 0)))
        self.hours = np.pad(self.hours, ((0, more), (0, 0)))

    def move_on(self, hour: int) -> None:
        """Begin the hours up to this one, with nothing in them."""
        if hour - self.latest >= HOURS_KEPT:
            self.slices[:], self.hours[:] = 0, 0
        for fresh in range(max(self.latest + 1, hour - HOURS_KEPT + 1), hour + 1):
            self.slices[:, _columns(fresh)] = 0
            self.hours[:, fresh % HOURS_KEPT] = 0
        self.latest = max(self.latest, hour)

    def put(self, hour: int, scans: Scans) -> None:
        """Say anew what an hour had; one that is too old for the slices counts as an hour alone.

        Scans of other hours are left out.
        """
        meant = self._meaningful(hour, scans) & (scans.at // HOUR == hour)
        posters = len(self.slices)
        if hour > self.latest - KEPT // SLICES:
            cells = scans.poster[meant] * SLICES + (scans.at[meant] - hour * HOUR) // SLICE
            found = np.bincount(cells, minlength=posters * SLICES).reshape(posters, SLICES)
            self.slices[:, _columns(hour)] = np.minimum(found, _FULL)
        if hour > self.latest - HOURS_KEPT:
            found = np.bincount(scans.poster[meant], minlength=posters)
            self.hours[:, hour % HOURS_KEPT] = np.minimum(found, _FULL)

    def _meaningful(self, hour: int, scans: Scans) -> NDArray[np.bool_]:
        """Which scans of an hour count, after what devices did in the hour before."""
        told = ~scans.bot & (scans.scanner != 0)
        rows = np.stack([scans.at[told], scans.poster[told], scans.scanner[told]], axis=1)
        when = self.devices[:, 0] // HOUR
        before = self.devices[when == hour - 1]
        kept = self.devices[(when != hour) & (when >= self.latest - 1)]
        self.devices = np.concatenate([kept, rows]) if hour >= self.latest - 1 else kept
        crowded = np.zeros(len(scans.at), np.bool_)
        crowded[told] = crowding(np.concatenate([before, rows]))[len(before) :]
        return ~scans.bot & ~crowded & ~self._likely_the_same(scans, crowded)

    def _likely_the_same(self, scans: Scans, crowded: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which scans don't tell who scanned, while one device scans on and on at that poster."""
        place = scans.poster * SLICES + scans.at % HOUR // SLICE
        crowds = np.bincount(place[crowded], minlength=len(self.slices) * SLICES)
        likely: NDArray[np.bool_] = (scans.scanner == 0) & (crowds[place] >= _CROWD)
        return likely

    def hour(self, hour: int) -> Floats:
        """Scans of each poster in an hour since 1970."""
        return self.hours[:, hour % HOURS_KEPT].astype(np.float64)

    def window(self, first: int, last: int, posters: Integers | None = None) -> Floats:
        """Scans in the slices from `first` to `last`, numbered since 1970, of all or some."""
        found: Floats
        if posters is not None:
            columns = np.arange(first, last + 1) % KEPT
            found = self.slices[np.ix_(posters, columns)].sum(axis=1, dtype=np.float64)
            return found
        # The ring in one or two pieces as they lie: a copy of a day would take six times as long.
        start, end = first % KEPT, first % KEPT + last + 1 - first
        pieces = (self.slices[:, start:end], self.slices[:, : max(end - KEPT, 0)])
        found = sum(each.sum(axis=1, dtype=np.uint32) for each in pieces).astype(np.float64)
        return found

    def busiest(self, first: int, last: int) -> Floats:
        """The most scans that each poster had in one of these slices."""
        columns = np.arange(first, last + 1) % KEPT
        found: Floats = self.slices[:, columns].max(axis=1, initial=0).astype(np.float64)
        return found


def crowding(devices: Integers) -> NDArray[np.bool_]:
    """Which scans come from a device that scanned the same poster twice in the hour before.

    `devices` has a row of time, poster and scanner for each scan.
    """
    found = np.zeros(len(devices), np.bool_)
    if len(devices) > _MOST:
        order = np.lexsort(devices.T)
        rows = devices[order]
        earlier, later = rows[:-_MOST], rows[_MOST:]
        same = (earlier[:, 1:] == later[:, 1:]).all(axis=1)
        found[order[_MOST:]] = same & (later[:, 0] - earlier[:, 0] < HOUR)
    return found


def _columns(hour: int) -> slice:
    first = hour * SLICES % KEPT
    return slice(first, first + SLICES)
