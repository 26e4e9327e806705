"""Feeding the detector from the store: who there is, and the scans of every hour that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bot.domain.agents import is_program
from bot.domain.detection.recent import HOUR, KEPT, SLICES, Scans
from bot.store import scans as stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from bot.domain.detection.detector import Detector
    from bot.store.database import Database, Transaction
    from bot.store.scans import Named, Print, Scan

HISTORY: Final = 10 * 168  # hours from which a detector learns that knows nothing yet
_DAY: Final = 24  # hours that are read at once
_LATELY: Final = KEPT // SLICES  # hours in which scans that come late still change something
_LEARNED_NEXT: Final = 2  # hours before a new one that it lets the detector learn
_UNKNOWN: Final = (-1,)
_NOBODY: Final = -1
_NEVER: Final = 2**43  # when a poster is up that has no scan


class Feeder:
    """Keeps a detector up to date with a store; for one thread.

    Attributes:
        arrived: Posters (by number) with scans that came in and are no older than the look before;
            clear it to hear of the next.
    """

    def __init__(self, database: Database, detector: Detector) -> None:
        self._database = database
        self._detector = detector
        self._numbers = np.full(1, _NOBODY)
        self._programs = np.zeros(1, np.bool_)
        self._hour_of_names = 0
        self._names: list[Named] = []
        self._put: dict[int, Print] = {}
        self._counts: dict[int, NDArray[np.int64]] = {}
        self._removed = (0, 0)
        self.arrived: set[int] = set()

    def catch_up(self, now: int, progress: Callable[[int, int], None] | None = None) -> None:
        """Put every hour up to `now` (UTC seconds) that is new or has changed.

        `progress` hears how many hours of how many are done.
        """
        current = (now - 1) // HOUR
        with self._database.read() as tx:
            # Without a poster there is nothing to learn, and the first one is not waited for.
            self.learn_names(tx, current if self._detector.roster.poster_ids else 0)
            changed = self._changed(tx, current) if self._detector.roster.poster_ids else []
            lately = max(self._latest - 1, current - _DAY)
            for done, (hour, scans) in enumerate(self.hours(tx, changed, now)):
                self._detector.put(hour, scans)
                if hour > current - _LATELY:
                    self._put[hour] = _print(tx, hour, now)
                if hour >= lately:
                    self._welcome(hour, scans)
                if progress:
                    progress(done, len(changed))
            self._removed = stored.removed(tx)
        self._put = {hour: each for hour, each in self._put.items() if hour > current - _LATELY}
        self._counts = {hour: each for hour, each in self._counts.items() if hour > current - 2}

    def hours(self, tx: Transaction, hours: Sequence[int], now: int) -> Iterator[tuple[int, Scans]]:
        """Each of these hours since 1970, in order, with its scans before `now`."""
        for first in range(0, len(hours), _DAY):
            batch = hours[first : first + _DAY]
            rows = stored.within(tx, batch[0] * HOUR, min((batch[-1] + 1) * HOUR, now))
            columns = self._columns(tx, rows)
            edges = np.searchsorted(columns.at, np.arange(batch[0], batch[-1] + 2) * HOUR)
            for hour in batch:
                begin, end = edges[hour - batch[0]], edges[hour - batch[0] + 1]
                yield hour, columns.cut(begin, end)

    def learn_names(self, tx: Transaction, hour: int = 0) -> None:
        """Take in new posters and what has become known of old ones; for each hour once."""
        if hour and hour == self._hour_of_names:
            return
        self._hour_of_names = hour
        rows = stored.posters(tx)
        if rows == self._names:
            return
        self._names = rows
        self._detector.know(
            (id_, program, _NEVER if since is None else since) for _, id_, program, since in rows
        )
        self._numbers = np.full(rows[-1][0] + 1 if rows else 1, _NOBODY)
        for key, id_, _, _ in rows:
            self._numbers[key] = self._detector.roster.number(id_)

    def extent(self) -> tuple[int, int]:
        """The first and the last hour since 1970 with a scan; the second is earlier without any."""
        with self._database.read() as tx:
            first, last = stored.extent(tx)
        return first // HOUR, last // HOUR

    def _welcome(self, hour: int, scans: Scans) -> None:
        """Note whose scans have become more."""
        counts = np.bincount(scans.poster, minlength=len(self._detector.roster.poster_ids))
        before = self._counts.get(hour, np.zeros(0, np.int64))
        more = counts > np.pad(before, (0, len(counts) - len(before)))
        self.arrived.update(np.flatnonzero(more).tolist())
        self._counts[hour] = counts

    @property
    def _latest(self) -> int:
        return self._detector.expectation.latest

    def _changed(self, tx: Transaction, current: int) -> list[int]:
        """The hours whose scans are not what the detector has, as far as their number tells.

        The hours that are learned next are compared more closely, and all of them where something
        has vanished upstream: another scan may have come in its place.
        """
        first = self._first(tx, current)
        counted = stored.hours(tx, max(first, current - _LATELY + 1), current)
        again = current - _LEARNED_NEXT if current > self._latest else current + 1
        if stored.removed(tx) != self._removed:
            again = first
        changed = [
            hour
            for hour in range(first, current + 1)
            if hour > self._latest
            or counted.get(hour, 0) != self._put.get(hour, _UNKNOWN)[0]
            or (hour >= again and _print(tx, hour) != self._put[hour])
        ]
        # Who scanned again and again within an hour depends on the hour before.
        return sorted({*changed, *range(max(changed[0], again), current + 1)}) if changed else []

    def _first(self, tx: Transaction, current: int) -> int:
        """The hour to begin with: what is known of lately is compared once more."""
        if self._latest:
            return max(min(self._latest + 1, current) - _LATELY + 1, current - HISTORY)
        begin = stored.extent(tx)[0] // HOUR
        return min(max(begin, current - HISTORY), current)

    def _columns(self, tx: Transaction, rows: Sequence[Scan]) -> Scans:
        if not rows:
            none = np.zeros(0, np.int64)
            return Scans(none, none, none, np.zeros(0, np.bool_))
        at, poster, agent, scanner = zip(*rows, strict=True)
        posters, agents = np.array(poster), np.array(agent)
        if posters.max() >= len(self._numbers) or (self._numbers[posters] == _NOBODY).any():
            self.learn_names(tx)
        if agents.max() >= len(self._programs):
            self._learn_agents(tx)
        told = np.array([each or 0 for each in scanner], np.int64)
        return Scans(np.array(at), self._numbers[posters], told, self._programs[agents])

    def _learn_agents(self, tx: Transaction) -> None:
        known = len(self._programs) - 1
        rows = stored.agents(tx, known)
        longer = np.zeros(rows[-1][0] + 1, np.bool_)
        longer[: known + 1] = self._programs
        for key, agent in rows:
            longer[key] = is_program(agent)
        self._programs = longer


def _print(tx: Transaction, hour: int, now: int = _NEVER) -> Print:
    """The print of an hour's scans before `now`."""
    return stored.print_of(tx, hour * HOUR, min((hour + 1) * HOUR, now))
