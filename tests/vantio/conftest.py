"""A small real HTTP server on loopback that answers as each test tells it to."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from bot.vantio.client import Vantio

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "sk_live_never_to_be_seen"


@dataclass
class Host:
    """What the server answers with, and what it was asked."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"impressions": []}'
    date: bool = True
    cut_after: int | None = None
    drip: bool = False
    silent: bool = False
    paths: list[str] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    agents: list[str | None] = field(default_factory=list)
    connections: set[int] = field(default_factory=set)
    over: Event = field(default_factory=Event)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    host: Host

    def do_GET(self) -> None:
        self.host.paths.append(self.path)
        self.host.keys.append(self.headers["Authorization"])
        self.host.agents.append(self.headers["User-Agent"])
        self.host.connections.add(self.client_address[1])
        if self.host.silent:
            self.host.over.wait(30)
        self._head()
        if self.host.drip:
            self._drip()
        self.wfile.write(self.host.body[: self.host.cut_after])
        self.close_connection = self.host.cut_after is not None

    def _head(self) -> None:
        self.send_response_only(self.host.status)
        if self.host.date and "Date" not in self.host.headers:
            self.send_header("Date", self.date_time_string())
        for name, value in self.host.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.host.body)))
        self.end_headers()

    def _drip(self) -> None:
        """Never silent for long enough to be a read time-out, and never done either."""
        while not self.host.over.wait(0.05):
            self.wfile.write(b" ")

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True  # a client that went away is what some tests do

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def host() -> Iterator[Host]:
    told = Host()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"host": told}))
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield told
    told.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def vantio(host: Host) -> Iterator[Vantio]:
    with Vantio(host.url, KEY, timeout=10) as client:
        yield client
