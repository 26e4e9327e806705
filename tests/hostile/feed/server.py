"""A real server on the loopback address that shows the moving list, and misbehaves."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from tests.hostile.feed.faults import Answer, Faults
from tests.hostile.feed.feed import Feed
from tests.hostile.feed.rows import posters, users

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Self

    from tests.hostile.feed.conditions import Condition
    from tests.hostile.feed.order import Entry

KEY = "sk_hostile"
IN_FLIGHT = 0.1  # seconds: a request on its way when a wait is named can't know of it
CAPS = (3, 10, 37, 50, 99, 100, 250)
RESET = struct.pack("ii", 1, 0)
PLENTY = 10**9


@dataclass(frozen=True)
class Violation:
    """A request that came too early; `new_process` if its sender could not have heard the wait."""

    request: int
    early: float
    named_by: str
    new_process: bool


@dataclass(frozen=True)
class _Wait:
    """No request is allowed `until` then (monotonic seconds), which was `said` a while before."""

    said: float
    until: float
    named_by: str


class HostileVantio:
    """The server; starts when it is entered and stops when it is left.

    Attributes:
        feed: The list that it shows.
        requests: How many requests for scans arrived so far.
        violations: Requests that came before a time that was named.
        log: Every request and its answer, as dictionaries.
        on_request: Called with the number of each request for scans, before it is answered.
    """

    def __init__(self, condition: Condition, seed: int) -> None:
        self.condition, self.seed = condition, seed
        self.feed = Feed(condition, seed)
        self.requests = 0
        self.violations: list[Violation] = []
        self.log: list[dict[str, Any]] = []
        self.on_request: Callable[[int], None] = lambda _: None
        self._faults = Faults(condition)
        self._cap = condition.cap
        self._last: Sequence[Entry] = ()
        self._lock = Lock()
        self._waits: dict[int, _Wait] = {}  # by the process that heard of them
        self._process = 0

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"vantio": self})
        self._http = _Server(("127.0.0.1", 0), handler)
        self._thread = Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def new_process(self) -> None:
        """From now on another process asks, which has not heard what was said to the one before."""
        with self._lock:
            self._process += 1

    def between(self, number: int) -> None:
        """What happens to the list between two polls."""
        with self._lock:
            self.feed.between(Random(f"{self.seed} between {number}"))

    def calm_down(self) -> None:
        """From now on nothing moves and nothing goes wrong."""
        with self._lock:
            self.feed.calm = self._faults.calm = True
            self._waits.clear()

    def answer(self, path: str, query: str, key: str | None) -> Answer:
        """The answer to one request, and what it does to the list."""
        arrived = time.monotonic()
        asked = dict(parse_qsl(query, keep_blank_values=True))
        with self._lock:
            self._check_wait(arrived)
            if key != f"Bearer {KEY}":
                answer = Answer("401", 401, b'{"error": "Unauthorized", "message": "no such key"}')
            elif path == "/api/v1/impressions":
                answer = self._scans(asked)
            else:
                answer = _names(path, asked)
            if answer.wait:
                now = time.monotonic()
                wait = _Wait(now + answer.delay, now + answer.wait, answer.kind)
                before = self._waits.get(self._process)
                if before is None or before.until < wait.until:
                    self._waits[self._process] = wait
        return answer

    def _check_wait(self, arrived: float) -> None:
        for process, wait in self._waits.items():
            if wait.said + IN_FLIGHT < arrived < wait.until:
                other = process != self._process
                found = Violation(self.requests + 1, wait.until - arrived, wait.named_by, other)
                self.violations.append(found)

    def _scans(self, asked: dict[str, str]) -> Answer:
        self.requests += 1
        self.on_request(self.requests)
        chance = Random(f"{self.seed} request {self.requests}")
        self.feed.move(chance)
        self.feed.request = self.requests
        answer = self._faults.instead(chance)
        shown: list[Entry] = []
        if answer is None:
            answer, shown = self._page(asked, chance)
        if answer.status == 200 and answer.cut is None and "page" in answer.kind:
            self._last = shown
        told = {"limit": asked.get("limit"), "offset": asked.get("offset")}
        told |= {name: asked[name] for name in ("programId", "posterId") if name in asked}
        self.log.append(
            {
                "request": self.requests,
                **told,
                "answer": answer.kind,
                "process": self._process,
                "calm": self.feed.calm,
                "ids": [entry.id for entry in shown],
            }
        )
        return answer

    def _page(self, asked: dict[str, str], chance: Random) -> tuple[Answer, list[Entry]]:
        limit, offset = _whole(asked.get("limit"), 50), _whole(asked.get("offset"), 0)
        if limit is None or offset is None or limit < 1:
            return Answer("400", 400, b'{"error": "Bad Request"}'), []
        if not self.feed.calm and chance.random() < self.condition.caps:
            self._cap = chance.choice(CAPS)
        if limit > self._cap and self.condition.refusing:
            return Answer("400 over the cap", 400, b'{"error": "limit is too large"}'), []
        shown = self.feed.page(asked, min(limit, self._cap), offset, chance)
        kind = "page"
        if not self.feed.calm:
            kind, shown = self._doctored(shown, chance)
        body = b'{"impressions": [' + b", ".join(entry.shown for entry in shown) + b"]}"
        return self._faults.spoil(Answer(kind, body=body), chance), shown

    def _doctored(self, shown: list[Entry], chance: Random) -> tuple[str, list[Entry]]:
        """The page, or less of it, or some of the one before again."""
        has = self.condition
        if shown and chance.random() < has.empty:
            return "page, empty for no reason", []
        if len(shown) > 1 and chance.random() < has.short:
            return "page, short", shown[: chance.randrange(1, len(shown))]
        if shown and self._last and chance.random() < has.repeats:
            last, again = list(self._last), chance.randint(1, min(len(shown), len(self._last)))
            return chance.choice(
                (
                    ("page, rows twice", shown + shown[:again]),
                    ("page, shifted by the one before", last[-again:] + shown[:-again]),
                    ("page, hidden by the one before", last[:again] + shown[again:]),
                )
            )
        return "page", shown


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A killed process leaves broken connections behind; that is no news."""


class _Handler(BaseHTTPRequestHandler):
    vantio: HostileVantio
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 20

    def do_GET(self) -> None:
        """Answer one request."""
        address = urlsplit(self.path)
        answer = self.vantio.answer(address.path, address.query, self.headers["Authorization"])
        if answer.delay:
            time.sleep(answer.delay)
        if answer.cut == 0:
            self._reset()
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body if answer.cut is None else answer.body[: answer.cut])
        self.wfile.flush()
        if answer.cut is not None:
            self._reset()

    def _reset(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.connection.shutdown(socket.SHUT_RD)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _whole(text: str | None, default: int) -> int | None:
    if text is None:
        return default
    return min(int(text), PLENTY) if text.isdecimal() else None


def _names(path: str, asked: dict[str, str]) -> Answer:
    lists = {"/api/v1/posters": ("posters", posters), "/api/v1/users": ("users", users)}
    if path not in lists:
        return Answer("404", 404, b'{"error": "Not Found"}')
    name, made = lists[path]
    rows = made()
    limit, offset = _whole(asked.get("limit"), 50) or 50, _whole(asked.get("offset"), 0) or 0
    kept = [each for each in rows if asked.get("programId") in {None, each.get("program_id")}]
    return Answer(name, body=json.dumps({name: kept[offset : offset + limit]}).encode())
