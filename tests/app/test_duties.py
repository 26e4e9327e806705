from __future__ import annotations

from threading import Event
from typing import Any, cast

from bot.app.duties import Duties
from tests.services.world import Clock

EVERY = 300


class Counted(Duties):
    """Duties of which only the times of the polls are known."""

    def poll(self) -> None:
        self.polls = [*getattr(self, "polls", []), self.now()]


def polls(*times: int) -> list[int]:
    """When it polls, if it is asked at these times."""
    clock, nothing = Clock(), cast("Any", None)
    duties = Counted(
        nothing, nothing, nothing, nothing, nothing, nothing, nothing, EVERY, clock, Event()
    )
    for clock.now in times:
        duties.poll_if_due()
    return duties.polls


def test_the_first_poll_is_at_once_and_the_next_when_it_is_time() -> None:
    assert polls(1000, 1001, 1299, 1300, 1301, 1700, 1999, 2000) == [1000, 1300, 1700, 2000]


def test_a_clock_that_was_set_back_or_forth_holds_up_no_poll() -> None:
    hour = 3600
    assert polls(9000, 9000 - hour, 9001 - hour, 9000 + hour) == [9000, 5400, 12_600]
