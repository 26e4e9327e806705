"""Events that lift every poster of a program, or of the campus, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bench.campus.events import more
from bench.campus.world import DAY, HOUR, SLOT, WEEK, Label

if TYPE_CHECKING:
    from bench.campus.pile import Pile

_OVERALL_EACH: Final = 4  # of so many events one is the whole campus's
_A_WEEK: Final = 2.0
_TRIES: Final = 100
_LIFT: Final = (2.0, 5.0)
_SLOTS: Final = (6, 72)  # half an hour to six hours
_HOURS: Final = (8, 19)


def lift_programs(pile: Pile) -> None:
    """Add such events, never two at once."""
    weeks = (pile.time.end - pile.time.start) // WEEK
    done: list[tuple[int, int]] = []
    for number in range(round(weeks * _A_WEEK)):
        span = _span(pile, done)
        if span is not None:
            done.append(span)
            _lift(pile, span, overall=number % _OVERALL_EACH == 0)


def _span(pile: Pile, done: list[tuple[int, int]]) -> tuple[int, int] | None:
    """When there is room for one; None where no room was found."""
    chance, time = pile.chance, pile.time
    for _ in range(_TRIES):
        day = time.start // DAY * DAY + DAY * int(chance.integers((time.end - time.start) // DAY))
        begin = day + SLOT * int(chance.integers(_HOURS[0] * 12, _HOURS[1] * 12))
        end = begin + SLOT * int(np.exp(chance.uniform(*np.log(_SLOTS))))
        near = [
            (since, until) for since, until in done if begin - DAY < until and since < end + DAY
        ]
        shut = time.within("outage", begin - HOUR, end + HOUR)
        if time.start <= begin and end + HOUR <= time.end and not near and not shut:
            return begin, end
    return None


def _lift(pile: Pile, span: tuple[int, int], *, overall: bool) -> None:
    ground, chance = pile.ground, pile.chance
    program = int(chance.choice(ground.program))
    lifted = (
        np.arange(len(ground.posters)) if overall else np.flatnonzero(ground.program == program)
    )
    lift = chance.uniform(*_LIFT)
    found = [more(pile, index, *span, lift) for index in lifted.tolist()]
    at = np.concatenate(found)
    poster = np.repeat(lifted, [len(each) for each in found])
    scope, subject = ("overall", "") if overall else ("program", f"prog_{program}")
    label = Label(scope, scope, subject, *span)
    pile.add(at, poster, pile.people.anyone(chance, len(at)), label)
