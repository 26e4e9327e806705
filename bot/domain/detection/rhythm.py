"""What is usual: a rate for every poster, and how much counts vary.

A poster's rate is a Gamma distribution that forgets: `scans` seen in `exposure` hours of average
business, shrunk towards the mean of its program and that towards the account's. How much counts
vary beyond chance is estimated by moments: `clumping` for scans that come in company, `unrest` for
days that are busier than others. (Farrington et al. 1996 for the over-dispersed counts; Clayton and
Kaldor 1987 for rates shrunk by empirical Bayes.)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from bot.domain.detection.arrays import Floats, Integers
    from bot.domain.detection.roster import Roster


HOURS, DAYS = 24, 7
WEEK: Final = HOURS * DAYS
_FORGET_RATE: Final = 0.5 ** (1 / (20 * HOURS))  # a half-life of 20 days, an hour at a time
_FORGET_PROGRAM: Final = 0.5 ** (1 / (7 * HOURS))
_FORGET_SEASON: Final = 0.5 ** (1 / (28 * HOURS))
_PRIOR_SHAPE: Final = 0.5
_PRIOR_PROGRAM: Final = 10.0
_CLUMPING, _CLUMPING_WEIGHT = 1.3, 50.0
_UNREST, _UNREST_WEIGHT = 0.15, 60.0
_EXTREME: Final = 12.0
_SPARSE: Final = 0.5  # scans an hour up to which only clumping shows
_WIDE, _WIDER = 1.4, 4.0
_GROUP: Final = 2.5  # scans in company that are nothing special
_DEVIATIONS, _ROOM = 2.5, 1.0  # of what a single hour may teach


@dataclass(slots=True)
class Rhythm:
    """The state of learning, one entry a poster or program; counts decay, so they are no integers.

    Arrays are indexed by poster, by program, by hour of the day, by weekday or by hour of the week
    (Monday 0:00 is 0), as their names say.
    """

    scans: Floats
    exposure: Floats
    today_scans: Floats
    today_expected: Floats
    today_ahead: Floats
    unrest_seen: Floats
    unrest_weight: Floats
    program_scans: Floats
    program_expected: Floats
    program_unrest_seen: Floats
    program_unrest_weight: Floats
    clumping_seen: Floats = field(default_factory=lambda: np.zeros(2))
    weekday: int = -1

    @classmethod
    def empty(cls) -> Rhythm:
        """Nothing learned about nobody."""
        of_posters = {name: np.zeros(0) for name in _OF_POSTERS}
        of_programs = {name: np.zeros(1) for name in _OF_PROGRAMS}
        return cls(**of_posters, **of_programs)  # type: ignore[arg-type]

    def grow(self, posters: int, programs: int) -> None:
        """Make room for so many posters and programs; the last program is the whole account."""
        for name in _OF_POSTERS:
            setattr(self, name, _longer(getattr(self, name), posters))
        for name in _OF_PROGRAMS:
            setattr(self, name, _longer(getattr(self, name), programs + 1, keep_last=True))

    def rates(self, roster: Roster) -> Floats:
        """Scans an hour of average business, for every poster."""
        means = self._program_means(roster)[roster.programs]
        return (self.scans + _PRIOR_SHAPE) / (self.exposure + _PRIOR_SHAPE / means)

    def expected(self, roster: Roster, factors: Floats) -> Floats:
        """Scans that each poster usually gets in an hour that is so busy, were it up all of it."""
        return self.rates(roster) * factors

    @property
    def clumping(self) -> float:
        """The variance of few scans by their mean: one if each came by itself."""
        seen, expected = self.clumping_seen
        return float(
            np.clip((seen + _CLUMPING * _CLUMPING_WEIGHT) / (expected + _CLUMPING_WEIGHT), 1.0, 3.0)
        )

    @property
    def unrest(self) -> Floats:
        """The squared variation of each poster's days, shrunk towards that of all."""
        overall = _ratio(self.unrest_seen.sum(), self.unrest_weight.sum(), _UNREST, _UNREST_WEIGHT)
        return _ratio(self.unrest_seen, self.unrest_weight, overall, _UNREST_WEIGHT)

    @property
    def program_unrest(self) -> Floats:
        """The same for programs and, last, the account."""
        return _ratio(
            self.program_unrest_seen, self.program_unrest_weight, _UNREST / 5, _UNREST_WEIGHT * 5
        )

    def program_levels(self) -> Floats:
        """How programs and, last, the account lately run against the sum of their posters."""
        return (self.program_scans + _PRIOR_PROGRAM) / (self.program_expected + _PRIOR_PROGRAM)

    @property
    def uncertainty(self) -> Floats:
        """The squared relative error of each poster's day: of its rate, and from day to day."""
        return self.unrest + 1 / (self.scans + _PRIOR_SHAPE)

    def spread(self, means: Floats, which: Integers | None = None) -> Floats:
        """The dispersion of counts with these means, a row for each poster, or each of these."""
        own = self.uncertainty
        if which is not None:
            own = own[which]
        shape = (-1,) + (1,) * (means.ndim - 1)
        return (self.clumping - 1) / np.maximum(means, 1e-6) + own.reshape(shape)

    def learn(
        self,
        roster: Roster,
        counts: Floats,
        factors: Floats,
        presence: Floats,
        level: float,
        day: int,
    ) -> tuple[Floats, Floats]:
        """Take in an hour; returns the scans that taught something, and those that were expected.

        A burst must not become the baseline, so what an hour teaches is capped.

        Args:
            roster: Who there is.
            counts: Scans of each poster.
            factors: How busy the hour usually is for each.
            presence: The part of the hour for which each poster was up and scans could be heard of.
            level: How busy the days are, against what is usual.
            day: The weekday.
        """
        expected = self.expected(roster, factors) * presence
        ahead = expected * level
        deviation = np.sqrt(ahead + self.spread(ahead) * ahead**2)
        room = _DEVIATIONS * deviation + _ROOM
        capped = np.minimum(counts, ahead + room)
        # Capped less, or all would seem too calm.
        groups = np.maximum(_WIDE * room, _GROUP)
        self._measure_clumping(np.minimum(counts, ahead + groups), ahead)
        self._learn_day(np.minimum(counts, ahead + _WIDER * room), expected, ahead, day, roster)
        self.scans = self.scans * _FORGET_RATE + capped
        # Half of a holiday is put down to the holiday, the other half to each poster.
        self.exposure = self.exposure * _FORGET_RATE + factors * presence * level**0.5
        by_program = roster.summed(np.stack([capped, expected], axis=1))
        self.program_scans = self.program_scans * _FORGET_PROGRAM + by_program[:, 0]
        self.program_expected = self.program_expected * _FORGET_PROGRAM + by_program[:, 1]
        return capped, expected

    def _program_means(self, roster: Roster) -> Floats:
        sums = roster.summed(np.stack([self.scans, self.exposure], axis=1))
        overall = (sums[-1, 0] + _PRIOR_SHAPE) / (sums[-1, 1] + HOURS * WEEK)
        means: Floats = (sums[:-1, 0] + _PRIOR_SHAPE) / (sums[:-1, 1] + _PRIOR_SHAPE / overall)
        return means

    def _measure_clumping(self, capped: Floats, ahead: Floats) -> None:
        sparse = (ahead > 0) & (ahead < _SPARSE)
        seen = np.array([((capped - ahead)[sparse] ** 2).sum(), ahead[sparse].sum()])
        self.clumping_seen = self.clumping_seen * _FORGET_SEASON + seen

    def _learn_day(
        self, capped: Floats, expected: Floats, ahead: Floats, day: int, roster: Roster
    ) -> None:
        if day != self.weekday:
            self._end_day(roster)
            self.weekday = day
        self.today_scans = self.today_scans + capped
        self.today_expected = self.today_expected + expected
        self.today_ahead = self.today_ahead + ahead

    def _end_day(self, roster: Roster) -> None:
        scans, expected = self.today_scans, self.today_expected
        level = (scans.sum() + 20) / (expected.sum() + 20)
        self.unrest_seen, self.unrest_weight = _moments(
            self.unrest_seen, self.unrest_weight, scans, expected * level, self.clumping
        )
        sums = roster.summed(np.stack([scans, expected, self.today_ahead], axis=1))
        levels = self.program_levels()
        ahead = np.append(sums[:-1, 1] * level * levels[:-1] / levels[-1], sums[-1, 2])
        self.program_unrest_seen, self.program_unrest_weight = _moments(
            self.program_unrest_seen, self.program_unrest_weight, sums[:, 0], ahead, self.clumping
        )
        self.today_scans = np.zeros_like(scans)
        self.today_expected = np.zeros_like(expected)
        self.today_ahead = np.zeros_like(expected)


_OF_PROGRAMS = tuple(name for name in Rhythm.__slots__ if name.startswith("program_"))
_OF_POSTERS = tuple(
    name
    for name in Rhythm.__slots__
    if name not in _OF_PROGRAMS and name not in {"clumping_seen", "weekday"}
)


def _moments(
    seen: Floats, weight: Floats, scans: Floats, expected: Floats, clumping: float
) -> tuple[Floats, Floats]:
    """Add a day to what is known of the variation of days, beyond clumping and chance."""
    forget = _FORGET_SEASON**HOURS
    # A day that is out of all proportion, the first of a holiday, is no measure of the others.
    most = _EXTREME * (clumping * expected + _UNREST * expected**2)
    excess = np.minimum((scans - expected) ** 2, most) - clumping * expected
    # Weighted by what a day can tell: little where next to nothing was expected.
    weight_of_day = expected**2 / (1 + expected)
    gain = excess / (1 + expected)
    return seen * forget + gain, weight * forget + weight_of_day


def _ratio(seen: Floats, weight: Floats, prior: Floats | float, prior_weight: float) -> Floats:
    return np.maximum((seen + prior * prior_weight) / (weight + prior_weight), 0.0)


def _longer(array: Floats, size: int, *, keep_last: bool = False) -> Floats:
    """The array with zeros for new entries at its end, or before its last one."""
    fresh = np.zeros((size - len(array), *array.shape[1:]))
    if keep_last:
        return np.concatenate([array[:-1], fresh, array[-1:]])
    return np.concatenate([array, fresh])
