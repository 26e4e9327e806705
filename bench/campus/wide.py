"""Events that lift every poster of a program, or of the campus, at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.campus.events import more
from bench.campus.seasons import SLOTS_OF_DAY
from bench.campus.world import DAY, HOUR, SLOT, WEEK, Label

if TYPE_CHECKING:
    from bench.campus.pile import Pile
    from bench.campus.world import Ints

_OVERALL_EACH: Final = 4  # of so many events one is the whole campus's
_A_WEEK: Final = 2.0
_TRIES: Final = 400
_LEAST: Final = 12  # scans that an event brings
_LIFT: Final = (2.0, 5.0)
_SLOTS: Final = (6, 72)  # half an hour to six hours
_HOURS: Final = (8, 19)


@dataclass(frozen=True, slots=True)
class _Event:
    """All posters of a program (None: all) at `lift` times their usual rate, start <= at < end."""

    program: int | None
    start: int
    end: int
    lift: float


def lift_programs(pile: Pile) -> None:
    """Add such events, never two within a day."""
    weeks = (pile.time.end - pile.time.start) // WEEK
    done: list[_Event] = []
    for number in range(round(weeks * _A_WEEK)):
        event = _event(pile, done, overall=number % _OVERALL_EACH == 0)
        if event is not None:
            done.append(event)
            _lift(pile, event)


def _event(pile: Pile, done: list[_Event], *, overall: bool) -> _Event | None:
    """One that is large enough, where there is room; None where no room was found."""
    for _ in range(_TRIES):
        event = _drawn(pile, overall=overall)
        near = any(event.start - DAY < each.end and each.start < event.end + DAY for each in done)
        shut = pile.time.within("outage", event.start - HOUR, event.end + HOUR)
        if event.end + HOUR <= pile.time.end and not near and not shut and _large(pile, event):
            return event
    return None


def _drawn(pile: Pile, *, overall: bool) -> _Event:
    chance, time = pile.chance, pile.time
    day = time.start + DAY * int(chance.integers(time.slots // SLOTS_OF_DAY))
    start = day + SLOT * int(chance.integers(_HOURS[0] * HOUR // SLOT, _HOURS[1] * HOUR // SLOT))
    end = start + SLOT * int(np.exp(chance.uniform(*np.log(_SLOTS))))
    program = None if overall else int(chance.choice(pile.ground.program))
    return _Event(program, start, end, chance.uniform(*_LIFT))


def _lifted(pile: Pile, event: _Event) -> Ints:
    """The indexes of the posters that it lifts."""
    everyone = (
        pile.ground.program >= 0 if event.program is None else pile.ground.program == event.program
    )
    return np.flatnonzero(everyone)


def _large(pile: Pile, event: _Event) -> bool:
    """Whether it brings enough scans to stand out, those of the busiest poster left out."""
    slots = slice((event.start - pile.time.start) // SLOT, (event.end - pile.time.start) // SLOT)
    usual = pile.ground.rates[_lifted(pile, event), slots].sum(axis=1)
    return bool((event.lift - 1) * (usual.sum() - usual.max()) >= _LEAST)


def _lift(pile: Pile, event: _Event) -> None:
    lifted = _lifted(pile, event)
    found = [more(pile, index, event.start, event.end, event.lift) for index in lifted.tolist()]
    at = np.concatenate(found)
    poster = np.repeat(lifted, [len(each) for each in found])
    program = "" if event.program is None else f"prog_{event.program}"
    kind = "program" if program else "overall"
    label = Label(kind, kind, program, event.start, event.end)
    pile.add(at, poster, pile.people.anyone(pile.chance, len(at)), label)
