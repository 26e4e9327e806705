"""A few of Slack's answers, served over real HTTP on loopback."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "xoxb-made-up-token"  # noqa: S105 - it opens nothing


@dataclass
class Reply:
    """One answer: JSON unless `raw` says otherwise; `cut` drops the connection without one."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    cut: bool = False


@dataclass
class StandIn:
    """The replies of each method, in order; the last is given again. `calls` is what was asked."""

    url: str
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)

    def on(self, method: str, *replies: Reply) -> None:
        self.replies[method] = list(replies)

    def answer(self, method: str, asked: dict[str, Any]) -> Reply:
        self.calls.append((method, asked))
        waiting = self.replies.get(method, [Reply({"ok": False, "error": "unknown_method"})])
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def asked(self, method: str) -> list[dict[str, Any]]:
        return [asked for name, asked in self.calls if name == method]


def ok(**body: Any) -> Reply:  # noqa: ANN401 - any JSON
    return Reply({"ok": True, **body})


def no(error: str, **body: Any) -> Reply:  # noqa: ANN401 - any JSON
    return Reply({"ok": False, "error": error, **body})


@contextmanager
def serving() -> Iterator[StandIn]:
    """A stand-in on a free port, for as long as the block lasts."""
    stand_in = StandIn("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            as_json = "json" in self.headers.get("Content-Type", "")
            asked = json.loads(body) if as_json else dict(parse_qsl(body))
            stand_in.tokens.append(self.headers["Authorization"])
            _give(self, stand_in.answer(self.path.rsplit("/", 1)[-1], asked))

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.url = f"http://127.0.0.1:{server.server_address[1]}/api/"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _give(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    handler.close_connection = True
    if reply.cut:
        return
    body = json.dumps(reply.body).encode() if reply.raw is None else reply.raw
    handler.send_response(reply.status)
    for name, value in {"Content-Length": str(len(body)), **reply.headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
