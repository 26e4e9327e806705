"""Firsts and round numbers: told once each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from bot.domain.alert import Alert, Kind, Scope
from bot.domain.detection.recent import HOUR, SLICE
from bot.store import alerts, counts
from bot.store import scans as stored
from bot.store.counts import Selection

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from bot.domain.detection.detector import Detector
    from bot.store.database import Transaction

Subject = tuple[Scope, str]

_LATELY: Final = 86_400  # seconds: what was reached before is history
_MOST: Final = _LATELY // SLICE
_SMALLEST: Final = {Scope.POSTER: 100, Scope.PROGRAM: 1000, Scope.OVERALL: 1000}


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a look needs to know of the past, within its transaction.

    `rough` are the scans of posters since the hour of `begin`, at least those since `begin`.
    """

    tx: Transaction
    begin: int
    now: int
    rough: Mapping[str, int]
    told: Mapping[Kind, Mapping[Subject, int]]

    def may_be_since(self, subject: Subject) -> float:
        scope, id_ = subject
        return self.rough.get(id_, 0) if scope is Scope.POSTER else float("inf")

    def since(self, subject: Subject) -> int:
        """Scans since `begin`, those with a time still to come included."""
        return counts.total(self.tx, self.begin, self.now + _LATELY, _selection(*subject))


@dataclass(slots=True)
class Occasions:
    """Finds them among the posters that were scanned."""

    detector: Detector
    first_scans: bool = True
    milestones: bool = True
    _settled: dict[Subject, int] = field(default_factory=dict)

    def look(self, tx: Transaction, scanned: Collection[int], now: int, since: int) -> list[Alert]:
        """What these posters (by number) reached since `since` and is not among the alerts yet."""
        ids = self.detector.roster.poster_ids
        totals = self._totals(tx, [ids[number] for number in sorted(scanned)])
        fresh = {subject: total for subject, total in totals.items() if self._new(subject, total)}
        if not fresh:
            return []
        facts = self._facts(tx, fresh, max(since, now - _LATELY), now)
        return [
            found
            for subject, total in fresh.items()
            for found in self._found(subject, total, facts)
        ]

    def _new(self, subject: Subject, total: int) -> bool:
        return _milestone(subject, total) > self._settled.get(subject, -1)

    def _facts(self, tx: Transaction, fresh: Mapping[Subject, int], begin: int, now: int) -> _Facts:
        posters = [id_ for scope, id_ in fresh if scope is Scope.POSTER]
        rough = stored.since(tx, begin // HOUR, posters)
        told = {kind: alerts.reached(tx, kind) for kind in (Kind.FIRST_SCAN, Kind.MILESTONE)}
        return _Facts(tx, begin, now, rough, told)

    def _found(self, subject: Subject, total: int, facts: _Facts) -> Iterator[Alert]:
        """What is to be told of a subject; once there is nothing, its number is settled."""
        reached = _milestone(subject, total)
        if self.first_scans and self._is_first(subject, total, facts):
            yield _told(Kind.FIRST_SCAN, subject, 1, facts.now)
        elif self.milestones and self._is_milestone(subject, total, reached, facts):
            yield _told(Kind.MILESTONE, subject, reached, facts.now)
        elif subject[0] is not Scope.POSTER or self._by_people(subject[1], facts.now):
            self._settled[subject] = reached

    def _is_first(self, subject: Subject, total: int, facts: _Facts) -> bool:
        return (
            subject[0] is Scope.POSTER
            and subject not in self._settled
            and subject not in facts.told[Kind.FIRST_SCAN]
            and 0 < total <= facts.may_be_since(subject)
            and total <= facts.since(subject)
            and self._by_people(subject[1], facts.now)
        )

    def _is_milestone(self, subject: Subject, total: int, reached: int, facts: _Facts) -> bool:
        return (
            facts.told[Kind.MILESTONE].get(subject, 0) < reached
            and total - facts.may_be_since(subject) < reached
            and total - facts.since(subject) < reached
        )

    def _totals(self, tx: Transaction, posters: Sequence[str]) -> dict[Subject, int]:
        """All scans of these posters, their programs and the account."""
        if not posters:
            return {}
        roster = self.detector.roster
        numbers = [roster.number(id_) for id_ in posters]
        wanted = {roster.program_ids[roster.programs[n]] for n in numbers if n is not None}
        programs = stored.program_totals(tx)
        totals = stored.totals(tx, posters)
        return {
            **{(Scope.POSTER, id_): totals.get(id_, 0) for id_ in posters},
            **{(Scope.PROGRAM, id_): programs.get(id_, 0) for id_ in sorted(wanted - {""})},
            (Scope.OVERALL, ""): sum(programs.values()),
        }

    def _by_people(self, id_: str, now: int) -> bool:
        """Whether it was people who scanned a poster in the last day, and not only programs."""
        number, last = self.detector.roster.number(id_), (now - 1) // SLICE
        window = self.detector.recent.window
        return number is not None and window(last - _MOST + 1, last, np.array([number]))[0] > 0


def milestone(total: int, smallest: int) -> int:
    """The largest power of ten that is reached, from `smallest` on; 0 below that."""
    return 0 if total < smallest else int(10 ** (len(str(total)) - 1))


def _milestone(subject: Subject, total: int) -> int:
    return milestone(total, _SMALLEST[subject[0]])


def _told(kind: Kind, subject: Subject, scans: int, now: int) -> Alert:
    scope, id_ = subject
    return Alert(kind, scope, id_, now, now, HOUR, scans, 0.0, "", resolved_at=now)


def _selection(scope: Scope, id_: str) -> Selection:
    if scope is Scope.POSTER:
        return Selection(poster=id_)
    return Selection(program=id_) if scope is Scope.PROGRAM else counts.ANY
