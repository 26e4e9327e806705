"""Watching the store for what is out of the ordinary; what was learned outlives the process."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from bot.domain.calendar import local
from bot.domain.detection import memory
from bot.domain.detection.detector import Detector
from bot.domain.detection.recent import HOUR
from bot.domain.detection.watch import Watch
from bot.services.feeding import Feeder
from bot.services.silences import newly_quiet
from bot.store import watch as store

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain.detection.events import Event
    from bot.domain.detection.watch import Thresholds
    from bot.store.database import Database

logger = logging.getLogger(__name__)

_SELDOM: Final = 6  # hours


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look showed: events that changed, and posters (by number) that have gone quiet."""

    events: list[Event]
    quiet: list[int]


class Watching:
    """Looks at the store every time that it is asked to; for one thread.

    Attributes:
        watch: What goes on at the moment; restore its events after a start.
    """

    def __init__(self, database: Database, zone: str, thresholds: Thresholds) -> None:
        self._database = database
        self._zone = zone
        detector = self._remembered()
        self._knows_nothing = detector is None
        self.watch = Watch(detector or Detector(hour_of_week(zone)), thresholds)
        self._feeder = Feeder(database, self.watch.detector)
        self._saved = self.watch.detector.learned

    def catch_up(self, now: int) -> None:
        """Take in what the store has up to `now` (UTC seconds).

        Raises:
            StoreError: when the store can't be read.
        """
        self._feeder.catch_up(now)

    @property
    def arrived(self) -> set[int]:
        """Posters (by number) with new scans; clear it to hear of the next."""
        return self._feeder.arrived

    def look(self, now: int) -> Seen:
        """Judge the windows that end `now` (UTC seconds).

        Of posters that are quiet in a history that it has never seen before, it says nothing.
        """
        if not self.watch.detector.roster.poster_ids:
            return Seen([], [])
        seen = judge(self.watch, now)
        if self._knows_nothing:
            self._knows_nothing = False
            return Seen(seen.events, [])
        return seen

    def save(self) -> None:
        """Keep what was learned, where that is much more than what is kept.

        What is learned anew after a start is the same, and costs little.

        Raises:
            StoreError: when the store can't take it.
        """
        learned = self.watch.detector.learned
        if not learned or (self._saved and learned < self._saved + _SELDOM):
            return
        state = self._zone.encode() + b"\n" + memory.dump(self.watch.detector)
        with self._database.write() as tx:
            store.save(tx, (learned + 1) * HOUR, state)
        self._saved = learned

    def _remembered(self) -> Detector | None:
        with self._database.read() as tx:
            state = store.load(tx)
        if state is None:
            return None
        zone, _, rest = state.partition(b"\n")
        try:
            if zone.decode() == self._zone:
                return memory.load(rest, hour_of_week(self._zone))
        except ValueError:
            logger.debug(
                "What was learned of the rhythm of scans can't be read; it is learned anew."
            )
        return None


def judge(watch: Watch, now: int) -> Seen:
    """Judge the windows that end `now` (UTC seconds), in the present or in a replay of the past."""
    return Seen(watch.tick(now), newly_quiet(watch))


def hour_of_week(zone: str) -> Callable[[int], int]:
    """What turns an hour since 1970 into the hour of the week in a zone (Monday 0:00 is 0)."""

    @lru_cache(maxsize=4096)
    def slot(hour: int) -> int:
        wall = local(hour * HOUR, zone)
        return wall.weekday() * 24 + wall.hour

    return slot
