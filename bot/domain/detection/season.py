"""How the hours of the week differ, for each poster.

Most posters get too few scans to know their own week. A lecture hall and a dorm differ all the
same, so a few courses of the week are learned from the posters that share them (a mixture of
multinomials, by expectation and maximisation), and each poster is given a mean of these, as likely
as they are its own. What its own scans tell beyond that, by hour and by weekday, comes on top.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from bot.domain.detection.courses import HOURS, KINDS, KINDS_OF_HOUR, Courses

if TYPE_CHECKING:
    from bot.domain.detection.arrays import Floats


DAYS: Final = 7
WEEK: Final = HOURS * DAYS
FORGET: Final = 0.5 ** (1 / (28 * HOURS))  # a half-life of 28 days, an hour at a time
_PRIOR_HOUR, _PRIOR_DAY = 12.0, 10.0
_PRIOR_ALL_DAY, _PRIOR_ALL_HOUR = 60.0, 300.0
_CLUMPED: Final = 1.5  # scans tell less than so many that come by themselves


@dataclass(slots=True)
class Season:
    """The state of learning; counts decay, so they are no integers.

    Arrays are indexed by poster and then by kind of hour (0 to 23 of a weekday, 24 to 47 of the
    weekend), by weekday or by hour of the week (Monday 0:00 is 0), as their names say. `kind_hours`
    are the hours of average business that a poster was up; `course` is what came of it all, one on
    average over the week.
    """

    kind_scans: Floats = field(default_factory=lambda: np.zeros((0, KINDS)))
    kind_hours: Floats = field(default_factory=lambda: np.zeros((0, KINDS)))
    day_scans: Floats = field(default_factory=lambda: np.zeros((0, DAYS)))
    day_expected: Floats = field(default_factory=lambda: np.zeros((0, DAYS)))
    course: Floats = field(default_factory=lambda: np.ones((0, KINDS)))
    doubts: Floats = field(default_factory=lambda: np.ones((0, KINDS)))
    common: Floats = field(default_factory=lambda: np.ones(KINDS))
    week_scans: Floats = field(default_factory=lambda: np.zeros(WEEK))
    week_expected: Floats = field(default_factory=lambda: np.zeros(WEEK))
    weekday: int = -1

    def grow(self, posters: int) -> None:
        """Make room for so many posters; a new one is thought to be like all of them."""
        more = posters - len(self.course)
        for name in ("kind_scans", "kind_hours", "day_scans", "day_expected"):
            table = getattr(self, name)
            setattr(self, name, np.pad(table, ((0, more), (0, 0))))
        self.course = np.concatenate([self.course, np.tile(self.common, (more, 1))])
        self.doubts = np.concatenate([self.doubts, np.full((more, KINDS), 1 / _PRIOR_HOUR)])

    def factors(self, slot: int) -> Floats:
        """How busy each poster usually is in this hour of the week, on average one."""
        return self.course[:, KINDS_OF_HOUR[slot]] * self._days(slot // HOURS) * self._week(slot)

    def doubt(self, slot: int) -> Floats:
        """How unsure `factors` are: their squared relative error."""
        days = 1 / (self.day_scans[:, slot // HOURS] + _PRIOR_DAY)
        return _CLUMPED * (self.doubts[:, KINDS_OF_HOUR[slot]] + days)

    def learn(self, counts: Floats, expected: Floats, hours: Floats, slot: int) -> None:
        """Take in an hour.

        Args:
            counts: Scans of each poster.
            expected: Scans that were to be expected of each.
            hours: The part of the hour for which each was up, times how busy the days are.
            slot: The hour of the week.
        """
        day, kind = slot // HOURS, KINDS_OF_HOUR[slot]
        if day != self.weekday:
            self._settle()
            self.weekday = day
        # An hour of the day comes about once a day, a weekday HOURS times a week.
        for table, at, seen, times in (
            (self.kind_scans, kind, counts, HOURS),
            (self.kind_hours, kind, hours, HOURS),
            (self.day_scans, day, counts, DAYS),
            (self.day_expected, day, expected, DAYS),
        ):
            table[:, at] = table[:, at] * FORGET**times + seen
        self.week_scans[slot] = self.week_scans[slot] * FORGET**WEEK + counts.sum()
        self.week_expected[slot] = self.week_expected[
            slot
        ] * FORGET**WEEK + expected.sum() / self._week(slot)

    def _settle(self) -> None:
        """Learn the courses of the week anew from all that is remembered."""
        courses = Courses.of(self.kind_scans, self.kind_hours)
        self.common = courses.common
        shared, unsure = courses.shared(self.kind_scans, self.kind_hours)
        expected = self.kind_hours * shared
        expected *= (self.kind_scans.sum(axis=1) / np.maximum(expected.sum(axis=1), 1e-9))[:, None]
        scans, ahead = _around(self.kind_scans), _around(expected)
        course = shared * (scans + _PRIOR_HOUR) / (ahead + _PRIOR_HOUR)
        self.course = course / course[:, KINDS_OF_HOUR].mean(axis=1, keepdims=True)
        self.doubts = 1 / (scans + _PRIOR_HOUR) + unsure * _PRIOR_HOUR / (ahead + _PRIOR_HOUR)

    def _days(self, day: int) -> Floats:
        factor: Floats = (self.day_scans[:, day] + _PRIOR_DAY) / (
            self.day_expected[:, day] + _PRIOR_DAY
        )
        return factor

    def _week(self, slot: int) -> float:
        """How this hour of the week differs for all, beyond what kind of hour it is."""
        day = slice(slot // HOURS * HOURS, slot // HOURS * HOURS + HOURS)
        scans, expected = self.week_scans[day].sum(), self.week_expected[day].sum()
        days = (scans + _PRIOR_ALL_DAY) / (expected + _PRIOR_ALL_DAY)
        ahead = self.week_expected[slot] * days
        return float(days * (self.week_scans[slot] + _PRIOR_ALL_HOUR) / (ahead + _PRIOR_ALL_HOUR))


def _around(table: Floats) -> Floats:
    """Each hour with half of the hours beside it, on the same kind of day."""
    days = table.reshape(len(table), KINDS // HOURS, HOURS)
    beside = (np.roll(days, 1, axis=2) + np.roll(days, -1, axis=2)) / 2
    return (days + beside).reshape(table.shape)
