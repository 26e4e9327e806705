"""Telling what is out of the ordinary: events, silences, firsts and round numbers, each once."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from bot.domain.alert import OCCASIONS, Alert, Kind, Scope
from bot.domain.detection.events import REST
from bot.domain.noise import State
from bot.services import silences
from bot.services.evidence import Investigation
from bot.services.fixed_thresholds import FixedThresholds
from bot.services.occasions import Occasions
from bot.services.restoring import restore
from bot.store import alerts, first_load, standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.detection.events import Event
    from bot.services.fixed_thresholds import FixedThreshold
    from bot.services.telling import Telling
    from bot.services.watching import Watching
    from bot.store.database import Database, Transaction

logger = logging.getLogger(__name__)

# The widest first, since an event of a program keeps back those of its posters.
_ORDER: Final = {Scope.OVERALL: 0, Scope.PROGRAM: 1, Scope.POSTER: 2}
_FEW: Final = 2  # pieces of good news that are told one by one
_GONE: Final = {State.REPLACED, State.RETIRED}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is told besides events."""

    gone_quiet: bool = True
    first_scans: bool = True
    milestones: bool = True
    thresholds: tuple[FixedThreshold, ...] = ()


@dataclass(slots=True)
class Alerting:
    """Looks, decides and tells; a decision, its alert and its messages are one transaction.

    What could not be kept is looked at again the next time. Several processes may look at the same
    store: who comes later finds the alert there.
    """

    database: Database
    watching: Watching
    telling: Telling
    wanted: Wanted
    zone: str
    _restored: bool = False
    _quiet: list[int] = field(default_factory=list)
    _occasions: Occasions = field(init=False)
    _thresholds: FixedThresholds = field(init=False)

    def __post_init__(self) -> None:
        detector, programs = self.watching.watch.detector, self.telling.programs
        self._occasions = Occasions(detector, self.wanted.first_scans, self.wanted.milestones)
        self._thresholds = FixedThresholds(detector, self.wanted.thresholds, programs, self.zone)

    def look(self, now: int, since: int = 0) -> list[Alert]:
        """Look at what came in up to `now`; returns the alerts that are new.

        What began before `since` (UTC seconds) is history, and nobody is told of it. Nothing is
        looked for while a first load is under way.

        Raises:
            StoreError: when the store can't be read or written; what was told is kept.
        """
        with self.database.read() as tx:
            if first_load.under_way(tx):
                return []
        self.watching.catch_up(now)
        if not self._restored:
            with self.database.read() as tx:
                restore(tx, self.watching.watch, now)
            self._restored = True
        seen = self.watching.look(now)
        self._quiet += seen.quiet
        found = [*self._events(seen.events, now, since), *self._silences(now)]
        found += self._others(now, since)
        self._heard_again(now)
        self.watching.save()
        for each in found:
            logger.info("Alert %s: %s", each.key, _in_brief(each))
        return found

    def release(self, now: int) -> int:
        """Tell of what was held and may be told now; returns in how many messages.

        What was over before Slack took its message is told in one, too.
        """
        with self.database.read() as tx:
            if not self.telling.noise.due(tx, now) and not self.telling.overtaken(tx, now):
                return 0
        with self.database.write(durable=True) as tx:
            due = self.telling.noise.due(tx, now)
            for each in due:
                self.telling.release(tx, each, now)
            overtaken = self.telling.overtaken(tx, now)
            return len(due) + sum(self.telling.gather(tx, each, now) for each in overtaken)

    def _events(self, events: Sequence[Event], now: int, since: int) -> list[Alert]:
        told = self._news(events, now, since)
        for event in told:
            event.changed = True  # until that is kept
        new = []
        for event in sorted(told, key=lambda each: (_ORDER[each.subject[0]], each.subject[1])):
            with self.database.write(durable=True) as tx:
                kept, fresh = self._kept(tx, event, now)
            event.alert, event.changed = kept.key, False
            new += [kept] if fresh else []
        return new

    def _news(self, events: Sequence[Event], now: int, since: int) -> list[Event]:
        """Those that are told already, or that are not mostly from before `since`."""
        old = [each for each in events if not each.alert and each.started_at < since]
        if not old:
            return list(events)
        with self.database.read() as tx:
            looking = Investigation(tx, self.watching.watch.detector, self.zone)
            history = [
                each.subject
                for each in old
                if looking.scans(each, each.started_at, since) >= looking.scans(each, since, now)
            ]
        return [each for each in events if each.alert or each.subject not in history]

    def _kept(self, tx: Transaction, event: Event, now: int) -> tuple[Alert, bool]:
        """The alert of an event, as it stands now, and whether it is new."""
        looking = Investigation(tx, self.watching.watch.detector, self.zone)
        bands, found = looking.bands(*event.subject, now), looking.alert(event, now)
        if not found.key:
            known = alerts.running(tx, found.scope, found.subject, now - REST)
            if known is None:
                kept = alerts.add(tx, found)
                self.telling.tell(tx, kept, now, bands)
                return kept, True
            found = replace(found, key=known.key)
        alerts.change(tx, found)
        self.telling.change(tx, found, now, bands)
        return found, False

    def _silences(self, now: int) -> list[Alert]:
        kept: list[Alert] = []
        if self._quiet and self.wanted.gone_quiet:
            with self.database.write(durable=True) as tx:
                found = self._untold(tx, now)
                for group in self.telling.groups(tx, found, now):
                    kept += self._together(tx, group, now)
        self._quiet = []
        return kept

    def _untold(self, tx: Transaction, now: int) -> list[Alert]:
        """The posters that have gone quiet and that nobody spoke of yet."""
        detector = self.watching.watch.detector
        found = [silences.alert(tx, detector, number, now) for number in self._quiet]
        spoken_of = {each.subject for each in alerts.unresolved(tx, Kind.QUIET)}
        spoken_of |= {id_ for id_, said in standing.every(tx).items() if said.state in _GONE}
        return [each for each in found if each.subject not in spoken_of]

    def _heard_again(self, now: int) -> None:
        """Say of posters that were told as quiet that they are scanned again."""
        detector = self.watching.watch.detector
        with self.database.read() as tx:
            quiet = alerts.unresolved(tx, Kind.QUIET)
        back = silences.scanned_again(detector, quiet, now) if quiet else []
        for group in sorted({each.group or each.key for each in back}):
            with self.database.write(durable=True) as tx:
                for each in back:
                    if group in {each.group, each.key}:
                        alerts.change(tx, each)
                self.telling.change_together(tx, alerts.group(tx, group), now)

    def _others(self, now: int, since: int) -> list[Alert]:
        """Firsts, round numbers and thresholds."""
        with self.database.read() as tx:
            found = self._occasional(tx, now, since)
        kept: list[Alert] = []
        if found:
            with self.database.write(durable=True) as tx:
                found = self._occasional(tx, now, since)
                for each in found:
                    if each.key:
                        alerts.change(tx, each)
                kept = self._new(tx, [each for each in found if not each.key], now)
        self.watching.arrived.clear()
        return kept

    def _new(self, tx: Transaction, found: Sequence[Alert], now: int) -> list[Alert]:
        """Keep and tell these, each for itself, but for many that are good news."""
        alone = [each for each in found if each.kind not in OCCASIONS]
        kept: list[Alert] = []
        news = [each for each in found if each.kind in OCCASIONS]
        for group in self.telling.groups(tx, news, now):
            if len(group) > _FEW:
                kept += self._together(tx, group, now)
            else:
                alone += group
        for each in alone:
            kept.append(alerts.add(tx, each))
            self.telling.tell(tx, kept[-1], now)
        return kept

    def _together(self, tx: Transaction, group: Sequence[Alert], now: int) -> list[Alert]:
        """Keep these, and tell them in one message a channel."""
        first = alerts.add(tx, group[0])
        rest = [alerts.add(tx, replace(each, group=first.key)) for each in group[1:]]
        self.telling.tell_together(tx, [first, *rest], now)
        return [first, *rest]

    def _occasional(self, tx: Transaction, now: int, since: int) -> list[Alert]:
        return [
            *self._occasions.look(tx, self.watching.arrived, now, since),
            *self._thresholds.look(tx, now, since),
        ]


def _in_brief(alert: Alert) -> str:
    """What it says, for the log: "spike at poster_7: 42 scans in 1 h, about 6.1 expected"."""
    where = f"{alert.scope} {alert.subject}".rstrip()
    return f"{alert.kind} at {where}: {alert.reason or f'{alert.scans:,} scans'}"
