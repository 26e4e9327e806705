from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from bot.vantio.client import Limited, Unavailable, Vantio, VantioError

if TYPE_CHECKING:
    from tests.vantio.conftest import Host


def failure(client: Vantio) -> VantioError:
    with pytest.raises(VantioError) as caught:
        client.impressions()
    return caught.value


def test_a_limit_says_for_how_long(host: Host, vantio: Vantio) -> None:
    host.status = 429
    host.headers = {"Retry-After": "17"}
    error = failure(vantio)

    assert isinstance(error, Limited)
    assert error.retry_after == 17
    assert 0 < vantio.not_before - time.monotonic() <= 17


def test_a_limit_without_a_time_says_none(host: Host, vantio: Vantio) -> None:
    host.status = 429

    assert failure(vantio).retry_after is None
    assert vantio.not_before == 0


def test_trouble_may_name_a_time_too(host: Host, vantio: Vantio) -> None:
    host.status = 503
    host.headers = {"Retry-After": "3"}

    error = failure(vantio)

    assert isinstance(error, Unavailable)
    assert error.retry_after == 3


def test_nothing_remaining_asks_to_wait(host: Host, vantio: Vantio) -> None:
    vantio.impressions()
    assert vantio.not_before == 0

    host.headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30"}
    vantio.impressions()
    assert 0 < vantio.not_before - time.monotonic() <= 30

    host.headers = {}
    vantio.impressions()
    assert vantio.not_before > 0, "an answer without a word about limits lifts none"


def test_a_wait_is_over_when_its_time_has_come(host: Host, vantio: Vantio) -> None:
    host.headers = {"RateLimit": '"default";r=0;t=0.05'}
    vantio.impressions()
    deadline = time.monotonic() + 10
    while vantio.not_before and time.monotonic() < deadline:
        time.sleep(0.01)

    assert vantio.not_before == 0
