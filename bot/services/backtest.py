"""What would have been told: the stored history, replayed by the code that watches the present."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bot.domain.alert import Alert, Kind, Scope
from bot.domain.detection.detector import Detector
from bot.domain.detection.judgement import WINDOWS
from bot.domain.detection.recent import HOUR, SLICE
from bot.domain.detection.watch import Watch
from bot.services import silences
from bot.services.evidence import reason
from bot.services.feeding import HISTORY, Feeder
from bot.services.watching import hour_of_week, judge
from bot.store import first_load
from bot.store.database import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.domain.detection.events import Event
    from bot.domain.detection.recent import Scans
    from bot.domain.detection.watch import Thresholds
    from bot.store.database import Database

TICK: Final = 300
_UNFINISHED: Final = "The first load has not finished; `posterpulse sync` goes on with it."
_DAY: Final = 24  # hours that are read at once


@dataclass(frozen=True, slots=True)
class Span:
    """In UTC seconds: learned from `first` on, judged from `since` until and including `end`."""

    first: int
    since: int
    end: int

    @property
    def hours(self) -> range:
        """All hours since 1970 that are looked at."""
        return range(self.first // HOUR, -(-self.end // HOUR))


@dataclass(slots=True)
class Backtest:
    """Replays a store as it would have come in, were there a poll every five minutes."""

    database: Database
    zone: str
    thresholds: Thresholds
    _watch: Watch = field(init=False)
    _feeder: Feeder = field(init=False)
    _told: list[Event | Alert] = field(default_factory=list)
    _quiet: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._watch = Watch(Detector(hour_of_week(self.zone)), self.thresholds)
        self._feeder = Feeder(self.database, self._watch.detector)

    def span(self, since: int | None, until: int) -> Span:
        """What there is to replay up to `until`, from `since` on (UTC seconds) or all of it.

        Raises:
            StoreError: when the store can't be read, or is still being filled.
        """
        with self.database.read() as tx:
            if first_load.under_way(tx):
                raise StoreError(_UNFINISHED)
        first, last = (hour * HOUR for hour in self._feeder.extent())
        end = min(last + HOUR, until - until % TICK)
        begin = first if since is None else max(first, since)
        if begin >= end:
            return Span(begin, begin, begin)
        return Span(max(first, begin - begin % HOUR - HISTORY * HOUR), begin, end)

    def run(self, span: Span, progress: Callable[[int, int], None]) -> list[Alert]:
        """Every spike and every silence, in the order in which they would have been told.

        `progress` hears how many hours of how many are done.

        Raises:
            StoreError: when the store can't be read.
        """
        for done, (hour, scans) in enumerate(self._hours(span), start=1):
            if (hour + 1) * HOUR <= span.since:
                self._watch.detector.put(hour, scans)
                self._watch.newly_quiet()
            else:
                self._replay(hour, scans, span)
            progress(done, len(span.hours))
        return [each if isinstance(each, Alert) else self._alert(each) for each in self._told]

    def _hours(self, span: Span) -> Iterator[tuple[int, Scans]]:
        for first in span.hours[::_DAY]:
            hours = range(first, min(first + _DAY, span.hours.stop))
            with self.database.read() as tx:
                self._feeder.learn_names(tx, first)
                day = list(self._feeder.hours(tx, hours, span.end))
            yield from day

    def _replay(self, hour: int, scans: Scans, span: Span) -> None:
        for now in range(hour * HOUR + TICK, (hour + 1) * HOUR + 1, TICK):
            if span.since < now <= span.end:
                self._watch.detector.put(hour, scans.until(now - 1))
                seen = judge(self._watch, now)
                self._note([each for each in seen.events if each.started_at >= span.since])
                self._hush(seen.quiet, now)
                self._hear_again(now)

    def _note(self, events: Sequence[Event]) -> None:
        for event in events:
            if not event.alert:
                self._told.append(event)
                event.alert = len(self._told)

    def _hush(self, posters: Sequence[int], now: int) -> None:
        if not posters:
            return
        with self.database.read() as tx:
            found = [silences.alert(tx, self._watch.detector, each, now) for each in posters]
        for each in found:
            if each.subject not in self._quiet:
                self._quiet[each.subject] = len(self._told)
                self._told.append(each)

    def _hear_again(self, now: int) -> None:
        told = [self._told[index] for index in self._quiet.values()]
        quiet = [each for each in told if isinstance(each, Alert)]
        for each in silences.scanned_again(self._watch.detector, quiet, now) if quiet else []:
            self._told[self._quiet.pop(each.subject)] = each

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
