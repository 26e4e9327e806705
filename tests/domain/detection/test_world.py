"""All of it on a made-up campus whose events are known."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bench.campus import World, make
from bench.campus.clock import iso
from bench.campus.judging import score
from bench.campus.world import WARM_UP
from bot.domain.alert import Scope
from bot.domain.detection.detector import Detector
from bot.domain.detection.recent import HOUR, Scans
from bot.domain.detection.watch import Watch
from tests.domain.detection.feeding import slot

if TYPE_CHECKING:
    from bot.domain.detection.events import Event

_TICK = 300


class Replay:
    """A world told to a detector, looked at every five minutes once the warm-up is over."""

    def __init__(self, world: World) -> None:
        self.world, self.detector = world, Detector(slot)
        self.watch = Watch(self.detector)
        self.alerts: list[dict[str, object]] = []
        self.told: set[int] = set()
        self.events: list[Event] = []

    @cached_property
    def edges(self) -> np.ndarray:
        """Where each hour begins among the scans."""
        hours = np.arange(self.world.start, self.world.end + HOUR, HOUR)
        return np.searchsorted(self.world.at, hours)

    def run(self) -> Replay:
        for poster in self.world.posters:
            since = max(poster.created_at or 0, self.world.start)
            self.detector.know([(poster.id, poster.program, since)])
        for hour in range(self.world.start // HOUR, self.world.end // HOUR):
            if hour * HOUR < self.world.start + WARM_UP:
                self.detector.put(hour, self._scans(hour))
                self.watch.newly_quiet()
            else:
                self._look(hour)
        return self

    def _look(self, hour: int) -> None:
        scans = self._scans(hour)
        for now in range(hour * HOUR + _TICK, (hour + 1) * HOUR + 1, _TICK):
            self.detector.put(hour, scans.until(now - 1))
            for event in self.watch.tick(now):
                if id(event) not in self.told:
                    self.told.add(id(event))
                    self.events.append(event)
                    self._say("spike", event.subject, event.started_at, now)
            for poster in self.watch.newly_quiet():
                self._say("quiet", (Scope.POSTER, poster), now, now)

    def _say(self, kind: str, subject: tuple[Scope, int], begun: int, now: int) -> None:
        scope, number = subject
        roster = self.detector.roster
        ids = {Scope.POSTER: roster.poster_ids, Scope.PROGRAM: roster.program_ids}
        named = ids[scope][number] if scope in ids else ""
        alert: dict[str, object] = {"kind": kind, "scope": str(scope), "id": named}
        self.alerts.append(alert | {"started_at": iso(begun), "fired_at": iso(now)})

    def _scans(self, hour: int) -> Scans:
        place = hour - self.world.start // HOUR
        part = slice(*self.edges[place : place + 2])
        world = self.world
        bots = np.isin(world.scanner[part], world.people.bots)
        return Scans(world.at[part], world.poster[part], world.scanner[part], bots)


def test_a_small_campus_is_watched_well() -> None:
    world = make(7, posters=100, programs=4, weeks=6)
    found = score(world, Replay(world).run().alerts)
    assert found.found_mean >= 0.55
    assert found.false_posters <= 5  # one alert is 3.4
    assert found.false_wide <= 0.4
    assert found.beside <= 0.2
    assert found.repeated == 0
    assert found.minutes <= 30
    assert found.scans <= 8
    assert found.false_quiet <= 5
