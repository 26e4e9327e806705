from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Timer
from typing import TYPE_CHECKING

import pytest

from bot.services.asking import Asking
from bot.store import health
from bot.vantio.client import Limited, Unavailable, Vantio
from bot.vantio.errors import Stopped
from tests.services.limiting import Limiting, serving
from tests.services.poller import asked_for_impressions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sandbox.fake_vantio import FakeVantio
    from bot.store.database import Database


@contextmanager
def asking_at(
    url: str, store: Database, stop: Event | None = None, key: str = "sk_sandbox"
) -> Iterator[Asking]:
    with Vantio(url, key, timeout=5) as client:
        yield Asking(client, store, stop or Event(), lambda: 7, first_wait=0.01)


def at_once(asking: Asking, times: int) -> None:
    """So many requests from eight threads."""
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: asking.impressions(None, 10, 0), range(times)))


def test_no_thread_asks_before_the_time_that_was_named(store: Database) -> None:
    with serving(Limiting(lateness=0.02)) as vantio, asking_at(vantio.url, store) as asking:
        at_once(asking, 8)
        vantio.refused_for = 1
        asked = len(vantio.came)
        at_once(asking, 30)
    refused, *others = vantio.came[asked:]
    # Who was let go before the refusal arrived could not know of it.
    known = [at for at in others if at > refused + 0.5]

    assert vantio.refusals == 1
    assert min(known) >= vantio.allowed_from[0]


def test_a_quota_that_is_told_is_never_exceeded(store: Database) -> None:
    limits = Limiting(quota=5, length=0.3, lateness=0.005)
    with serving(limits) as vantio, asking_at(vantio.url, store) as asking:
        asking.impressions(None, 10, 0)
        at_once(asking, 30)

    assert vantio.refusals == 0
    assert len(vantio.came) == 31
    assert 1 < vantio.most_under_way <= 5


def test_requests_of_all_threads_are_counted(vantio: FakeVantio, store: Database) -> None:
    with asking_at(vantio.url, store) as asking:
        at_once(asking, 40)
        assert asking.pages_asked == asked_for_impressions(vantio) == 40


def test_a_time_too_far_away_is_not_waited_for_and_not_ignored(store: Database) -> None:
    with serving(Limiting(refused_for=3600)) as vantio, asking_at(vantio.url, store) as asking:
        for _ in range(3):
            with pytest.raises(Limited) as caught:
                asking.impressions(None, 10, 0)
            assert caught.value.retry_after == pytest.approx(3600, abs=10)

    assert len(vantio.came) == 1


def test_stopping_ends_a_wait_without_a_request(store: Database) -> None:
    stop = Event()
    limits = Limiting(refused_for=50)
    with serving(limits) as vantio, asking_at(vantio.url, store, stop) as asking:
        Timer(0.2, stop.set).start()
        began = time.monotonic()
        with pytest.raises(Stopped) as caught:
            asking.impressions(None, 10, 0)
        assert time.monotonic() - began < 20
        asking.note_down(caught.value)

    assert len(vantio.came) == 1
    with store.read() as tx:
        assert health.sources(tx) == []


def test_trouble_that_names_a_time_closes_the_gate_too(vantio: FakeVantio, store: Database) -> None:
    vantio.fault("server_error", status=503, retry_after=3600)
    with asking_at(vantio.url, store) as asking:
        with pytest.raises(Unavailable):
            asking.impressions(None, 10, 0)
        with pytest.raises(Limited):
            asking.impressions(None, 10, 0)

    assert asked_for_impressions(vantio) == 1


def test_a_single_attempt_is_not_made_again_and_can_be_given_up(
    vantio: FakeVantio, store: Database
) -> None:
    given_up = Event()
    with asking_at(vantio.url, store) as asking:
        vantio.fault("server_error")
        with pytest.raises(Unavailable):
            asking.impressions_once(None, 10, 0, given_up)
        assert asking.impressions_once(None, 10, 0, given_up).size == 10
        vantio.fault("rate_limited", retry_after=50)
        with pytest.raises(Limited):
            asking.impressions_once(None, 10, 0, given_up)
        Timer(0.1, given_up.set).start()
        with pytest.raises(Stopped):
            asking.impressions_once(None, 10, 0, given_up)

    assert asked_for_impressions(vantio) == 3


def test_the_process_after_heeds_the_time_that_was_named_to_the_one_before(
    vantio: FakeVantio, store: Database
) -> None:
    vantio.fault("rate_limited", retry_after=3600)
    with asking_at(vantio.url, store) as killed, pytest.raises(Limited):
        killed.impressions(None, 10, 0)
    with asking_at(vantio.url, store) as after, pytest.raises(Limited):
        after.impressions(None, 10, 0)

    assert asked_for_impressions(vantio) == 1
