from __future__ import annotations

import logging
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from bot.services.heartbeat import Heartbeat

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "very-secret-check"  # noqa: S105 - made up


class Switch:
    """A dead-man's switch: keeps what asked it, and answers as it is told."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = 200
        switch = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                switch.asked.append(self.path)
                self.send_response(switch.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/{SECRET}"


@pytest.fixture
def switch() -> Iterator[Switch]:
    made = Switch()
    thread = Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


class Ticking:
    """A heartbeat whose pings are over when `beat` returns."""

    def __init__(self, url: str) -> None:
        self.now = 0.0
        self._heartbeat = Heartbeat(url, lambda: self.now)

    def beat(self, seconds: float = 60) -> None:
        self.now += seconds
        self._heartbeat.beat()
        self._heartbeat._workers.close()


def test_it_pings_once_a_minute_at_most(switch: Switch) -> None:
    ticking = Ticking(switch.url)
    for seconds in (0, 59, 1, 30, 30):
        ticking.beat(seconds)
    assert switch.asked == [f"/{SECRET}"] * 3


def test_without_an_address_nothing_happens() -> None:
    Ticking("").beat()


def test_trouble_is_logged_once_without_the_address(
    switch: Switch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ticking = Ticking(switch.url)
    for status in (404, 500, 200, 200, 503):
        switch.status = status
        ticking.beat()
    assert [record.message for record in caplog.records] == [
        "The heartbeat does not get through: it is answered with 404; check HEARTBEAT_URL.",
        "The heartbeat gets through again.",
        "The heartbeat does not get through: it is answered with 503; check HEARTBEAT_URL.",
    ]
    assert len(switch.asked) == 5


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"http://127.0.0.1:9/{SECRET}", "Connection refused"),
        (f"http://127.0.0.1:9/{SECRET} x", "InvalidURL"),
        (f"http://127.0.0.1:{SECRET}/", "InvalidURL"),
        (f"http://host.invalid/{SECRET}", ""),
    ],
)
def test_no_failure_disturbs_or_tells_the_address(
    url: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    Ticking(url).beat()
    (record,) = caplog.records
    assert reason in record.message
    assert SECRET not in caplog.text


def test_the_caller_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services.heartbeat._failure", lambda _: time.sleep(0.5))
    began = time.monotonic()
    Heartbeat("http://127.0.0.1:9/", lambda: 0.0).beat()
    assert time.monotonic() - began < 0.4
