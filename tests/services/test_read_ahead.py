from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from threading import Event
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.fake_vantio import FakeVantio
from bot.services import slots
from bot.services.asking import Asking
from bot.services.read_ahead import ReadAhead
from bot.store.opening import open_store
from bot.vantio.client import Unauthorized, Unavailable, Vantio
from bot.vantio.errors import BadRequest
from tests.services.poller import asked_for_impressions, row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.sandbox.vantio_faults import Kind
    from bot.store.database import Database

ROWS = 450
FAULTS: list[Kind] = ["server_error", "cut", "broken_json", "rate_limited", "not_json"]


@pytest.fixture(autouse=True)
def _far_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every round counts as waited for, as where Vantio is far away."""
    monkeypatch.setattr(slots, "_LONG", -1.0)


@contextmanager
def reading(
    vantio: FakeVantio, store: Database | None = None, width: int = 8
) -> Iterator[ReadAhead]:
    with TemporaryDirectory() as folder, Vantio(vantio.url, vantio.key, timeout=5) as client:
        database = store or open_store(f"sqlite:///{folder}/store.db")
        asking = Asking(client, database, Event(), lambda: 7, first_wait=0.01)
        with ReadAhead(asking, None, width) as ahead:
            yield ahead
        if not store:
            database.close()


def ids_at(ahead: ReadAhead, limit: int, offset: int) -> list[str]:
    return [scan.id for scan in ahead.page(limit, offset).rows]


def listed(limit: int, offset: int, rows: int = ROWS) -> list[str]:
    """What the feed has there: newest first."""
    return [f"imp_{number:05}" for number in range(rows)][::-1][offset : offset + limit]


def comes_to(expected: int, value: Callable[[], int]) -> bool:
    """Whether the value gets there, and then stays for a while."""
    deadline = time.monotonic() + 10
    while value() != expected and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(0.05)
    return value() == expected


def test_every_page_is_the_one_that_was_asked_for(vantio: FakeVantio) -> None:
    with reading(vantio) as ahead:
        ahead.expect(10, 9, ROWS)
        for offset in range(0, ROWS, 9):
            assert ids_at(ahead, 10, offset) == listed(10, offset)
        assert ahead.misses == 0
    assert asked_for_impressions(vantio) == ROWS / 9


def test_nothing_is_read_ahead_that_was_not_announced(vantio: FakeVantio) -> None:
    with reading(vantio) as ahead:
        ahead.page(10, 0)
        ahead.page(10, 10)
        assert comes_to(2, lambda: asked_for_impressions(vantio))


def test_beyond_an_unknown_end_no_more_is_asked_than_in_flight_at_once(vantio: FakeVantio) -> None:
    with reading(vantio) as ahead:
        ahead.expect(10, 10, None)
        offset = 0
        while ahead.page(10, offset).size:
            offset += 10
        assert ahead.page(10, offset).size == 0, "on a second look"
    assert offset == ROWS
    assert asked_for_impressions(vantio) <= ROWS / 10 + 8 + 1


def test_requests_go_on_while_the_caller_is_busy_and_no_further(vantio: FakeVantio) -> None:
    with reading(vantio, width=4) as ahead:
        ahead.expect(10, 10, ROWS)
        ahead.page(10, 0)
        assert comes_to(1 + 3 * 2, lambda: asked_for_impressions(vantio))
        for number in range(1, 20):
            ahead.page(10, number * 10)
        assert comes_to(20 + 3 * 4, lambda: asked_for_impressions(vantio))


def test_no_more_pages_are_held_than_fit(vantio: FakeVantio) -> None:
    with reading(vantio, width=12) as ahead:
        ahead.expect(1, 1, ROWS)
        for offset in range(100):
            ahead.page(1, offset)
        assert ahead._slots.width == 12
        assert comes_to(100 + 24, lambda: asked_for_impressions(vantio))


def test_a_refusal_halves_the_width(vantio: FakeVantio) -> None:
    with reading(vantio, width=4) as ahead:
        ahead.expect(10, 10, ROWS)
        for offset in range(0, 200, 10):
            ahead.page(10, offset)
        assert ahead._slots.width == 4
        assert comes_to(20 + 12, lambda: asked_for_impressions(vantio))
        widths = []
        vantio.fault("rate_limited", retry_after=0)
        for offset in range(200, ROWS, 10):
            assert ids_at(ahead, 10, offset) == listed(10, offset)
            widths.append(ahead._slots.width)
        assert min(widths) == 2
        assert widths[-1] > 2


def test_other_trouble_narrows_to_one_and_costs_no_page(vantio: FakeVantio) -> None:
    vantio.fault("server_error", after=20)
    with reading(vantio) as ahead:
        ahead.expect(10, 10, ROWS)
        widths = []
        for offset in range(0, ROWS, 10):
            assert ids_at(ahead, 10, offset) == listed(10, offset)
            widths.append(ahead._slots.width)
    narrowed = widths.index(1)
    assert max(widths[:narrowed]) > 2
    assert widths[-1] > 2
    assert asked_for_impressions(vantio) == ROWS / 10 + 1


def test_an_error_is_raised_for_its_page_alone(vantio: FakeVantio) -> None:
    raised = []
    with reading(vantio) as ahead:
        ahead.expect(10, 10, ROWS)
        ahead.page(10, 0)
        assert comes_to(7, lambda: asked_for_impressions(vantio))
        vantio.fault("unauthorized")
        for offset in range(10, 200, 10):
            try:
                assert ids_at(ahead, 10, offset) == listed(10, offset)
            except Unauthorized:
                raised.append(offset)
        assert len(raised) == 1
        assert raised[0] > 60, "six pages had arrived before the trouble began"
        assert ids_at(ahead, 10, raised[0]) == listed(10, raised[0])


def test_an_error_that_lasts_is_raised(vantio: FakeVantio) -> None:
    with reading(vantio) as ahead:
        ahead.expect(10, 10, ROWS)
        ahead.page(10, 0)
        assert comes_to(7, lambda: asked_for_impressions(vantio))
        vantio.fault("server_error", times=100)
        for offset in range(10, 70, 10):
            ahead.page(10, offset)
        with pytest.raises(Unavailable):
            ahead.page(10, 70)


def test_an_unexpected_page_empties_the_pipeline(vantio: FakeVantio) -> None:
    with reading(vantio) as ahead:
        ahead.expect(10, 10, ROWS)
        for offset in range(0, 200, 10):
            ahead.page(10, offset)
        wide = ahead._slots.width
        assert ids_at(ahead, 10, 55) == listed(10, 55)
        assert (ahead.misses, ahead._slots.width) == (1, 1)
        assert ids_at(ahead, 10, 65) == listed(10, 65)
        assert ahead.misses == 1, "what follows the unexpected page was announced"
        assert wide > 2
        assert ahead._slots.width == 2


def test_a_refused_limit_is_the_callers_to_mend(vantio: FakeVantio) -> None:
    with reading(vantio) as ahead:
        ahead.expect(-1, 10, ROWS)  # the simulated Vantio refuses this one
        with pytest.raises(BadRequest):
            ahead.page(-1, 0)
        ahead.expect(10, 10, ROWS)
        assert ids_at(ahead, 10, 0) == listed(10, 0)
        assert ahead.misses == 0


def test_closing_leaves_no_thread_and_waits_for_no_limit(vantio: FakeVantio) -> None:
    with reading(vantio) as ahead:
        ahead.expect(10, 10, ROWS)
        ahead.page(10, 0)
        assert comes_to(7, lambda: asked_for_impressions(vantio))
        vantio.fault("rate_limited", retry_after=50)
        ahead.page(10, 10)  # has landed; the next one takes off
        assert comes_to(8, lambda: asked_for_impressions(vantio))
        assert ahead._asking._vantio.not_before > 0
        ahead.page(10, 20)  # so do others, which wait for the time that was named
        assert ahead._flights
        began = time.monotonic()
    assert time.monotonic() - began < 20
    assert asked_for_impressions(vantio) == 8
    assert not [each for each in threading.enumerate() if each.name.startswith("read-ahead")]


def test_the_end_is_found_and_its_pages_are_not_asked_for_again() -> None:
    with FakeVantio([row(number) for number in range(3000)]) as vantio, reading(vantio) as ahead:
        end = ahead.find_end(10, 10)
        assert abs(end - 3000) <= 300
        ahead.expect(10, 10, 3000)
        for offset in range(0, 3000, 10):
            assert ids_at(ahead, 10, offset) == listed(10, offset, 3000)
        assert asked_for_impressions(vantio) <= 300 + 8


def test_an_empty_list_ends_where_it_begins() -> None:
    with FakeVantio() as vantio, reading(vantio) as ahead:
        assert ahead.find_end(10, 10, guess=500) == 0


def test_the_end_is_found_in_spite_of_trouble(vantio: FakeVantio) -> None:
    for number, kind in enumerate(FAULTS):
        vantio.fault(kind, after=number % 2, retry_after=0)
    with reading(vantio) as ahead:
        assert abs(ahead.find_end(10, 10) - ROWS) <= 20


def test_only_so_many_pages_are_kept(vantio: FakeVantio) -> None:
    with reading(vantio) as ahead:
        for stride in range(1, 30):
            ahead.find_end(stride, stride)
        assert len(ahead._kept) <= 64


@settings(max_examples=12)
@given(
    faults=st.lists(st.tuples(st.sampled_from(FAULTS), st.integers(0, 6)), max_size=8),
    width=st.integers(1, 8),
    stride=st.integers(5, 10),
    jumps=st.dictionaries(st.integers(0, 40), st.integers(0, ROWS), max_size=3),
)
def test_whatever_goes_wrong_pages_are_what_they_should_be(
    faults: list[tuple[Kind, int]], width: int, stride: int, jumps: dict[int, int]
) -> None:
    with FakeVantio([row(number) for number in range(ROWS)]) as vantio:
        for kind, after in faults:
            vantio.fault(kind, after=after, retry_after=0)
        with reading(vantio, width=width) as ahead:
            ahead.expect(10, stride, None)
            offset = 0
            for number in range(40):
                offset = jumps.get(number, offset + stride)
                try:
                    assert ids_at(ahead, 10, offset) == listed(10, offset)
                except Unavailable:
                    continue  # many faults in a row; the next pages are right again
                assert len(ahead._flights) <= 3 * width
