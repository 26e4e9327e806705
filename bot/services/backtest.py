"""What would have been told: the stored history, replayed by the code that watches the present."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bot.domain.alert import Alert, Kind, Scope
from bot.domain.detection.detector import Detector
from bot.domain.detection.judgement import WINDOWS
from bot.domain.detection.recent import HOUR, SLICE
from bot.domain.detection.watch import Watch
from bot.services.evidence import reason
from bot.services.feeding import HISTORY, Feeder
from bot.services.watching import hour_of_week

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.domain.detection.events import Event
    from bot.domain.detection.recent import Scans
    from bot.domain.detection.watch import Thresholds
    from bot.store.database import Database

TICK: Final = 300
_DAY: Final = 24  # hours that are read at once


@dataclass(frozen=True, slots=True)
class Span:
    """Hours since 1970: learned from `first` on, judged from `since` until before `end`."""

    first: int
    since: int
    end: int


@dataclass(slots=True)
class Backtest:
    """Replays a store as it would have come in, were there a poll every five minutes."""

    database: Database
    zone: str
    thresholds: Thresholds
    _watch: Watch = field(init=False)
    _feeder: Feeder = field(init=False)
    _told: list[Event | Alert] = field(default_factory=list)
    _quiet: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._watch = Watch(Detector(hour_of_week(self.zone)), self.thresholds)
        self._feeder = Feeder(self.database, self._watch.detector)

    def span(self, since: int | None = None, until: int | None = None) -> Span:
        """What there is to replay, from `since` until `until` (UTC seconds) or all of it.

        Raises:
            StoreError: when the store can't be read.
        """
        first, last = self._feeder.extent()
        end = last + 1 if until is None else min(last + 1, -(-until // HOUR))
        begin = first if since is None else max(first, since // HOUR)
        return Span(max(first, begin - HISTORY), begin, max(begin, end))

    def run(self, span: Span, progress: Callable[[int, int], None]) -> list[Alert]:
        """Every spike and every silence, in the order in which they would have been told.

        `progress` hears how many hours of how many are done.

        Raises:
            StoreError: when the store can't be read.
        """
        for done, (hour, scans) in enumerate(self._hours(span), start=1):
            if hour < span.since:
                self._watch.detector.put(hour, scans)
                self._watch.newly_quiet()
            else:
                self._replay(hour, scans)
            progress(done, span.end - span.first)
        return [each if isinstance(each, Alert) else self._alert(each) for each in self._told]

    def _hours(self, span: Span) -> Iterator[tuple[int, Scans]]:
        for first in range(span.first, span.end, _DAY):
            hours = range(first, min(first + _DAY, span.end))
            with self.database.read() as tx:
                self._feeder.learn_names(tx, first)
                yield from list(self._feeder.hours(tx, hours, span.end * HOUR))

    def _replay(self, hour: int, scans: Scans) -> None:
        for now in range(hour * HOUR + TICK, (hour + 1) * HOUR + 1, TICK):
            self._watch.detector.put(hour, scans.until(now - 1))
            for event in self._watch.tick(now):
                if not event.alert:
                    self._told.append(event)
                    event.alert = len(self._told)
        self._heard_again((hour + 1) * HOUR)
        for poster in self._watch.newly_quiet():
            self._quiet[poster] = len(self._told)
            self._told.append(self._silence(poster, (hour + 1) * HOUR))

    def _silence(self, poster: int, now: int) -> Alert:
        silence = self._watch.detector.silence
        missed = float(silence.missed[poster])
        hours = int(silence.hours[poster])
        why = f"no scan where about {missed:.0f} were expected"
        id_ = self._watch.detector.roster.poster_ids[poster]
        began = now - hours * HOUR
        return Alert(
            Kind.QUIET, Scope.POSTER, id_, began, now, hours * HOUR, 0, round(missed, 1), why
        )

    def _heard_again(self, now: int) -> None:
        told = self._watch.detector.silence.told
        for poster in [each for each in self._quiet if not told[each]]:
            index = self._quiet.pop(poster)
            silence = self._told[index]
            if isinstance(silence, Alert):
                self._told[index] = silence.over(now)

    def _alert(self, event: Event) -> Alert:
        scope, number = event.subject
        roster = self._watch.detector.roster
        ids = roster.poster_ids if scope is Scope.POSTER else [*roster.program_ids, ""]
        window = WINDOWS[event.window] * SLICE
        return Alert(
            Kind.SPIKE,
            scope,
            "" if scope is Scope.OVERALL else ids[number],
            event.started_at,
            event.fired_at,
            window,
            event.scans,
            round(event.expected, 2),
            reason(event.scans, event.expected, window),
            score=round(event.score, 2),
            resolved_at=event.resolved_at,
            peak=event.peak,
        )
