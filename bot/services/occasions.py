"""Firsts, round numbers, and thresholds that somebody set: told once each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from bot.domain import command
from bot.domain.alert import Alert, Kind, Scope
from bot.domain.detection.recent import HOUR, SLICE
from bot.domain.figures import count
from bot.services.naming import Names
from bot.store import alerts, counts
from bot.store import scans as stored
from bot.store.counts import Selection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from bot.domain.detection.detector import Detector
    from bot.domain.model import Programs
    from bot.store.database import Transaction

Floats: TypeAlias = "NDArray[np.float64]"

_LATELY: Final = 86_400  # seconds: what was reached before is history
_SMALLEST: Final = {Scope.POSTER: 100, Scope.PROGRAM: 1000, Scope.OVERALL: 1000}


@dataclass(frozen=True, slots=True)
class Threshold:
    """So many scans of a poster within `seconds`, whatever is usual; `words` are filters."""

    scans: int
    seconds: int
    words: str = ""

    @property
    def reason(self) -> str:
        """What was asked for, in words; tells one threshold from another."""
        only = f" ({self.words})" if self.words else ""
        return f"{count(self.scans, 'scan')} within {self.seconds // 60} min{only} were asked for"


@dataclass(slots=True)
class Occasions:
    """Finds them among the posters that were scanned lately."""

    detector: Detector
    first_scans: bool = True
    milestones: bool = True
    _settled: dict[tuple[Scope, str], int] = field(default_factory=dict)

    def look(self, tx: Transaction, now: int, since: int) -> Iterator[Alert]:
        """What was reached since `since` (UTC seconds) and not told yet."""
        lately = self._scanned_lately(now)
        totals = stored.totals(tx, lately)
        begin = max(since, now - _LATELY)
        for id_ in lately:
            yield from self._first(tx, id_, totals[id_], begin, now)
            yield from self._milestone(tx, Scope.POSTER, id_, totals[id_], begin, now)
        if lately:
            yield from self._wider(tx, lately, begin, now)

    def _wider(
        self, tx: Transaction, lately: Sequence[str], begin: int, now: int
    ) -> Iterator[Alert]:
        roster = self.detector.roster
        numbers = [roster.number(id_) for id_ in lately]
        programs = {roster.program_ids[roster.programs[n]] for n in numbers if n is not None}
        for program in sorted(programs - {""}):
            total = stored.program_total(tx, program)
            yield from self._milestone(tx, Scope.PROGRAM, program, total, begin, now)
        yield from self._milestone(tx, Scope.OVERALL, "", counts.everything(tx), begin, now)

    def _scanned_lately(self, now: int) -> list[str]:
        last = (now - 1) // SLICE
        scanned = self.detector.recent.window(last - 11, last) > 0
        return [self.detector.roster.poster_ids[number] for number in np.flatnonzero(scanned)]

    def _first(
        self, tx: Transaction, id_: str, total: int, begin: int, now: int
    ) -> Iterator[Alert]:
        if not self.first_scans or (Scope.POSTER, id_) in self._settled:
            return
        fresh = 0 < total <= counts.total(tx, begin, now, Selection(poster=id_))
        if fresh and alerts.reached(tx, Kind.FIRST_SCAN, Scope.POSTER, id_) < 0:
            yield _told(Kind.FIRST_SCAN, id_, 1, now)

    def _milestone(
        self, tx: Transaction, scope: Scope, id_: str, total: int, begin: int, now: int
    ) -> Iterator[Alert]:
        reached = milestone(total, _SMALLEST[scope])
        if reached <= self._settled.get((scope, id_), -1):
            return
        self._settled[scope, id_] = reached
        if not self.milestones or not reached:
            return
        lately = counts.total(tx, begin, now, _selection(scope, id_))
        if total - lately < reached and alerts.reached(tx, Kind.MILESTONE, scope, id_) < reached:
            yield _told(Kind.MILESTONE, id_, reached, now, scope=scope)


@dataclass(slots=True)
class Thresholds:
    """Follows what somebody wants to be told of, whatever is usual."""

    detector: Detector
    wanted: Sequence[Threshold]
    programs: Programs
    zone: str

    def look(self, tx: Transaction, now: int) -> Iterator[Alert]:
        """New alerts, and known ones that are over, with `resolved_at`.

        Raises:
            CommandError: when the filters of one can't be understood.
            UnknownNameError: when a name in them means nothing or too much.
        """
        known = alerts.unresolved(tx, Kind.THRESHOLD) if self.wanted else []
        opened = {(each.subject, each.reason): each for each in known}
        for wanted in self.wanted:
            last = (now - 1) // SLICE
            scans = self.detector.recent.window(last - wanted.seconds // SLICE + 1, last)
            yield from self._crossed(wanted, scans * self._selected(tx, wanted, now), opened, now)
            yield from self._over(wanted, scans, opened, now)

    def _crossed(
        self, wanted: Threshold, scans: Floats, opened: Mapping[tuple[str, str], Alert], now: int
    ) -> Iterator[Alert]:
        for number in np.flatnonzero(scans >= wanted.scans):
            id_ = self.detector.roster.poster_ids[number]
            if (id_, wanted.reason) not in opened:
                yield _told(Kind.THRESHOLD, id_, int(scans[number]), now, wanted)

    def _over(
        self, wanted: Threshold, scans: Floats, opened: Mapping[tuple[str, str], Alert], now: int
    ) -> Iterator[Alert]:
        for (id_, reason), alert in opened.items():
            number = self.detector.roster.number(id_)
            mine = reason == wanted.reason and number is not None
            if mine and scans[number] < wanted.scans / 2:
                yield replace(alert, resolved_at=now)

    def _selected(self, tx: Transaction, wanted: Threshold, now: int) -> NDArray[np.bool_]:
        """Which posters a threshold is about."""
        roster = self.detector.roster
        if not wanted.words:
            return np.ones(len(roster.poster_ids), np.bool_)
        filters = command.parse(f"top {wanted.words}", now, self.zone).filters
        only = Names(tx, self.programs).selection(filters)
        posters = Names(tx, self.programs).posters(roster.poster_ids).values()
        return np.array(
            [
                only.poster in {None, each.id}
                and only.program in {None, each.program}
                and only.ambassador in {None, each.ambassador}
                for each in posters
            ]
        )


def milestone(total: int, smallest: int) -> int:
    """The largest power of ten that is reached, from `smallest` on; 0 below that."""
    return 0 if total < smallest else int(10 ** (len(str(total)) - 1))


def _told(
    kind: Kind,
    subject: str,
    scans: int,
    now: int,
    threshold: Threshold | None = None,
    scope: Scope = Scope.POSTER,
) -> Alert:
    return Alert(
        kind=kind,
        scope=scope,
        subject=subject,
        started_at=now - threshold.seconds if threshold else now,
        fired_at=now,
        window=threshold.seconds if threshold else HOUR,
        scans=scans,
        expected=0.0,
        reason=threshold.reason if threshold else "",
        resolved_at=None if threshold else now,
    )


def _selection(scope: Scope, id_: str) -> Selection:
    if scope is Scope.POSTER:
        return Selection(poster=id_)
    return Selection(program=id_) if scope is Scope.PROGRAM else counts.ANY
