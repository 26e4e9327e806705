"""A Vantio on loopback that limits its callers as a test tells it to, and notes when they came."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

BODY = b'{"impressions":[]}'


@dataclass
class Limiting:
    """`quota` requests in each `length` seconds; a request beyond them is answered with 429.

    `told` says whether the answers tell what remains; `refused_for` lets the next request be
    answered with 429 and that many seconds, once.
    """

    quota: int = 10**6
    length: float = 60.0
    told: bool = True
    refused_for: int | None = None
    lateness: float = 0.0
    url: str = ""
    came: list[float] = field(default_factory=list)
    allowed_from: list[float] = field(default_factory=list)
    refusals: int = 0
    under_way: int = 0
    most_under_way: int = 0
    began: float = field(default_factory=time.monotonic)
    used: int = 0
    lock: Lock = field(default_factory=Lock)

    def count(self) -> tuple[int, dict[str, str]]:
        """The status of an answer, and what it says of limits."""
        with self.lock:
            now = time.monotonic()
            self.came.append(now)
            if now >= self.began + self.length:
                self.began, self.used = now, 0
            self.used += 1
            if self.refused_for is not None:
                wait, self.refused_for = self.refused_for, None
                self.refusals += 1
                self.allowed_from.append(now + wait)
                return 429, {"Retry-After": str(wait)}
            remaining = max(0, self.quota - self.used)
            reset = self.began + self.length - now
            headers = {"RateLimit": f'"all";r={remaining};t={reset + 0.01:.3f}'}
            exceeded = self.used > self.quota
            self.refusals += exceeded
            return 429 if exceeded else 200, headers if self.told else {}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    limiting: Limiting

    def do_GET(self) -> None:
        at = self.limiting
        with at.lock:
            at.under_way += 1
            at.most_under_way = max(at.most_under_way, at.under_way)
        status, headers = at.count()
        time.sleep(at.lateness)
        with at.lock:
            at.under_way -= 1
        head = {"Content-Length": str(len(BODY)), **headers}
        lines = [f"HTTP/1.1 {status} _", *(f"{name}: {value}" for name, value in head.items())]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode() + BODY)

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    request_queue_size = 32
    disable_nagle_algorithm = True


@contextmanager
def serving(limiting: Limiting) -> Iterator[Limiting]:
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"limiting": limiting}))
    limiting.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield limiting
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
