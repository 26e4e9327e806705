"""Posters that have gone quiet: a silence too long for their own rhythm."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from bot.domain.detection.arrays import Floats
    from bot.domain.detection.rhythm import Rhythm
    from bot.domain.detection.roster import Roster


_PRIOR_SHAPE: Final = 0.5
_HOURS_A_DAY, _HOURS_A_WEEK = 24, 168
_LEAST_KNOWN: Final = 4.0  # remembered scans without which nothing is known of a poster's rhythm
_LN10 = float(np.log(10))


@dataclass(slots=True)
class Silence:
    """For each poster, since its last scan: scans missed, hours, and its rate and scans by then.

    `told` marks posters that have been told as quiet, until they are scanned again.
    """

    missed: Floats = field(default_factory=lambda: np.zeros(0))
    hours: Floats = field(default_factory=lambda: np.zeros(0))
    rate: Floats = field(default_factory=lambda: np.zeros(0))
    known: Floats = field(default_factory=lambda: np.zeros(0))
    told: Floats = field(default_factory=lambda: np.zeros(0))

    def grow(self, posters: int) -> None:
        """Make room for so many posters."""
        for name in self.__slots__:
            array = getattr(self, name)
            setattr(self, name, np.concatenate([array, np.zeros(posters - len(array))]))

    def hear(
        self, counts: Floats, usual: Floats, rates: Floats, rhythm: Rhythm, business: Floats
    ) -> None:
        """Take in an hour.

        A rate that is learned while a poster may be gone already is too low, so the one at its last
        scan is kept; and a quiet day of everyone is no silence of one.

        Args:
            counts: Scans of each poster.
            usual: Scans that were to be expected of each.
            rates: What each poster's rate was then.
            rhythm: What is known of the posters.
            business: How busy the day is around each poster, at most 1.
        """
        scanned = counts > 0
        by_then = np.where(rates > 0, self.rate / np.maximum(rates, 1e-12), 1.0)
        missed = usual * np.maximum(by_then, 1.0) * np.minimum(business, 1.0)
        self.missed = np.where(scanned, 0.0, self.missed + missed)
        self.hours = np.where(scanned, 0.0, self.hours + (usual > 0))
        self.rate = np.where(scanned, rates, self.rate)
        self.known = np.where(scanned, rhythm.scans + counts, self.known)
        self.told = np.where(scanned, 0.0, self.told)

    def scores(self, rhythm: Rhythm) -> Floats:
        """Minus log10 of how often in a week such a silence comes up by chance, of each poster.

        The rate is known as well as the remembered scans tell and differs from day to day, so it
        is some factor f of what is thought, by a Gamma distribution. Silences begin where scans
        are, f times as often as is thought, and are so long by a chance of exp(-f missed).
        """
        days = np.maximum(self.hours / _HOURS_A_DAY, 1.0)
        spread = 1 / (self.known + _PRIOR_SHAPE) + rhythm.unrest / days
        missed = self.missed / rhythm.clumping
        chances = np.log1p(missed * spread) * (1 / spread + 1) / _LN10
        begun = np.log10(np.maximum(self.rate * _HOURS_A_WEEK / rhythm.clumping, 1.0))
        known = (self.known >= _LEAST_KNOWN) & (self.told == 0)
        return np.where(known, chances - begun, 0.0)


def business(
    counts: Floats, expected: Floats, roster: Roster, account: float, weight: float = 4.0
) -> Floats:
    """How busy the last day was around each poster, at most 1: in its program and the account.

    Args:
        counts: Scans of each poster in the last day.
        expected: Scans that were to be expected of each.
        roster: Who there is.
        account: How the account ran.
        weight: In scans, how much a program must have to tell.
    """
    sums = roster.summed(np.stack([counts, expected], axis=1))[:-1]
    program = (sums[:, 0] + weight) / (sums[:, 1] + weight)
    return np.minimum(np.minimum(program, account)[roster.programs], 1.0)
