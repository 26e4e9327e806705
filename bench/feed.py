"""A feed of scans in a process of its own, so that serving it costs the measured one nothing.

It speaks just enough HTTP/1.1 to be read by any client over kept-alive connections. A `POST
/control` with JSON changes it: `{"insert": [times]}`, `{"remove": offset}`, `{"latency": seconds}`;
each is answered with what the feed holds and how often it was asked.
"""

from __future__ import annotations

import argparse
import json
import socketserver
import subprocess
import sys
import time
from bisect import bisect_right
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import Lock, Thread
from typing import TYPE_CHECKING, NamedTuple

from bench.population import YEAR, encoded, scans, scans_at

if TYPE_CHECKING:
    from collections.abc import Iterator

CAP = 100
_HOUR = 3600


class Held(NamedTuple):
    """What the feed holds: its rows, their size as JSON; and how often it was asked for a page."""

    rows: int
    bytes: int
    requests: int


class Feed:
    """The feed as the measuring process sees it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._port = port

    def insert(self, *times: int) -> Held:
        """List a new scan of each of these times, in its place."""
        return self._control(insert=times)

    def remove(self, offset: int) -> Held:
        """List the row at this offset no longer."""
        return self._control(remove=offset)

    def delay(self, seconds: float) -> Held:
        """Answer each request so many seconds later."""
        return self._control(latency=seconds)

    def held(self) -> Held:
        """What there is now."""
        return self._control()

    def _control(self, **what: object) -> Held:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request("POST", "/control", json.dumps(what))
            return Held(**json.load(connection.getresponse()))
        finally:
            connection.close()


@contextmanager
def serving(rows: int, order: str = "newest") -> Iterator[Feed]:
    """A feed of so many rows of the year before now, `newest` or `oldest` first.

    The process ends when its standard input closes, so it never outlives this one.
    """
    command = [sys.executable, "-m", "bench.feed", str(rows), order]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        if process.stdin is None or process.stdout is None:
            raise AssertionError
        try:
            yield Feed(int(process.stdout.readline()))
        finally:
            process.stdin.close()


class _List:
    """The rows, oldest first, whatever the order they are listed in."""

    def __init__(self, rows: int, *, newest_first: bool) -> None:
        end = int(time.time()) - _HOUR
        self._times: list[int] = []
        self._rows: list[bytes] = []
        for scan in scans(rows, end - YEAR, end):
            self._times.append(scan.scanned_at)
            self._rows.append(encoded(scan))
        self._newest_first = newest_first
        self._lock = Lock()
        self.requests = 0
        self.latency = 0.0

    def page(self, limit: int, offset: int) -> bytes:
        """The rows of a page, joined by commas."""
        with self._lock:
            self.requests += 1
        count = len(self._rows)
        low, high = offset, min(offset + limit, count)
        if self._newest_first:
            low, high = max(0, count - high), max(0, count - low)
        rows = self._rows[low:high]
        return b",".join(reversed(rows) if self._newest_first else rows)

    def change(self, insert: list[int], remove: int | None) -> None:
        """Insert scans of these times and remove the row at an offset."""
        with self._lock:
            for scan in scans_at(insert, seed=time.time_ns()):
                index = bisect_right(self._times, scan.scanned_at)
                self._times.insert(index, scan.scanned_at)
                self._rows.insert(index, encoded(scan))
            if remove is not None:
                index = len(self._rows) - 1 - remove if self._newest_first else remove
                del self._times[index], self._rows[index]

    def held(self) -> Held:
        """What there is now."""
        return Held(len(self._rows), sum(map(len, self._rows)), self.requests)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, listed: _List) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.listed = listed


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        while line := self.rfile.readline():
            length = self._headers()
            path, _, query = line.split()[1].decode().partition("?")
            body = self._answer(path, query, self.rfile.read(length))
            head = (
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            self.request.sendall(head.encode() + body)

    def _headers(self) -> int:
        """Read them, and return how long the body is."""
        length = 0
        while (line := self.rfile.readline()).strip():
            if line[:15].lower() == b"content-length:":
                length = int(line[15:])
        return length

    def _answer(self, path: str, query: str, body: bytes) -> bytes:
        listed = self.server.listed
        if path == "/control":
            return _controlled(listed, json.loads(body))
        name = path.rpartition("/")[2]
        if name != "impressions":
            return f'{{"{name}":[]}}'.encode()
        if listed.latency:
            time.sleep(listed.latency)
        asked = dict(pair.split("=") for pair in query.split("&") if pair)
        limit = min(CAP, int(asked.get("limit", 50)))
        return b'{"impressions":[' + listed.page(limit, int(asked.get("offset", 0))) + b"]}"


def _controlled(listed: _List, told: dict[str, object]) -> bytes:
    insert, remove, latency = told.get("insert"), told.get("remove"), told.get("latency")
    listed.change(
        insert if isinstance(insert, list) else [], remove if isinstance(remove, int) else None
    )
    if isinstance(latency, int | float):
        listed.latency = latency
    return json.dumps(listed.held()._asdict()).encode()


def main() -> None:
    """Serve until standard input closes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", type=int)
    parser.add_argument("order", choices=("newest", "oldest"))
    told = parser.parse_args()
    with _Server(_List(told.rows, newest_first=told.order == "newest")) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main()
