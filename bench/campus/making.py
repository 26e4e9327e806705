"""Making a campus from a seed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import numpy as np

from bench.campus.events import Events
from bench.campus.ground import ground
from bench.campus.people import people
from bench.campus.pile import Pile
from bench.campus.seasons import seasons
from bench.campus.usual import hold_classes, pass_by
from bench.campus.wide import lift_programs
from bench.campus.world import DAY, World

START: Final = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp())  # a Monday
MEAN: Final = 3.0


def make(
    seed: int,
    posters: int = 300,
    programs: int = 12,
    weeks: int = 12,
    start: int = START,
    mean: float = MEAN,
) -> World:
    """A campus whose clocks show UTC; the same one for the same arguments.

    Args:
        seed: Where chance begins.
        posters: How many there are, those put up during the run included.
        programs: How many programs own them.
        weeks: How long it runs, at least two.
        start: When it begins, in UTC seconds; taken back to midnight.
        mean: Scans a day of the average poster.
    """
    chance = np.random.default_rng(seed)
    time = seasons(chance, start // DAY * DAY, weeks)
    laid = ground(chance, posters, programs, mean, time)
    pile = Pile(chance, laid, people(chance, 20 * posters + 500), time)
    pass_by(pile)
    lift_programs(pile)
    hold_classes(pile)
    Events(pile).happen()
    scans = pile.scans()
    sums = np.zeros((posters, time.slots + 1))
    np.cumsum(laid.rates, axis=1, out=sums[:, 1:])
    return World(
        seed=seed,
        start=time.start,
        end=time.end,
        posters=laid.posters,
        program=laid.program,
        died=laid.died,
        cumulative=sums,
        at=scans.at,
        arrived=scans.arrived,
        poster=scans.poster,
        scanner=scans.scanner,
        agent=scans.agent,
        cause=scans.cause,
        people=pile.people,
        labels=pile.counted(scans.cause) + laid.labels + time.labels,
    )
