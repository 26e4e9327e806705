"""Telling what is out of the ordinary: events, silences, firsts and round numbers, each once."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from bot.domain.alert import Alert, Kind, Scope
from bot.domain.command import CommandError
from bot.domain.detection.recent import HOUR
from bot.domain.naming import UnknownNameError
from bot.domain.noise import State
from bot.services.evidence import Investigation
from bot.services.occasions import Occasions, Thresholds
from bot.services.restoring import restore
from bot.store import alerts, standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.domain.alert import Band
    from bot.domain.detection.events import Event
    from bot.services.occasions import Threshold
    from bot.services.telling import Telling
    from bot.services.watching import Watching
    from bot.store.database import Database, Transaction

logger = logging.getLogger(__name__)

# The widest first, since an event of a program keeps back those of its posters.
_ORDER: Final = {Scope.OVERALL: 0, Scope.PROGRAM: 1, Scope.POSTER: 2}
_GONE: Final = {State.REPLACED, State.RETIRED}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is told besides events."""

    gone_quiet: bool = True
    first_scans: bool = True
    milestones: bool = True
    thresholds: tuple[Threshold, ...] = ()


@dataclass(slots=True)
class Alerting:
    """Looks, decides and tells; a decision, its alert and its messages are one transaction."""

    database: Database
    watching: Watching
    telling: Telling
    wanted: Wanted
    zone: str
    _restored: bool = False
    _complained: str = ""
    _occasions: Occasions = field(init=False)
    _thresholds: Thresholds = field(init=False)

    def __post_init__(self) -> None:
        detector = self.watching.watch.detector
        self._occasions = Occasions(detector, self.wanted.first_scans, self.wanted.milestones)
        programs = self.telling.programs
        self._thresholds = Thresholds(detector, self.wanted.thresholds, programs, self.zone)

    def look(self, now: int, since: int = 0) -> list[Alert]:
        """Look at what came in up to `now`; returns the alerts that are new.

        What began before `since` (UTC seconds) is history, and nobody is told of it.

        Raises:
            StoreError: when the store can't be read or written; what was told is kept.
        """
        self.watching.catch_up(now)
        if not self._restored:
            with self.database.read() as tx:
                restore(tx, self.watching.watch, now)
            self._restored = True
        seen = self.watching.look(now)
        found = [*self._events(seen.events, now, since), *self._silences(seen.quiet, now)]
        found += self._others(now, since)
        self._heard_again(now)
        self.watching.save()
        for each in found:
            logger.info("Alert %s (%s): %s", each.key, each.kind, each.reason or each.scans)
        return found

    def release(self, now: int) -> int:
        """Tell of what was held and may be told now; returns in how many messages."""
        with self.database.read() as tx:
            if not self.telling.noise.due(tx, now):
                return 0
        with self.database.write(durable=True) as tx:
            due = self.telling.noise.due(tx, now)
            for each in due:
                self.telling.release(tx, each, now)
        return len(due)

    def _events(self, events: Iterable[Event], now: int, since: int) -> list[Alert]:
        new = []
        for event in sorted(events, key=lambda each: (_ORDER[each.subject[0]], each.subject[1])):
            if event.started_at < since:
                continue
            with self.database.write(durable=True) as tx:
                looking = Investigation(tx, self.watching.watch.detector, self.zone)
                bands = looking.bands(*event.subject, now)
                found = looking.alert(event, now)
                kept = self._kept(tx, found, now, bands)
            if not event.alert:
                event.alert = kept.key
                new.append(kept)
        return new

    def _kept(self, tx: Transaction, found: Alert, now: int, bands: tuple[Band, ...]) -> Alert:
        if found.key:
            alerts.change(tx, found)
            self.telling.change(tx, found, now, bands)
            return found
        kept = alerts.add(tx, found)
        self.telling.tell(tx, kept, now, bands)
        return kept

    def _silences(self, quiet: Sequence[int], now: int) -> list[Alert]:
        if not quiet or not self.wanted.gone_quiet:
            return []
        with self.database.write(durable=True) as tx:
            said = standing.every(tx)
            found = [self._silence(number, now) for number in quiet]
            found = [
                each
                for each in found
                if each.subject not in said or said[each.subject].state not in _GONE
            ]
            kept: list[Alert] = []
            for each in found:
                group = kept[0].key if kept else 0
                kept.append(alerts.add(tx, replace(each, group=group)))
            if kept:
                self.telling.tell_together(tx, kept, now)
        return kept

    def _silence(self, number: int, now: int) -> Alert:
        detector = self.watching.watch.detector
        silence = detector.silence
        hours = int(silence.hours[number])
        missed = float(silence.missed[number])
        return Alert(
            kind=Kind.QUIET,
            scope=Scope.POSTER,
            subject=detector.roster.poster_ids[number],
            started_at=self.watching.last_scan(number, now),
            fired_at=now,
            window=hours * HOUR,
            scans=0,
            expected=round(missed, 1),
            reason=f"no scan where about {missed:.0f} were expected",
        )

    def _heard_again(self, now: int) -> None:
        """Say of posters that were told as quiet that they are scanned again."""
        detector = self.watching.watch.detector
        with self.database.read() as tx:
            quiet = alerts.unresolved(tx, Kind.QUIET)
        numbers = {each.key: detector.roster.number(each.subject) for each in quiet}
        back = [
            each
            for each in quiet
            if (number := numbers[each.key]) is not None and not detector.silence.told[number]
        ]
        for group in {each.group or each.key for each in back}:
            with self.database.write(durable=True) as tx:
                for each in back:
                    if group in {each.group, each.key}:
                        alerts.change(tx, replace(each, resolved_at=now))
                self.telling.change_together(tx, alerts.group(tx, group), now)

    def _others(self, now: int, since: int) -> list[Alert]:
        """Firsts, round numbers and thresholds."""
        with self.database.read() as tx:
            found = [*self._occasions.look(tx, now, since), *self._crossed(tx, now)]
        kept = []
        for each in found:
            with self.database.write(durable=True) as tx:
                if each.key:
                    alerts.change(tx, each)
                else:
                    kept.append(alerts.add(tx, each))
                    self.telling.tell(tx, kept[-1], now)
        return kept

    def _crossed(self, tx: Transaction, now: int) -> list[Alert]:
        try:
            return list(self._thresholds.look(tx, now))
        except (CommandError, UnknownNameError) as error:
            if str(error) != self._complained:
                self._complained = str(error)
                logger.error("alerts.thresholds: %s Correct their filters in config.toml.", error)  # noqa: TRY400 - one line says all
            return []
