from __future__ import annotations

import json
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING

import pytest

from bot.services.asking import Asking
from bot.services.read_ahead import ReadAhead
from bot.vantio.client import Vantio
from tests.services import limiting
from tests.services.limiting import Limiting, serving
from tests.services.poller import row
from tests.services.test_read_ahead import comes_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.database import Database


@pytest.fixture(autouse=True)
def one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiting, "BODY", json.dumps({"impressions": [row(0)]}).encode())


@contextmanager
def reading_slowly(lateness: float, store: Database) -> Iterator[tuple[Limiting, ReadAhead]]:
    """Six at once of a list whose pages all have one row."""
    with (
        serving(Limiting(lateness=lateness)) as slow,
        Vantio(slow.url, "sk", timeout=5) as client,
        ReadAhead(Asking(client, store, Event(), lambda: 7), None, 6) as ahead,
    ):
        ahead.expect(10, 10, 600)
        yield slow, ahead


def test_a_slow_answer_lets_so_many_requests_be_under_way_and_no_more(store: Database) -> None:
    with reading_slowly(0.02, store) as (slow, ahead):
        for offset in range(0, 600, 10):
            ahead.page(10, offset)
        assert len(slow.came) == 60
        for offset in (5, 305, 315, 105, 0):  # the caller's own requests count too
            ahead.page(10, offset)
    assert slow.most_under_way == 6


def test_what_waits_in_line_heeds_a_narrower_width(store: Database) -> None:
    with reading_slowly(0.03, store) as (slow, ahead):
        for offset in range(0, 300, 10):
            ahead.page(10, offset)
        slow.refused_for = 0
        assert comes_to(3, lambda: ahead._slots.width)
        assert comes_to(30 + 18, lambda: len(slow.came))
        slow.most_under_way = 0
        ahead.page(10, 300)
        ahead.expect(10, 10, 900)
        ahead.page(10, 310)
    assert slow.most_under_way <= 3


def test_what_waits_in_line_is_not_asked_for_after_a_miss(store: Database) -> None:
    with reading_slowly(0.2, store) as (slow, ahead):
        ahead.page(10, 0)
        assert len(ahead._flights) == 6
        ahead.page(10, 595)  # the last one announced
        assert ahead.misses == 1
        assert comes_to(len(slow.came), lambda: len(slow.came))
        assert len(slow.came) < 1 + 6


def test_what_waits_in_line_is_not_asked_for_after_closing(store: Database) -> None:
    with reading_slowly(0.2, store) as (slow, ahead):
        ahead.page(10, 0)
        assert len(ahead._flights) == 6
    assert len(slow.came) < 1 + 6
