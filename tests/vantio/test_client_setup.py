from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.vantio.client import Garbled, Vantio
from tests.vantio.conftest import KEY

if TYPE_CHECKING:
    from tests.vantio.conftest import Host


def test_a_probe_is_one_small_request(host: Host, vantio: Vantio) -> None:
    probe = vantio.probe()

    assert host.paths == ["/api/v1/impressions?limit=1&offset=0"]
    assert probe.latency > 0
    assert probe.clock_skew is not None
    assert abs(probe.clock_skew) < 10


def test_a_probe_sees_a_wrong_clock(host: Host, vantio: Vantio) -> None:
    host.headers = {"Date": "Mon, 15 Jan 2024 10:30:00 GMT"}
    skew = vantio.probe().clock_skew

    assert skew is not None
    assert skew > 365 * 86_400, "this machine is ahead of a server that lives in the past"


def test_a_probe_needs_no_date(host: Host, vantio: Vantio) -> None:
    host.date = False

    assert vantio.probe().clock_skew is None


def test_a_probe_fails_as_any_request(host: Host, vantio: Vantio) -> None:
    host.body = b"[]"
    with pytest.raises(Garbled):
        vantio.probe()


@pytest.mark.parametrize("suffix", ["", "/", "/api/v1", "/api/v1/", "//"])
def test_the_path_may_be_given_or_not(host: Host, suffix: str) -> None:
    with Vantio(host.url + suffix, KEY) as client:
        client.impressions()

    assert host.paths == ["/api/v1/impressions?limit=100&offset=0"]


def test_no_proxy_sees_a_key_meant_for_this_machine(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with Vantio(host.url, KEY) as client:
        assert client.impressions().size == 0


@pytest.mark.parametrize("key", ["", "  ", "sk_a b", "sk_ä", "sk_a\r\nX:y", "“sk_a”"])
def test_an_impossible_key_is_refused_unseen(key: str) -> None:
    with pytest.raises(ValueError, match="VANTIO_API_KEY") as caught:
        Vantio("https://vantio.app", key)

    assert key.strip() == "" or key not in str(caught.value)


def test_space_around_a_key_is_no_part_of_it(host: Host) -> None:
    with Vantio(host.url, f" {KEY}\n") as client:
        client.impressions()

    assert host.keys == [f"Bearer {KEY}"]
