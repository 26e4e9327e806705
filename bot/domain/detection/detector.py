"""What is known of the scans of an account: fed hour by hour, and learning as hours pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from bot.domain.detection.courses import HOURS
from bot.domain.detection.expectation import Expectation
from bot.domain.detection.judgement import WINDOWS, Windows
from bot.domain.detection.recent import HOUR, SLICE, Recent
from bot.domain.detection.rhythm import Rhythm
from bot.domain.detection.roster import Roster
from bot.domain.detection.season import Season
from bot.domain.detection.silence import Silence, business

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.domain.detection.arrays import Floats, Integers
    from bot.domain.detection.recent import Scans


_DAY: Final = 86_400
_LEAST_HISTORY: Final = 7 * _DAY
_LAG: Final = 1  # hours that pass before an hour is learned, for scans that come late


@dataclass(slots=True)
class Detector:
    """Counts, expectations and what was learned, of every poster.

    `slot` turns an hour since 1970 into the hour of the week on the wall (Monday 0:00 is 0).
    `begun` is the first hour that there was, 0 before, and `learned` the last one that was learned.
    """

    slot: Callable[[int], int]
    roster: Roster = field(default_factory=Roster)
    rhythm: Rhythm = field(default_factory=Rhythm.empty)
    season: Season = field(default_factory=Season)
    recent: Recent = field(default_factory=Recent)
    expectation: Expectation = field(default_factory=Expectation)
    silence: Silence = field(default_factory=Silence)
    begun: int = 0
    learned: int = 0

    def know(self, posters: Iterable[tuple[str, str, int]]) -> None:
        """Take in posters: id, program and since when each is up (UTC seconds)."""
        self.roster.add(posters)
        size = len(self.roster.poster_ids)
        self.rhythm.grow(size, len(self.roster.program_ids))
        self.season.grow(size)
        self.recent.grow(size)
        self.expectation.grow(size)
        self.silence.grow(size)

    def put(self, hour: int, scans: Scans) -> None:
        """Say what is known by now of an hour since 1970.

        Every hour is to be put, in order, those without scans too. Hours that are leapt over count
        as not heard of: they teach nothing, until they are put afterwards.
        """
        self.advance(hour)
        self.recent.put(hour, scans)
        if hour < self.expectation.latest and len(scans.at):
            self.expectation.hear_late(hour, *self._ahead(hour))

    def advance(self, hour: int) -> None:
        """Let it be this hour: learn those that are over, and say what it should bring."""
        latest = self.expectation.latest
        if hour <= latest:
            return
        if not self.begun:
            self.begun, self.learned = hour, hour - 1
        self.recent.move_on(hour)
        for over in range(self.learned + 1, min(latest, hour - 1 - _LAG) + 1):
            self._learn(over)
        self.learned = max(self.learned, hour - 1 - _LAG)
        self.expectation.present = 1 - self.silence.told
        self.expectation.begin(hour, *self._ahead(hour))

    def ready(self, now: int) -> bool:
        """Whether there is enough history to tell what is unusual."""
        return bool(self.begun) and now - self.begun * HOUR >= _LEAST_HISTORY

    def windows(self, now: int) -> Windows:
        """The windows that end `now` (UTC seconds).

        What is expected follows how the account ran in the day before each window.
        """
        last = (now - 1) // SLICE
        firsts = [last - size + 1 for size in WINDOWS]
        counts = [self.recent.window(first, last) for first in firsts]
        ahead = [self.expected(first * SLICE, now) for first in firsts]
        doubt = [self.expectation.doubts(first * SLICE, now) for first in firsts]
        seen, usual, unsure = (np.stack(each, axis=1) for each in (counts, ahead, doubt))
        busiest = np.stack([self.recent.busiest(first, last) for first in firsts[:2]], axis=1)
        return Windows(seen, usual, unsure, busiest, self.expectation.present[:, None])

    def expected(self, start: int, end: int, posters: Integers | None = None) -> Floats:
        """Scans to be expected in a span (UTC seconds) of the last day, of all or some posters."""
        lately = float(self.rhythm.program_levels()[-1])
        level = self.expectation.level(start // HOUR, lately)
        # After a holiday all is as before at once, so a quiet day counts by half.
        level = max(level, (level * lately) ** 0.5)
        found: Floats = self.expectation.window(start, end, posters) * level
        return found

    def _ahead(self, hour: int) -> tuple[Floats, Floats]:
        """What an hour should bring to each poster, and the squared relative error of that."""
        slot = self.slot(hour)
        presence = self.roster.presence(hour * HOUR, (hour + 1) * HOUR)
        usual = self.rhythm.expected(self.roster, self.season.factors(slot)) * presence
        return usual, self.season.doubt(slot)

    def _learn(self, hour: int) -> None:
        counts = self.recent.hour(hour)
        heard = self.expectation.settle(hour, float(counts.sum()))
        start, end = hour * HOUR, (hour + 1) * HOUR
        presence = self.roster.presence(start, end) * heard * (1 - self.silence.told)
        self._hear(hour, counts, heard)
        level = self.expectation.level(hour)
        slot = self.slot(hour)
        factors = self.season.factors(slot)
        learned = self.rhythm.learn(self.roster, counts, factors, presence, level, slot // HOURS)
        self.season.learn(*learned, presence * level, slot)

    def _hear(self, hour: int, counts: Floats, heard: float) -> None:
        end = (hour + 1) * HOUR
        last = end // SLICE - 1
        day = self.recent.window(last - WINDOWS[-1] + 1, last)
        account = self.expectation.level(hour + 1)
        around = business(day, self.expectation.window(end - _DAY, end), self.roster, account)
        rates = self.rhythm.rates(self.roster)
        usual = self.expectation.hour(hour) * heard
        self.silence.hear(counts, usual, rates, self.rhythm, around)
