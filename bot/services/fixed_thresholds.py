"""Thresholds that somebody set: so many scans of a poster are told, whatever is usual."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from bot.domain import command
from bot.domain.alert import Alert, Kind, Scope
from bot.domain.command import CommandError
from bot.domain.detection.recent import HOUR, SLICE
from bot.domain.figures import count
from bot.domain.naming import UnknownNameError
from bot.services.naming import Names
from bot.store import alerts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from bot.domain.detection.detector import Detector
    from bot.domain.model import Poster, Programs
    from bot.store.counts import Selection
    from bot.store.database import Transaction

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FixedThreshold:
    """So many scans of a poster within `seconds`; `words` are filters as in a command."""

    scans: int
    seconds: int
    words: str = ""

    @property
    def reason(self) -> str:
        """What was asked for, in words; tells one threshold from another."""
        only = f" ({self.words})" if self.words else ""
        return f"{count(self.scans, 'scan')} within {self.seconds // 60} min{only} were asked for"


@dataclass(slots=True)
class FixedThresholds:
    """Follows what somebody wants to be told of."""

    detector: Detector
    wanted: Sequence[FixedThreshold]
    programs: Programs
    zone: str
    _selections: dict[FixedThreshold, tuple[int, Selection | None]] = field(default_factory=dict)
    _complaints: set[str] = field(default_factory=set)

    def look(self, tx: Transaction, now: int, since: int) -> list[Alert]:
        """New alerts, and known ones that are over, with `resolved_at`.

        Only scans since `since` (UTC seconds) count. A threshold whose filters can't be understood
        is logged once and left out.
        """
        if not self.wanted:
            return []
        opened = {(each.subject, each.reason): each for each in alerts.unresolved(tx, _KIND)}
        found: list[Alert] = []
        for wanted in self.wanted:
            scans = self._scans(wanted, now, since)
            found += self._crossed(tx, wanted, scans, opened, now)
            found += self._over(wanted, scans, opened, now)
        return found

    def _scans(self, wanted: FixedThreshold, now: int, since: int) -> NDArray[np.float64]:
        last = (now - 1) // SLICE
        first = max(last + 1 + -wanted.seconds // SLICE, -(-since // SLICE))
        if first > last:
            return np.zeros(len(self.detector.roster.poster_ids))
        return self.detector.recent.window(first, last)

    def _crossed(
        self,
        tx: Transaction,
        wanted: FixedThreshold,
        scans: NDArray[np.float64],
        opened: Mapping[tuple[str, str], Alert],
        now: int,
    ) -> Iterator[Alert]:
        only = self._selection(tx, wanted, now)
        ids = self.detector.roster.poster_ids
        crossed = {ids[n]: int(scans[n]) for n in np.flatnonzero(scans >= wanted.scans)}
        new = [id_ for id_ in crossed if (id_, wanted.reason) not in opened]
        if only is None or not new:
            return
        for id_, poster in Names(tx, self.programs).posters(new).items():
            if _chosen(poster, only):
                yield _told(wanted, id_, crossed[id_], now)

    def _over(
        self,
        wanted: FixedThreshold,
        scans: NDArray[np.float64],
        opened: Mapping[tuple[str, str], Alert],
        now: int,
    ) -> Iterator[Alert]:
        """Half of it is over: a count that hovers around a threshold is told once."""
        for (id_, reason), alert in opened.items():
            number = self.detector.roster.number(id_)
            mine = reason == wanted.reason and number is not None
            if mine and scans[number] < wanted.scans / 2:
                yield replace(alert, resolved_at=now)

    def _selection(self, tx: Transaction, wanted: FixedThreshold, now: int) -> Selection | None:
        """Which posters a threshold is about, as names stand in this hour; None for a mistake."""
        hour, known = self._selections.get(wanted, (-1, None))
        if hour != now // HOUR:
            known = self._understood(tx, wanted, now)
            self._selections[wanted] = now // HOUR, known
        return known

    def _understood(self, tx: Transaction, wanted: FixedThreshold, now: int) -> Selection | None:
        try:
            filters = command.parse(f"top {wanted.words}", now, self.zone).filters
            return Names(tx, self.programs).selection(filters)
        except (CommandError, UnknownNameError) as error:
            if str(error) not in self._complaints:
                self._complaints.add(str(error))
                logger.error("alerts.thresholds: %s Correct its filters in config.toml.", error)  # noqa: TRY400 - one line says all
            return None


_KIND = Kind.THRESHOLD


def _chosen(poster: Poster, only: Selection) -> bool:
    return (
        only.poster in {None, poster.id}
        and only.program in {None, poster.program}
        and only.ambassador in {None, poster.ambassador}
    )


def _told(wanted: FixedThreshold, poster: str, scans: int, now: int) -> Alert:
    began, reason = now - wanted.seconds, wanted.reason
    return Alert(_KIND, Scope.POSTER, poster, began, now, wanted.seconds, scans, 0.0, reason)
