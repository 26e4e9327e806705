"""A few courses of the week that many posters share: a mixture of multinomials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from bot.domain.detection.arrays import Floats


HOURS: Final = 24
KINDS: Final = 2 * HOURS
# Each hour of the week as an hour of a weekday (0 to 23) or of the weekend (24 to 47).
KINDS_OF_HOUR: Final = np.concatenate(
    [np.tile(np.arange(HOURS), 5), np.tile(np.arange(HOURS, KINDS), 2)]
)
_OFTEN: Final = np.bincount(KINDS_OF_HOUR) / len(KINDS_OF_HOUR)
_MOST: Final = 12  # courses
_ROUNDS: Final = 12
_ENOUGH: Final = 3000  # posters that tell what courses there are
_PRIOR: Final = 2.0  # scans by which a course is drawn to the common one, in each hour
_PRIOR_OWN: Final = 2.0  # the same for a poster that may stand for a course
_CLUMPED: Final = 0.6  # of the scans, how many tell something new
_GAIN: Final = 12.0  # nats by which a course must explain its first poster better
_LEAST: Final = 0.01
_NOUGHT: Final = -30.0  # the logarithm of what is next to nothing


@dataclass(frozen=True, slots=True)
class Courses:
    """Courses by kind of hour, each one on average over the week; `weights`: how common each is."""

    courses: Floats
    weights: Floats

    @classmethod
    def of(cls, scans: Floats, hours: Floats) -> Courses:
        """Learn them from posters: scans and hours that they were up, by kind of hour.

        Where there are many posters, the busiest tell as much as all.
        """
        if len(scans) > _ENOUGH:
            busiest = np.argsort(-scans.sum(axis=1), kind="stable")[:_ENOUGH]
            scans, hours = scans[busiest], hours[busiest]
        common = _course(
            scans.sum(axis=0), (hours * _rates(scans, hours)).sum(axis=0), np.ones(KINDS), _PRIOR
        )
        found = cls(common[None], np.ones(1))
        own = _course(scans, hours * _rates(scans, hours), common, _PRIOR_OWN)
        fit = _fits(scans, hours, own)
        while len(found.weights) < _MOST:
            gains = fit - found._likelihoods(scans, hours).max(axis=1)
            if gains.max(initial=0.0) < _GAIN:
                break
            courses = np.concatenate([found.courses, own[gains.argmax()][None]])
            found = cls(courses, np.full(len(courses), 1 / len(courses)))
        for _ in range(_ROUNDS):
            found = found._better(scans, hours)
        return found

    @property
    def common(self) -> Floats:
        """The course of a poster of which nothing is known."""
        common: Floats = self.weights @ self.courses
        return common

    def shared(self, scans: Floats, hours: Floats) -> tuple[Floats, Floats]:
        """The course of each poster, as likely as each of these is its own, and how unsure that is.

        The latter is the squared relative error, as far as these courses differ.
        """
        members = self._membership(scans, hours)
        mean, square = members @ self.courses, members @ self.courses**2
        return mean, np.maximum(square / mean**2 - 1, 0.0)

    def _likelihoods(self, scans: Floats, hours: Floats) -> Floats:
        """The logarithm of how likely each poster's scans are by each course."""
        totals = np.log(np.maximum(hours @ self.courses.T, 1e-9)) * scans.sum(axis=1)[:, None]
        found: Floats = _CLUMPED * (scans @ np.log(self.courses).T - totals)
        return found

    def _membership(self, scans: Floats, hours: Floats) -> Floats:
        logs = self._likelihoods(scans, hours) + np.log(self.weights)
        # No smaller parts: computing with numbers next to zero is slow.
        parts = np.exp(np.maximum(logs - logs.max(axis=1, keepdims=True), _NOUGHT))
        found: Floats = parts / parts.sum(axis=1, keepdims=True)
        return found

    def _better(self, scans: Floats, hours: Floats) -> Courses:
        """One round of expectation and maximisation."""
        members = self._membership(scans, hours)
        totals = scans.sum(axis=1)[:, None] / np.maximum(hours @ self.courses.T, 1e-9)
        seen, ahead = members.T @ scans, (members * totals).T @ hours
        common = self.common
        courses = np.array(
            [_course(*each, common, _PRIOR) for each in zip(seen, ahead, strict=True)]
        )
        return Courses(courses, (members.sum(axis=0) + 1) / (len(scans) + len(courses)))


def _fits(scans: Floats, hours: Floats, own: Floats) -> Floats:
    """The logarithm of how likely each poster's scans are by its own course."""
    totals = np.log(np.maximum((hours * own).sum(axis=1), 1e-9)) * scans.sum(axis=1)
    found: Floats = _CLUMPED * ((scans * np.log(own)).sum(axis=1) - totals)
    return found


def _rates(scans: Floats, hours: Floats) -> Floats:
    found: Floats = scans.sum(axis=1, keepdims=True) / np.maximum(
        hours.sum(axis=1, keepdims=True), 1e-9
    )
    return found


def _course(scans: Floats, expected: Floats, prior: Floats, weight: float) -> Floats:
    """Scans by what a level course would bring, drawn to another course; one on average."""
    course = np.maximum((scans + weight * prior) / (expected + weight), _LEAST)
    mean: Floats = course @ _OFTEN
    found: Floats = course / mean[..., None]
    return found
