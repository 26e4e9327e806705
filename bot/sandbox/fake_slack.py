"""A simulated Slack: Web API, Socket Mode or HTTP mode, response URLs, and a page to look at.

One server on the loopback interface serves all of it to an unchanged app over real HTTP and a
real WebSocket.
"""

import json
import socket
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any, Self

from flask import Flask, Response, jsonify, request
from flask_sock import Sock
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from .api import DEFAULT_SCOPES, Reply, WebApi
from .desk import Desk
from .faults import Cut, Fault
from .http_mode import HttpMode
from .interactions import Interactions
from .page_api import page_routes
from .response_urls import ResponseUrls
from .socket_mode import SocketMode, WebSocket
from .workspace import YOU, Message, Workspace

Json = dict[str, Any]


class FakeSlack:
    """One workspace with one app, at an address of its own; OSError where the port is taken.

    Attributes:
        workspace: what was said, for tests to read and to change.
        socket: the Socket Mode connections.
        responses: the response URLs.
        desk: the settings that may change while it runs: ``scopes``, ``native_charts``.
    """

    def __init__(  # noqa: PLR0913 - every one of them has a default that a demo keeps
        self,
        port: int = 0,
        channels: Sequence[str] = ("general", "posters"),
        *,
        bot_token: str = "xoxb-sandbox",  # noqa: S107 - a pretended secret
        app_token: str = "xapp-sandbox",  # noqa: S107 - the same
        signing_secret: str = "sandbox-signing-secret",  # noqa: S107 - the same
        scopes: Iterable[str] = DEFAULT_SCOPES,
        native_charts: bool = True,
        request_url: str | None = None,
    ) -> None:
        self.workspace = Workspace(channels)
        self.socket = SocketMode()
        self.responses = ResponseUrls(self.workspace)
        self._server = _Server(port)
        self.url = f"http://127.0.0.1:{self._server.port}/"
        self.api_url = f"{self.url}api/"
        app = HttpMode(request_url, signing_secret) if request_url else self.socket
        self._interactions = Interactions(self.workspace, self.responses, app.deliver, self.url)
        self.desk = Desk(
            self.workspace,
            self._interactions,
            self.socket,
            self.url,
            bot_token,
            app_token,
            set(scopes),
            native_charts,
        )
        self._api = WebApi(self.desk)
        self._server.app = self._routes()
        self._thread: threading.Thread | None = None
        self._stopped = False

    def start(self) -> Self:
        """Serve, until :meth:`stop`; returns itself."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._server.serve_forever, args=(0.05,), daemon=True
            )
            self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving, and free the port and every thread; a second time does nothing."""
        if self._stopped:
            return
        self._stopped = True
        self._api.stop()
        self.socket.stop()
        self.workspace.dismiss_watchers()
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def calls(self) -> list[tuple[str, Json]]:
        """Every call of the Web API so far: method and arguments."""
        return self._api.calls

    def fault(self, method: str, kind: str, times: int = 1, seconds: float = 1) -> None:
        """Let the next ``times`` calls of ``method`` go wrong.

        Args:
            method: such as ``chat.postMessage``.
            kind: a name in :mod:`bot.sandbox.faults`, or an error string of Slack.
            times: how many calls.
            seconds: ``Retry-After`` of ``rate_limited``, the delay of ``late`` and ``slow``.
        """
        self._api.faults.add(method, Fault(kind, seconds), times)

    def slash(
        self, text: str, command: str = "/posters", channel: str = "general", user: str = YOU
    ) -> None:
        """Type a command; see :meth:`Interactions.slash`."""
        self._interactions.slash(text, command, channel, user)

    def press(
        self,
        message: Message,
        action_id: str,
        block_id: str | None = None,
        *,
        user: str = YOU,
        option: str | None = None,
    ) -> None:
        """Press a button or choose an option; see :meth:`Interactions.press`."""
        self._interactions.press(message, action_id, block_id, user=user, option=option)

    def open_home(self, user: str = YOU) -> None:
        """Look at the Home tab of the app."""
        self._interactions.open_home(user)

    def _routes(self) -> Flask:
        app = Flask("sandbox", static_folder=None)
        # A Cut must reach the server, which then closes the connection; nothing else is expected.
        app.config["PROPAGATE_EXCEPTIONS"] = True
        daemon = partial(threading.Thread, daemon=True)
        app.config["SOCK_SERVER_OPTIONS"] = {"thread_class": daemon}
        app.register_blueprint(page_routes(self.desk))

        @app.route("/api/<method>", methods=["GET", "POST"])
        def call(method: str) -> Response:
            params = _params()
            bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
            token = str(params.pop("token", "") or bearer)
            return _response(self._api.handle(method, params, token))

        @app.post("/response/<key>")
        def respond(key: str) -> tuple[str, int, dict[str, str]]:
            text, status = self.responses.use(key, request.get_json(force=True))
            return text, status, {"Content-Type": "text/plain"}

        @Sock(app).route("/link/")  # type: ignore[untyped-decorator]
        def link(connection: WebSocket) -> None:
            self.socket.serve(connection, request.args.get("ticket", ""))
            # The WebSocket was the answer: an HTTP response must not follow it.
            raise Cut

        return app


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def connection_dropped(self, *_args: object, **_kwargs: object) -> None:
        self.close_connection = True

    def log(self, *_args: object, **_kwargs: object) -> None:
        """Say nothing."""


class _Server(ThreadedWSGIServer):
    """Knows its connections and their threads, so that it can end them and wait for them.

    The threads are daemons: a program that fails without stopping the server still ends.
    """

    def __init__(self, port: int) -> None:
        self._open: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        # Bound here, because the server itself would end the program where the port is taken.
        with socket.create_server(("127.0.0.1", port)) as bound:
            fd = bound.fileno()
            super().__init__("127.0.0.1", port, Flask("not-yet"), handler=_Handler, fd=fd)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as inherited
        thread = threading.Thread(
            target=self._serve, args=(request, client_address), name="sandbox-slack", daemon=True
        )
        with self._lock:
            self._open[request] = thread
        thread.start()

    def server_close(self) -> None:
        """Take no more connections, end those that are open, and wait for their threads."""
        super().server_close()
        with self._lock:
            still_open = dict(self._open)
        for connection, thread in still_open.items():
            with suppress(OSError):  # it may have ended by itself
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()

    def _serve(self, request: socket.socket, client_address: tuple[str, int]) -> None:
        try:
            self.process_request_thread(request, client_address)
        finally:
            with self._lock:
                del self._open[request]


def _params() -> Json:
    """The arguments of a call, from the query and from a form or a JSON body."""
    params: Json = dict(request.args.items())
    if request.is_json:
        body = json.loads(request.get_data() or b"{}")
        return params | body if isinstance(body, dict) else params
    return params | dict(request.form.items())


def _response(reply: Reply) -> Response:
    response = jsonify(reply.body)
    response.status_code = reply.status
    response.headers.update(dict(reply.headers))
    return response
