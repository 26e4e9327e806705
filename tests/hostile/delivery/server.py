"""The stand-in over real HTTP on the loopback address."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hostile.delivery.slack import Slack

RESET = struct.pack("ii", 1, 0)


@contextmanager
def served(slack: Slack) -> Iterator[str]:
    """The address of its Web API, for as long as it listens."""
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"slack": slack}))
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/api/"
    finally:
        server.shutdown()
        server.server_close()  # waits for what lands late
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A killed process leaves broken connections behind; that is no news."""


class _Handler(BaseHTTPRequestHandler):
    slack: Slack
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def do_POST(self) -> None:
        """Carry out one method, or a part of it."""
        who = self.headers["Authorization"].removeprefix("Bearer ")
        answer = self.slack.answer(self.path.rsplit("/", 1)[1], self._asked(), who)
        if answer.cut:
            self._reset()
        else:
            self._send(json.dumps(answer.body).encode(), answer.status, answer.retry_after)
        answer.afterwards()

    do_GET = do_POST  # noqa: N815 - as the base class names it

    def _asked(self) -> dict[str, Any]:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "json" in self.headers.get("Content-Type", ""):
            asked: dict[str, Any] = json.loads(body)
            return asked
        return dict(parse_qsl(body.decode()))

    def _send(self, body: bytes, status: int, retry_after: int) -> None:
        with contextlib.suppress(OSError):  # whoever asked may have been killed
            self.send_response(status)
            if retry_after:
                self.send_header("Retry-After", str(retry_after))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

    def _reset(self) -> None:
        """Hang up at once: closing alone would wait for the handler to end."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
