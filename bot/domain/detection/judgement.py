"""How surprising the last quarter of an hour, hour, four hours and day are, for everyone at once.

A poster is compared with its own usual, times how the rest of its program and of the account run in
the same window, so that a lift that all share surprises nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bot.domain.detection.recent import SLICE, SLICES
from bot.domain.detection.tail import surprise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.domain.detection.arrays import Floats, Integers
    from bot.domain.detection.rhythm import Rhythm
    from bot.domain.detection.roster import Roster


# In slices, shortest first.
WINDOWS: Final = (3, SLICES, 4 * SLICES, 24 * SLICES)
# As many of them fit into a week, each a chance to be wrong.
_CHANCES: Final = np.log10([7 * 86_400 / (SLICE * size) for size in WINDOWS])
# The longer a window, the more it suffers from what the rhythm doesn't know.
_PENALTY: Final = _CHANCES + np.array([0.0, 0.0, 1.1, 1.4])
_LEAST_SCANS: Final = np.array([4, 4, 5, 5])
# Scans that the shortest windows must have besides those of their busiest slice.
_LEAST_BESIDES: Final = np.array([1, 2])
_LEAST_RATIO: Final = 1.2
_LAST_SHARE: Final = 0.1
PRIOR_PROGRAM, PRIOR_ACCOUNT = 4.0, 8.0
FLOOR: Final = 0.75
_UNSURE: Final = 0.5
_FLAGGED: Final = 2.5  # standard deviations from which a poster is left out of what others are like


@dataclass(frozen=True, slots=True)
class Windows:
    """Scans in the windows that end at some time, and how many were to be expected.

    A row for each poster, a column for each of `WINDOWS`. `doubt` is the squared relative error of
    what was expected, `busiest` the most scans in one slice of each of the two shortest windows;
    `present` is 0 for posters that are thought to be gone, 1 for others.
    """

    counts: Floats
    expected: Floats
    doubt: Floats
    busiest: Floats
    present: Floats


@dataclass(frozen=True, slots=True)
class Sums:
    """Scans that were seen beside those that were to be expected."""

    seen: Floats
    ahead: Floats


@dataclass(frozen=True, slots=True)
class Judged:
    """Counts, what was expected of them, and scores: a row each, a column for each window.

    A score is minus log10 of the chance that such a window comes up in a week, 0 where a window is
    too small to speak. `tested` are the counts that the score is of, `ahead` what was expected of
    these, `spread` the dispersion that was allowed for and `penalty` what was taken off the score.
    """

    counts: Floats
    expected: Floats
    tested: Floats
    ahead: Floats
    spread: Floats
    penalty: Floats
    scores: Floats

    def again(self, row: int, column: int, times: float) -> float:
        """The score of one window if so many times as much was to be expected."""
        cell = np.s_[row : row + 1, column]
        judged = surprise(self.tested[cell], self.ahead[cell] * times, self.spread[cell])[0]
        return max(float(judged) - float(self.penalty[row, column]), 0.0)

    def unusual(self, row: int, column: int) -> float:
        """Minus log10 of the chance of one window, seen for itself."""
        cell = np.s_[row : row + 1, column]
        return float(surprise(self.tested[cell], self.ahead[cell], self.spread[cell])[0])


def posters(windows: Windows, rhythm: Rhythm, roster: Roster, which: Integers) -> Judged:
    """Judge these posters against their own usual and their peers."""
    peers, unsure = _peers(windows, rhythm, roster, which)
    seen, ahead = windows.counts[which], windows.expected[which] * peers
    spread = rhythm.spread(ahead, which) + windows.doubt[which] + unsure
    found = judged(Sums(seen, ahead), Sums(seen, ahead), spread)
    # Friends scan within minutes of each other; a burst goes on.
    besides = seen[:, : len(_LEAST_BESIDES)] - windows.busiest[which]
    found.scores[:, : len(_LEAST_BESIDES)][besides < _LEAST_BESIDES] = 0
    return found


def judged(totals: Sums, tested: Sums, spread: Floats, more: Floats | float = 0.0) -> Judged:
    """Score the counts that are tested; `totals` are those to tell of, `more` is a penalty."""
    seen, ahead = tested.seen, tested.ahead
    enough = (seen >= _LEAST_SCANS) & (seen >= _LEAST_RATIO * ahead)
    # What is long over is no news: of what a window has too many, its last part must have a share.
    fresh, excess = np.ones_like(enough), seen - ahead
    fresh[:, 1:] = excess[:, :-1] > _LAST_SHARE * excess[:, 1:]
    fresh[:, 2:] &= seen[:, :-2] > 0
    asked = enough & fresh
    scores = np.zeros_like(seen)
    penalty = np.broadcast_to(_PENALTY + more, seen.shape)
    scores[asked] = surprise(seen[asked], ahead[asked], spread[asked]) - penalty[asked]
    return Judged(totals.seen, totals.ahead, seen, ahead, spread, penalty, np.maximum(scores, 0))


def _peers(
    windows: Windows, rhythm: Rhythm, roster: Roster, which: Integers
) -> tuple[Floats, Floats]:
    """How the rest of the program and of the account run, and the squared error of that.

    For each of these posters and windows.
    """
    counts, expected = windows.counts * windows.present, windows.expected * windows.present
    programs = roster.programs[which]
    strong = _flagged(counts, expected, rhythm, roster)
    strong_seen, strong_ahead = roster.summed(counts * strong), roster.summed(expected * strong)
    seen, ahead = roster.summed(counts) - strong_seen, roster.summed(expected) - strong_ahead
    # A flagged poster is not among its peers anyway.
    own = ~strong[which]
    own_seen, own_ahead = counts[which] * own, expected[which] * own
    account = ratio(seen[-1] - own_seen, ahead[-1] - own_ahead, PRIOR_ACCOUNT)
    rest_seen, rest_ahead = seen[programs] - own_seen, (ahead[programs] - own_ahead) * account
    program = ratio(rest_seen, rest_ahead, PRIOR_PROGRAM)
    unsure = _UNSURE / (np.maximum(rest_ahead, 0) + PRIOR_PROGRAM)
    return np.maximum(account * program, FLOOR), unsure


def _flagged(counts: Floats, expected: Floats, rhythm: Rhythm, roster: Roster) -> NDArray[np.bool_]:
    """The strongest poster of each program and window, where it is far above its usual."""
    deviation = np.sqrt(rhythm.clumping * expected + 0.3 * expected**2 + 0.25)
    distance = (counts - expected) / deviation
    best = np.full((len(roster.program_ids), counts.shape[1]), -np.inf)
    np.maximum.at(best, roster.programs, distance)
    strongest: NDArray[np.bool_] = (distance >= best[roster.programs]) & (distance > _FLAGGED)
    return strongest


def ratio(seen: Floats, ahead: Floats, prior: float) -> Floats:
    """How much more was seen than expected, shrunk to one by so many scans."""
    return (np.maximum(seen, 0) + prior) / (np.maximum(ahead, 0) + prior)
