"""How surprising the same windows are for programs and for the account as a whole.

A program is compared with the rest of the account, and judged without its strongest poster, so that
one poster makes no program; and the account without its strongest program.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from bot.domain.detection.judgement import FLOOR, PRIOR_ACCOUNT, Judged, Sums, judged, ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.domain.detection.arrays import Floats
    from bot.domain.detection.judgement import Windows
    from bot.domain.detection.rhythm import Rhythm
    from bot.domain.detection.roster import Roster


_LEAST_LIFTED: Final = 3  # posters
_HALF_A_SCAN: Final = 0.25  # squared: nothing is told by less
_LEAST_UNREST: Final = 0.01
_A_LONG_TIME: Final = np.array([0.0, 0.0, 0.0, 1.0])  # programs are rarely lifted for a day
# Columns of sums over posters: scans, scans to be expected, and the variance of these.
_SEEN, _AHEAD, _VARIANCE = 0, 1, 2


def programs(windows: Windows, rhythm: Rhythm, roster: Roster, grown: NDArray[np.bool_]) -> Judged:
    """Judge every program and, in the last row, the account, by their posters that are `grown`."""
    posters = _parts(windows, rhythm, roster, grown)
    totals = roster.summed(posters)
    rest = totals[:-1] - _strongest(posters, rhythm.clumping, roster)
    tested = np.concatenate([rest, _without_strongest(rest)[None]])
    expected = np.maximum(tested[..., _AHEAD], 1e-6)
    unrest = tested[..., _VARIANCE] / expected**2 + _LEAST_UNREST
    unrest[-1] = np.maximum(unrest[-1], rhythm.program_unrest[-1])
    expected[:-1] *= _others(rest)
    spread = (rhythm.clumping - 1) / expected + unrest
    whole = Sums(totals[..., _SEEN], totals[..., _AHEAD])
    found = judged(whole, Sums(tested[..., _SEEN], expected), spread, _A_LONG_TIME)
    above = posters[..., _SEEN] > posters[..., _AHEAD]
    lifted = roster.summed(above.astype(np.float64))
    scores = np.where(lifted >= _LEAST_LIFTED, found.scores, 0)
    return replace(found, scores=scores)


def _parts(windows: Windows, rhythm: Rhythm, roster: Roster, grown: NDArray[np.bool_]) -> Floats:
    """What each poster adds to the columns of sums."""
    levels = rhythm.program_levels()
    lately = (levels[:-1] / levels[-1])[roster.programs]
    counted = windows.present * grown[:, None]
    seen: Floats = windows.counts * counted
    ahead: Floats = windows.expected * lately[:, None] * counted
    unsure: Floats = rhythm.uncertainty[:, None] + windows.doubt
    parts: Floats = np.stack([seen, ahead, unsure * ahead**2], axis=2)
    return parts


def _strongest(posters: Floats, clumping: float, roster: Roster) -> Floats:
    """Of each program and window the poster that is most out of its ordinary."""
    seen, ahead, variance = np.moveaxis(posters, 2, 0)
    distance: Floats = (seen - ahead) / np.sqrt(clumping * ahead + variance + _HALF_A_SCAN)
    best = np.zeros((len(roster.program_ids), seen.shape[1]))
    np.maximum.at(best, roster.programs, distance)
    strong = (distance >= best[roster.programs]) & (distance > 0)
    return roster.summed(posters * strong[..., None])[:-1]


def _without_strongest(rest: Floats) -> Floats:
    """The account without the program that has the largest excess."""
    account: Floats = rest.sum(axis=0)
    if not len(rest):
        return account
    top = (rest[..., _SEEN] - rest[..., _AHEAD]).argmax(axis=0)
    without: Floats = account - rest[top, np.arange(len(top))]
    return without


def _others(rest: Floats) -> Floats:
    """How the rest of the account runs, for each program."""
    others = rest.sum(axis=0) - rest
    found = ratio(others[..., _SEEN], others[..., _AHEAD], PRIOR_ACCOUNT)
    return np.maximum(found, FLOOR)
