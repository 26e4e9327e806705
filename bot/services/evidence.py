"""What lies behind an event: who scanned, and how the day went against what is usual."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.domain.agents import is_program
from bot.domain.alert import Alert, Band, Evidence, Kind, Scope, Verdict
from bot.domain.calendar import local
from bot.domain.detection.judgement import WINDOWS
from bot.domain.detection.recent import HOUR, SLICE
from bot.store import scans as stored

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.domain.detection.detector import Detector
    from bot.domain.detection.events import Event
    from bot.store.database import Transaction
    from bot.store.scans import Crowd

_BUSY = 10
_HOURS_SHOWN = 16
_ONE_IN_A_HUNDRED = 2.33  # standard deviations
_HARDLY = 0.1
_SAME_DEVICE = 0.5  # the share of the scans of one device from which it is what it is about
_NOVELTY = 7 * 86_400
_SLICES_OF_HOUR = HOUR // SLICE
_SHOWN_BACK = 86_400  # seconds of which the detector has every slice


@dataclass(frozen=True, slots=True)
class Investigation:
    """Looks into events, inside one transaction, with what the detector knows."""

    tx: Transaction
    detector: Detector
    zone: str

    def alert(self, event: Event, now: int) -> Alert:
        """An event as it stands at `now` (UTC seconds), to be told."""
        scope, _ = event.subject
        end = now if event.resolved_at is None else min(event.resolved_at, now)
        evidence = self._evidence(event, end)
        window = WINDOWS[event.window] * SLICE
        return Alert(
            kind=Kind.SPIKE,
            scope=scope,
            subject=self.subject(event),
            started_at=event.started_at,
            fired_at=event.fired_at,
            window=window,
            scans=event.scans,
            expected=round(event.expected, 2),
            reason=reason(event.scans, event.expected, window),
            score=round(event.score, 2),
            resolved_at=event.resolved_at,
            now=event.now,
            usual=round(event.usual, 2),
            total=evidence.scans,
            peak=min(max(event.peak, self._peak(event, end)), evidence.scans),
            verdict=self._verdict(event, evidence),
            evidence=evidence,
            key=event.alert,
            hot_at=event.hot_at,
        )

    def subject(self, event: Event) -> str:
        """The id of the poster or program that an event is about; empty for all."""
        scope, number = event.subject
        roster = self.detector.roster
        if scope is Scope.OVERALL:
            return ""
        return (roster.poster_ids if scope is Scope.POSTER else roster.program_ids)[number]

    def scans(self, event: Event, start: int, end: int) -> int:
        """All scans where an event goes on, with start <= at < end."""
        return sum(scans for *_, scans in self._crowd(event, start, end))

    def bands(self, scope: Scope, number: int, now: int) -> tuple[Band, ...]:
        """The hours up to `now`: scans, what is usual, and what chance rarely exceeds."""
        posters = posters_of(self.detector, scope, number)
        return tuple(
            self._band(posters, now - back * HOUR) for back in reversed(range(_HOURS_SHOWN))
        )

    def _band(self, posters: NDArray[np.int64], end: int) -> Band:
        last = (end - 1) // SLICE
        scans = self.detector.recent.window(last - _SLICES_OF_HOUR + 1, last, posters).sum()
        usual = self.detector.expected(end - HOUR, end, posters)
        spread = self.detector.rhythm.spread(usual, posters)
        deviation = float(np.sqrt((usual + spread * usual**2).sum()))
        mean = float(usual.sum())
        label = f"{local(end, self.zone):%H:%M}"
        return Band(label, int(scans), mean, mean + _ONE_IN_A_HUNDRED * deviation)

    def _evidence(self, event: Event, end: int) -> Evidence:
        crowd = self._crowd(event, event.started_at, end)
        agents = stored.agents_of(self.tx, {agent for _, agent, _, _ in crowd})
        people, posters = Counter[int](), Counter[int]()
        for poster, _, who, scans in crowd:
            posters[poster] += scans
            if who is not None:
                people[who] += scans
        busy = posters.most_common(_BUSY)
        names = stored.poster_ids(self.tx, [key for key, _ in busy])
        return Evidence(
            scans=posters.total(),
            bots=sum(scans for _, agent, _, scans in crowd if is_program(agents[agent])),
            told=people.total(),
            scanners=len(people),
            busiest=max(people.values(), default=0),
            agents=len({agents[agent] for _, agent, _, _ in crowd} - {""}),
            posters=self._lifted(event, end),
            busy=tuple((names[key], scans) for key, scans in busy),
        )

    def _crowd(self, event: Event, start: int, end: int) -> list[Crowd]:
        scope, _ = event.subject
        where = "" if scope is Scope.OVERALL else scope.value
        return stored.crowd(self.tx, start, end, where, self.subject(event))

    def _peak(self, event: Event, end: int) -> int:
        """The most scans within an hour of the event, as far as slices are kept."""
        first = max(event.started_at, end - _SHOWN_BACK) // SLICE
        posters = posters_of(self.detector, *event.subject)
        window = self.detector.recent.window
        course = [window(each, each, posters).sum() for each in range(first, -(-end // SLICE))]
        sums = np.convolve(course, np.ones(_SLICES_OF_HOUR)) if course else np.zeros(1)
        return int(sums.max())

    def _lifted(self, event: Event, end: int) -> int:
        """How many posters had more scans than usual."""
        scope, number = event.subject
        posters = posters_of(self.detector, scope, number)
        start = max(event.started_at, end - WINDOWS[-1] * SLICE)
        counts = self.detector.recent.window(start // SLICE, (end - 1) // SLICE, posters)
        return int((counts > self.detector.expected(start, max(end, start + 1), posters)).sum())

    def _verdict(self, event: Event, evidence: Evidence) -> Verdict:
        scope, number = event.subject
        if scope is not Scope.POSTER:
            return Verdict.PROGRAM_WIDE
        if evidence.bots > _SAME_DEVICE * evidence.scans:
            return Verdict.BOT
        if evidence.told and evidence.busiest > _SAME_DEVICE * evidence.scans:
            return Verdict.DEVICE
        if event.fired_at - self.detector.roster.up_since[number] < _NOVELTY:
            return Verdict.NEW
        if evidence.told >= _SAME_DEVICE * evidence.scans:
            return Verdict.CROWD
        return Verdict.UNCLEAR


def posters_of(detector: Detector, scope: Scope, number: int) -> NDArray[np.int64]:
    """The numbers of the posters that an event is about."""
    programs = detector.roster.programs
    if scope is Scope.POSTER:
        return np.array([number])
    if scope is Scope.OVERALL:
        return np.arange(len(programs))
    return np.flatnonzero(programs == number)


def reason(scans: int, expected: float, window: int) -> str:
    """Why an event is told, in words: "42 scans in 1 h, about 6.1 expected"."""
    length = f"{window // HOUR} h" if window >= HOUR else f"{window // 60} min"
    usual = f"about {expected:.1f}" if expected >= _HARDLY else "hardly any"
    return f"{scans} scans in {length}, {usual} expected"
