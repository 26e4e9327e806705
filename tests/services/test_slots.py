from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event, Lock

from hypothesis import given
from hypothesis import strategies as st

from bot.services.slots import Slots

LONG = 0.05


def grown(most: int) -> Slots:
    slots = Slots(most)
    while slots.width < most:
        slots.answered(0, LONG)
    return slots


def test_one_more_slot_after_each_round_up_to_the_most() -> None:
    slots = Slots(4)
    widths = []
    for _ in range(2 + 3 + 5):
        slots.answered(0, LONG)
        widths.append(slots.width)
    assert widths == [2, 3, 3, 3, 4, 4, 4, 4, 4, 4]
    assert Slots(1).width == 1


def test_one_less_after_a_round_that_nobody_had_to_wait_for() -> None:
    slots = grown(4)
    widths = []
    for _ in range(4 + 3 + 2 + 3):
        slots.answered(0, 0)
        widths.append(slots.width)
    assert widths == [4, 4, 4, 3, 3, 3, 2, 2, 1, 1, 1, 1]
    slots.answered(0, LONG)
    assert (slots.width, slots.narrowings) == (2, 0)


def test_the_waits_of_a_round_count_together() -> None:
    slots = grown(4)
    for waited in (0, 0, LONG, 0):
        slots.answered(0, waited)
    assert slots.width == 4
    for _ in range(4):
        slots.answered(0, 0)
    assert slots.width == 3


def test_several_failures_of_one_round_narrow_once() -> None:
    slots = grown(8)
    slots.failed(0, refused=True)
    slots.failed(0, refused=True)
    slots.failed(0, refused=False)
    assert slots.width == 4
    slots.failed(1, refused=True)
    assert slots.width == 2
    slots.failed(2, refused=False)
    assert (slots.width, slots.narrowings) == (1, 3)


def test_what_was_asked_before_a_narrowing_widens_nothing() -> None:
    slots = grown(8)
    slots.narrow_to_one()
    for _ in range(20):
        slots.answered(0, LONG)
    assert slots.width == 1
    slots.answered(1, LONG)
    assert slots.width == 2


def test_a_slot_tells_how_often_it_had_been_narrowed() -> None:
    slots = grown(2)
    with slots.one() as first:
        slots.narrow_to_one()
    with slots.one() as second:
        assert (first, second) == (0, 1)


def test_the_urgent_one_is_the_next() -> None:
    slots, order, waiting = Slots(1), list[str](), Event()

    def wait(name: str, *, urgent: bool) -> None:
        with slots.one(urgent=urgent):
            order.append(name)
            waiting.wait(0.02)

    with ThreadPoolExecutor(6) as threads, ExitStack() as stack:
        stack.enter_context(slots.one())
        for _ in range(5):
            threads.submit(wait, "patient", urgent=False)
        threads.submit(wait, "urgent", urgent=True)
        deadline = time.monotonic() + 10
        while not slots._urgent and time.monotonic() < deadline:
            time.sleep(0.001)
    assert order == ["urgent", *["patient"] * 5]


@given(st.lists(st.sampled_from(["answered", "failed", "refused", "narrow"]), max_size=40))
def test_never_more_have_a_slot_than_the_width_was_when_they_got_it(what: list[str]) -> None:
    slots, lock, inside, wrong = Slots(5), Lock(), 0, list[int]()

    def ask(then: str) -> None:
        nonlocal inside
        with slots.one(urgent=then == "narrow") as since:
            with lock:
                inside += 1
                if inside > 5 or (since == slots.narrowings and inside > slots.width):
                    wrong.append(inside)
            if then == "answered":
                slots.answered(since, LONG)
            elif then == "narrow":
                slots.narrow_to_one()
            else:
                slots.failed(since, refused=then == "refused")
            with lock:
                inside -= 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ask, what))
    assert not wrong
