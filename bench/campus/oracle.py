"""When a poster's silence tells that it was taken down, to one who knows the true rates.

The longer nothing comes, the less likely that is: exp(-expected scans since the last one), did
nothing cluster. The oracle speaks once so many were to be expected that it would have spoken in
vain about `BUDGET` times per thousand poster-weeks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bench.campus.world import WEEK

if TYPE_CHECKING:
    from bench.campus.world import Floats, Ints, World

BUDGET: Final = 1.0
PER: Final = 1000


def poster_weeks(world: World, since: int) -> float:
    """How long posters hung from a time on, summed over all, in weeks."""
    begins = np.maximum(_created(world), since)
    return float(np.maximum(world.died - begins, 0).sum()) / WEEK


def patience(world: World) -> float:
    """The scans to be expected since the last one at which the oracle speaks."""
    allowed = int(BUDGET * poster_weeks(world, world.start) / PER)
    silences = np.sort(_silences(world))[::-1]
    return float(silences[min(allowed, len(silences) - 1)])


def last_scan(world: World, poster: int) -> int:
    """When a poster was last scanned; else its creation or the start, whichever is later."""
    at = world.at[world.poster == poster]
    return int(at[-1]) if len(at) else int(max(_created(world)[poster], world.start))


def _silences(world: World) -> Floats:
    """The scans expected within every pause between two scans of a poster while it hung."""
    order = np.lexsort((world.at, world.poster))
    owners = np.arange(len(world.posters))
    poster = np.concatenate((owners, world.poster[order], owners))
    begins = np.maximum(_created(world), world.start)
    at = np.concatenate((begins, world.at[order], world.died))
    merged = np.argsort(poster, kind="stable")
    poster, at = poster[merged], at[merged]
    same = poster[1:] == poster[:-1]
    return world.expected(poster[1:][same], at[:-1][same], at[1:][same])


def _created(world: World) -> Ints:
    return np.array([poster.created_at for poster in world.posters], dtype=np.int64)
