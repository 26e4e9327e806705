from __future__ import annotations

from contextlib import nullcontext
from threading import Event
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.app.duties import Duties
from bot.app.operating import Operation
from bot.services.heartbeat import Heartbeat
from bot.services.precedence import Precedence
from bot.services.pulse import Pulse
from bot.services.taking import Sync
from tests.services.world import Clock

if TYPE_CHECKING:
    from collections.abc import Callable

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


class Pages:
    """A polling that takes in one page, and is told whether to tally."""

    tallied = False

    def poll(self, progress: Callable[[Sync], None]) -> Sync:
        progress(Sync())
        return Sync(history=True)

    def tally(self) -> None:
        self.tallied = True


class Noted(Precedence):
    """Notes how long somebody would have given way."""

    longest: float = 0

    def give_way(self, longest: float) -> bool:
        self.longest = longest
        return super().give_way(0)


@pytest.mark.parametrize("waits", [False, True])
def test_where_somebody_waits_tallies_catch_up_and_a_page_waits_a_second(
    monkeypatch: pytest.MonkeyPatch, *, waits: bool
) -> None:
    monkeypatch.setattr(Duties, "publish", lambda _: None)
    pages, precedence, nothing = Pages(), Noted(), cast("Any", None)
    polling = cast("Any", pages)
    operation = Operation(Pulse({}), Heartbeat("", Clock()), nothing, None)
    duties = Duties(
        polling, nothing, nothing, nothing, nothing, operation, precedence, EVERY, Clock(), Event()
    )
    with precedence.taken() if waits else nullcontext():
        duties.poll()
    assert pages.tallied == waits
    assert precedence.longest == waits
