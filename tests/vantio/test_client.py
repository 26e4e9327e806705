from __future__ import annotations

import json
import socket
import traceback
from contextlib import closing
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from bot.vantio.client import (
    LARGEST_BODY,
    Garbled,
    Limited,
    Unauthorized,
    Unavailable,
    Vantio,
    VantioError,
)
from bot.vantio.errors import BadRequest
from tests.vantio.conftest import KEY

if TYPE_CHECKING:
    from tests.vantio.conftest import Host

SCAN = {"id": "imp_1", "poster_id": "poster_1", "scanned_at": "2024-01-15T10:30:00Z"}


def failure(client: Vantio) -> VantioError:
    with pytest.raises(VantioError) as caught:
        client.impressions()
    error = caught.value
    assert "\n" not in str(error)
    assert KEY not in "".join(traceback.format_exception(error)) + repr(error) + repr(client)
    return error


def named(error: VantioError, host: Host) -> bool:
    return host.url.removeprefix("http://") in str(error)


def test_each_list_is_asked_for_and_understood(host: Host, vantio: Vantio) -> None:
    host.body = json.dumps({"impressions": [SCAN, 7]}).encode()
    page = vantio.impressions(program="prog 1&x", limit=50, offset=150)
    host.body = b'{"posters": [{"id": "poster_1"}]}'
    papers = vantio.posters()
    host.body = b'{"users": [{"id": "user_1"}]}'
    people = vantio.ambassadors(offset=3)

    assert [scan.id for scan in page.rows] == ["imp_1"]
    assert (page.size, len(page.rejects)) == (2, 1)
    assert papers.rows[0].id == "poster_1"
    assert people.rows[0].id == "user_1"
    assert host.paths == [
        "/api/v1/impressions?limit=50&offset=150&programId=prog+1%26x",
        "/api/v1/posters?limit=100&offset=0",
        "/api/v1/users?limit=100&offset=3",
    ]
    assert host.keys == [f"Bearer {KEY}"] * 3
    assert vantio.requests == 3
    assert host.agents[0] is not None
    assert host.agents[0].startswith("posterpulse/")


def test_one_connection_serves_many_requests(host: Host, vantio: Vantio) -> None:
    for _ in range(5):
        vantio.impressions()

    assert len(host.connections) == 1


def test_requests_are_counted_across_threads(vantio: Vantio) -> None:
    threads = [Thread(target=vantio.impressions) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert vantio.requests == 8


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (401, Unauthorized, "VANTIO_API_KEY"),
        (403, Unauthorized, "VANTIO_API_KEY"),
        (429, Limited, "429"),
        (500, Unavailable, "500"),
        (503, Unavailable, "503"),
        (408, Unavailable, "408"),
        (400, BadRequest, "programs"),
        (404, Garbled, "VANTIO_BASE_URL"),
        (418, Garbled, "VANTIO_BASE_URL"),
        (203, Garbled, "203"),
    ],
)
def test_each_status_is_told_apart(
    host: Host, vantio: Vantio, status: int, kind: type[VantioError], says: str
) -> None:
    host.status = status
    error = failure(vantio)

    assert type(error) is kind
    assert error.permanent is (kind in (Unauthorized, Garbled, BadRequest))
    assert says in str(error)
    assert str(status) in str(error)
    assert named(error, host)


def test_a_redirect_is_named_but_not_followed(host: Host, vantio: Vantio) -> None:
    host.status = 302
    host.headers = {"Location": "https://www.elsewhere.example/api/v1?token=hidden"}
    error = failure(vantio)

    assert isinstance(error, Garbled)
    assert "www.elsewhere.example" in str(error)
    assert "hidden" not in str(error)
    assert len(host.paths) == 1


@pytest.mark.parametrize("location", ["", "/elsewhere", "https://[broken", "\xff"])
def test_a_redirect_to_nowhere_is_no_crash(host: Host, vantio: Vantio, location: str) -> None:
    host.status = 308
    host.headers = {"Location": location}

    assert isinstance(failure(vantio), Garbled)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<!doctype html><p>Welcome", "web page"),
        (b'{"posters": []}', "'impressions'"),
        (b"", "empty"),
        (b'{"impressions": [', "not JSON"),
    ],
)
def test_an_unreadable_answer_is_garbled(
    host: Host, vantio: Vantio, body: bytes, says: str
) -> None:
    host.body = body
    error = failure(vantio)

    assert type(error) is Garbled
    assert not error.permanent
    assert says in str(error)
    assert named(error, host)


def test_a_body_that_cannot_be_unpacked_is_garbled(host: Host, vantio: Vantio) -> None:
    host.headers = {"Content-Encoding": "gzip"}

    assert isinstance(failure(vantio), Garbled)


def test_an_endless_body_is_not_taken_in(host: Host, vantio: Vantio) -> None:
    host.body = b" " * (LARGEST_BODY + 1)
    error = failure(vantio)

    assert isinstance(error, Garbled)
    assert "16 MiB" in str(error)


def test_a_body_cut_in_the_middle_is_unavailable(host: Host, vantio: Vantio) -> None:
    host.cut_after = 9
    error = failure(vantio)

    assert isinstance(error, Unavailable)
    assert "cut the connection" in str(error)
    assert named(error, host)
    host.cut_after = None
    assert vantio.impressions().size == 0


@pytest.mark.parametrize("trouble", ["silent", "drip"])
def test_a_slow_answer_is_given_up(host: Host, trouble: str) -> None:
    setattr(host, trouble, True)
    with Vantio(host.url, KEY, timeout=0.3) as client:
        error = failure(client)

    assert isinstance(error, Unavailable)
    assert "within 0.3 s" in str(error)


def test_a_refused_connection_is_unavailable() -> None:
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))  # bound, but nobody listens
        with Vantio(f"http://127.0.0.1:{bound.getsockname()[1]}", KEY) as client:
            error = failure(client)

    assert isinstance(error, Unavailable)
    assert "can't be reached" in str(error)


def test_a_host_nobody_knows_is_unavailable() -> None:
    with Vantio("https://vantio.invalid", KEY, timeout=10) as client:
        error = failure(client)

    assert isinstance(error, Unavailable)
    assert "vantio.invalid" in str(error)
