from __future__ import annotations

import json
import socket
import threading
import time
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from bot.sandbox.campus import Campus
from bot.sandbox.fake_vantio import Asked, FakeVantio
from bot.sandbox.vantio_feed import Feed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.sandbox.vantio_faults import Kind
    from bot.sandbox.vantio_feed import Order

HEADERS = {"Authorization": "Bearer sk_sandbox"}
CLIENT = httpx.Client()  # building one takes longer than most tests
LIST = "/api/v1/impressions"


def scan(number: int, minute: int | None = None, **fields: object) -> dict[str, Any]:
    """A scan in the minute of its number, of two posters and two programs in turn."""
    return {
        "id": f"imp_{number:03}",
        "poster_id": f"poster_{number % 2}",
        "program_id": f"prog_{number % 3}",
        "student_id": "user_1",
        "scanned_at": f"2026-11-02T10:{number if minute is None else minute:02}:00Z",
    } | fields


@pytest.fixture
def fake() -> Iterator[FakeVantio]:
    posters = [
        {"id": "poster_1", "program_id": "prog_1", "student_id": "user_1", "updated_at": "x"},
        {"id": "poster_2", "program_id": "prog_1", "student_id": "user_2", "updated_at": "x"},
    ]
    users: list[dict[str, object]] = [
        {"id": "user_1", "program_id": "prog_1", "metadata": {}, "profile_picture": None}
    ]
    with FakeVantio(map(scan, range(10)), posters, users) as running:
        yield running


def ask(fake: FakeVantio, path: str = LIST, **query: object) -> httpx.Response:
    params = {name: str(value) for name, value in query.items()}
    return CLIENT.get(fake.url + path, params=params, headers=HEADERS)


def ids(response: httpx.Response, name: str = "impressions") -> list[str]:
    assert response.status_code == 200
    body = response.json()
    assert list(body) == [name]
    return [row["id"] for row in body[name]]


def numbers(*wanted: int) -> list[str]:
    return [f"imp_{number:03}" for number in wanted]


# Reaching it


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer sk_wrong"}])
@pytest.mark.parametrize("path", [LIST, f"{LIST}/imp_001", "/elsewhere"])
def test_without_the_key_nothing_is_told(
    fake: FakeVantio, headers: dict[str, str], path: str
) -> None:
    response = CLIENT.get(fake.url + path, headers=headers)

    assert response.status_code == 401
    assert response.json()["error"] == "Unauthorized"
    assert set(response.json()) == {"error", "message"}


@pytest.mark.parametrize("path", ["/elsewhere", "/api/v1/programs", f"{LIST}/imp_999"])
def test_what_there_is_not_is_told_in_json(fake: FakeVantio, path: str) -> None:
    response = ask(fake, path)

    assert response.status_code == 404
    assert response.json()["error"] == "Not Found"


def test_every_answer_tells_the_allowance(fake: FakeVantio) -> None:
    first, second = ask(fake), ask(fake, f"{LIST}/imp_999")

    assert first.headers["X-RateLimit-Limit"] == "100000"
    assert int(second.headers["X-RateLimit-Remaining"]) < 100_000
    assert 0 < int(first.headers["X-RateLimit-Reset"]) - time.time() + 1 <= 62


def test_beyond_the_allowance_one_has_to_wait() -> None:
    with FakeVantio(rate_limit=0) as fake:
        response = ask(fake)

    assert response.status_code == 429
    assert response.headers["X-RateLimit-Remaining"] == "0"
    assert 1 <= int(response.headers["Retry-After"]) <= 60


def test_requests_are_remembered(fake: FakeVantio) -> None:
    ask(fake, limit=3, posterId="poster_1")
    CLIENT.get(f"{fake.url}/api/v1/users/user_1")

    assert fake.requests == [
        Asked(LIST, {"limit": "3", "posterId": "poster_1"}),
        Asked("/api/v1/users/user_1", {}),
    ]


# Lists and single objects


def test_every_list_has_its_envelope(fake: FakeVantio) -> None:
    assert len(ids(ask(fake))) == 10
    assert ids(ask(fake, "/api/v1/posters"), "posters") == ["poster_1", "poster_2"]
    assert ids(ask(fake, "/api/v1/users"), "users") == ["user_1"]


def test_a_single_object_comes_bare_and_says_more(fake: FakeVantio) -> None:
    assert ask(fake, f"{LIST}/imp_003").json() == scan(3)
    assert ask(fake, "/api/v1/posters/poster_1").json()["updated_at"] == "x"
    assert "updated_at" not in ask(fake, "/api/v1/posters").json()["posters"][0]
    assert "metadata" in ask(fake, "/api/v1/users/user_1").json()
    assert "metadata" not in ask(fake, "/api/v1/users").json()["users"][0]


def test_filters(fake: FakeVantio) -> None:
    assert ids(ask(fake, posterId="poster_1")) == numbers(9, 7, 5, 3, 1)
    assert ids(ask(fake, programId="prog_0")) == numbers(9, 6, 3, 0)
    assert ids(ask(fake, programId="prog_0", posterId="poster_1")) == numbers(9, 3)
    assert ids(ask(fake, programId="prog_0", limit=2, offset=1)) == numbers(6, 3)
    assert ids(ask(fake, posterId="poster_9")) == []
    assert len(ids(ask(fake, studentId="user_9"))) == 10  # no filter of this list
    assert ids(ask(fake, "/api/v1/posters", studentId="user_2"), "posters") == ["poster_2"]
    assert ids(ask(fake, "/api/v1/users", programId="prog_2"), "users") == []


def test_newest_come_first_and_the_same_moment_goes_by_id() -> None:
    rows = [scan(3, minute=1), scan(1, minute=1), scan(2, minute=1), scan(0), scan(9)]
    with FakeVantio(rows) as fake:
        assert ids(ask(fake)) == numbers(9, 1, 2, 3, 0)


def test_oldest_may_come_first() -> None:
    with FakeVantio(map(scan, (2, 0, 1)), order="oldest") as fake:
        assert ids(ask(fake)) == numbers(0, 1, 2)


def test_no_order_is_a_stable_order() -> None:
    rows = [scan(number) for number in range(30)]
    with FakeVantio(rows, order="shuffled") as one:
        first = ids(ask(one))
        one.add(scan(99))
        after = ids(ask(one))
    with FakeVantio(reversed(rows), order="shuffled") as other:
        assert ids(ask(other)) == first

    assert sorted(first) == numbers(*range(30))
    assert first not in (sorted(first), sorted(first, reverse=True))
    assert [row for row in after if row != "imp_099"] == first


@pytest.mark.parametrize(
    ("asked", "given"), [({}, 50), ({"limit": 7}, 7), ({"limit": 100}, 60), ({"limit": 999}, 60)]
)
def test_pages_are_capped(asked: dict[str, Any], given: int) -> None:
    rows = (scan(number, minute=0) for number in range(120))
    with FakeVantio(rows, cap=60) as fake:
        assert len(ids(ask(fake, **asked))) == given


def test_pages_join_to_the_whole_and_end_with_an_empty_one(fake: FakeVantio) -> None:
    pages = [ids(ask(fake, limit=4, offset=offset)) for offset in (0, 4, 8, 12)]

    assert list(chain.from_iterable(pages)) == numbers(*range(9, -1, -1))
    assert list(map(len, pages)) == [4, 4, 2, 0]


@pytest.mark.parametrize(
    "query",
    [
        {name: text}
        for name in ("limit", "offset")
        for text in ("", "-1", "1.5", "all", "٣", "9" * 30)
    ]
    + [{"limit": "0"}],
)
def test_nonsense_is_refused(fake: FakeVantio, query: dict[str, str]) -> None:
    response = ask(fake, **query)

    assert response.status_code == 400
    assert response.json()["error"] == "Bad Request"


def test_scans_come_change_and_go(fake: FakeVantio) -> None:
    fake.add(scan(50), scan(4, poster_id="poster_new"))
    fake.remove("imp_009", "imp_unknown")

    assert ids(ask(fake, limit=3)) == numbers(50, 8, 7)
    assert ids(ask(fake, posterId="poster_new")) == numbers(4)
    assert ids(ask(fake, posterId="poster_0")) == numbers(50, 8, 6, 2, 0)
    assert ask(fake, f"{LIST}/imp_009").status_code == 404


@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
def test_wrong_rows_are_served_as_they_are(order: Order) -> None:
    wrong = [
        "text",
        None,
        {"no": "id"},
        {"no": "id"},
        {"id": 5, "scanned_at": 1.5},
        {"id": "\ud800"},
    ]
    with FakeVantio(wrong, order=order) as fake:
        served = ask(fake).json()["impressions"]
        assert ask(fake, f"{LIST}/5").json() == wrong[4]

    assert sorted(map(repr, served)) == sorted(map(repr, wrong))


def test_many_and_few_additions_keep_the_same_order() -> None:
    rows = [(n * 31 % 97, str(n * 7919 % 500)) for n in range(500)]
    at_once, one_by_one = (Feed("impressions", "scanned_at", {}) for _ in range(2))
    at_once.add({"id": row_id, "scanned_at": instant} for instant, row_id in rows)
    for instant, row_id in rows:
        one_by_one.add([{"id": row_id, "scanned_at": instant}])

    page = at_once.page({}, limit=500, offset=0)
    assert page == one_by_one.page({}, limit=500, offset=0)
    served = [(row["scanned_at"], row["id"]) for row in json.loads(page)["impressions"]]
    assert served == sorted(rows, key=lambda row: (-row[0], row[1]))


# Faults


def test_an_unauthorized_answer(fake: FakeVantio) -> None:
    fake.fault("unauthorized")

    assert ask(fake).status_code == 401
    assert ask(fake).status_code == 200


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (7, "7"),
        (datetime(2026, 11, 2, 10, tzinfo=UTC), "Mon, 02 Nov 2026 10:00:00 GMT"),
        ("soon", "soon"),
        (None, None),
    ],
)
def test_a_rate_limit(
    fake: FakeVantio, said: int | str | datetime | None, told: str | None
) -> None:
    fake.fault("rate_limited", retry_after=said)
    response = ask(fake)

    assert response.status_code == 429
    assert response.headers.get("Retry-After") == told


def test_a_server_error_is_a_page_of_html(fake: FakeVantio) -> None:
    fake.fault("server_error")
    fake.fault("server_error", status=503, retry_after=3)
    first, second = ask(fake), ask(fake)

    assert (first.status_code, second.status_code) == (500, 503)
    assert first.headers["Content-Type"].startswith("text/html")
    assert second.headers["Retry-After"] == "3"


@pytest.mark.parametrize("kind", ["broken_json", "not_json"])
def test_a_good_status_without_good_json(fake: FakeVantio, kind: Kind) -> None:
    fake.fault(kind)
    response = ask(fake)

    assert response.status_code == 200
    with pytest.raises(ValueError, match=r"line 1"):
        response.json()


def test_a_cut_connection(fake: FakeVantio) -> None:
    fake.fault("cut")

    with pytest.raises(httpx.RemoteProtocolError):
        ask(fake)
    assert len(ids(ask(fake))) == 10


def test_a_slow_answer(fake: FakeVantio) -> None:
    fake.fault("slow", seconds=0.3)
    began = time.monotonic()

    assert len(ids(ask(fake))) == 10
    assert time.monotonic() - began >= 0.3


def test_an_answer_slower_than_the_caller_waits(fake: FakeVantio) -> None:
    fake.fault("slow", seconds=600)

    with pytest.raises(httpx.ReadTimeout):
        CLIENT.get(fake.url + LIST, headers=HEADERS, timeout=0.2)
    fake.stop()  # does not wait ten minutes: the suite's own limit would tell


def test_an_empty_list_and_a_wrong_shape(fake: FakeVantio) -> None:
    fake.fault("empty")
    fake.fault("wrong_shape")

    assert ids(ask(fake)) == []
    assert ask(fake).json() == {"data": []}


def test_faults_wait_their_turn(fake: FakeVantio) -> None:
    fake.fault("server_error", times=2, after=1)
    fake.fault("unauthorized", feed="posters")

    assert [ask(fake).status_code for _ in range(4)] == [200, 500, 500, 200]
    assert ask(fake, f"{LIST}/imp_001").status_code == 200
    assert ask(fake, "/api/v1/users").status_code == 200
    assert ask(fake, "/api/v1/posters").status_code == 401


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="earthquake"):
        FakeVantio().fault("earthquake")  # type: ignore[arg-type]


# Running


def test_it_starts_and_stops_often_and_leaves_nothing_behind() -> None:
    before = threading.active_count()
    fake = FakeVantio([scan(1)])
    addresses = set()
    for _ in range(15):
        with fake, httpx.Client(base_url=fake.url, headers=HEADERS) as client:
            fake.start()
            addresses.add(fake.url)
            assert ids(client.get(LIST)) == numbers(1)
        fake.stop()
        assert threading.active_count() <= before

    assert len(addresses) == 1
    with pytest.raises(httpx.ConnectError):
        CLIENT.get(fake.url)


def test_a_silent_caller_does_not_keep_it_from_stopping() -> None:
    before = threading.active_count()
    fake = FakeVantio().start()
    port = httpx.URL(fake.url).port or 0
    with socket.create_connection(("127.0.0.1", port)) as silent:
        ask(fake)  # the silent one was accepted before
        fake.stop()
        assert silent.recv(1) == b""
    assert threading.active_count() <= before


def test_a_taken_port_is_an_error(fake: FakeVantio) -> None:
    with pytest.raises(OSError, match="in use"):
        FakeVantio(port=httpx.URL(fake.url).port or 0).start()


def test_it_says_nothing(
    fake: FakeVantio, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    fake.fault("cut")
    with pytest.raises(httpx.RemoteProtocolError):
        ask(fake)
    ask(fake, "/elsewhere")
    ask(fake)
    fake.stop()

    assert capfd.readouterr() == ("", "")
    assert "127.0.0.1" not in caplog.text.replace(fake.url, "")


def test_it_has_no_address_before_it_starts() -> None:
    with pytest.raises(RuntimeError, match="started"):
        _ = FakeVantio().url


def test_many_callers_at_once(fake: FakeVantio) -> None:
    answers: list[int] = []

    def call() -> None:
        answers.extend(len(ids(ask(fake))) for _ in range(10))

    threads = [threading.Thread(target=call) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [10] * 60
    assert len(fake.requests) == 60


def test_a_campus_lives_on_in_it() -> None:
    campus = Campus(days=1)
    with FakeVantio(campus.impressions, campus.posters, campus.users) as fake:
        known = {row["id"] for row in campus.impressions}
        fake.play(campus, speed=20_000)
        deadline = time.monotonic() + 30
        while not (fresh := set(ids(ask(fake, limit=100))) - known):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    assert len(fresh) <= 100
    assert not any(thread.name == "fake-vantio" for thread in threading.enumerate())


def test_a_campus_needs_a_running_server() -> None:
    with pytest.raises(RuntimeError, match="start"):
        FakeVantio().play(Campus(days=0))


# Files


def test_a_file_is_served(tmp_path: Path) -> None:
    path = tmp_path / "scans.jsonl"
    path.write_text("\n".join([json.dumps(scan(1)), "", json.dumps(scan(2)), ""]))

    with FakeVantio.from_file(path, order="oldest") as fake:
        assert ids(ask(fake)) == numbers(1, 2)


@pytest.mark.parametrize("line", [b"{", b"[1]", b"null", b"\xff", b"[" * 100_000])
def test_a_malformed_line_is_named(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "scans.jsonl"
    path.write_bytes(b"{}\n\n" + line + b"\n{}")

    with pytest.raises(ValueError, match=r"scans\.jsonl, line 3: not "):
        FakeVantio.from_file(path)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"nowhere\.jsonl"):
        FakeVantio.from_file(tmp_path / "nowhere.jsonl")
