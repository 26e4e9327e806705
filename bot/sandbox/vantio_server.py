"""The web server beneath the simulated Vantio: loopback only, silent, and quick to stop."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

HOST: Final = "127.0.0.1"


class _Handler(WSGIRequestHandler):
    """Speaks HTTP/1.1, at once and without a word on stderr."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30  # seconds that a caller may stay silent

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002, ANN401 (werkzeug's)
        """Keep no access log: `requests` is one."""


class LoopbackServer(ThreadedWSGIServer):
    """A server that knows its open connections, so that none of them keeps it from stopping.

    Args:
        port: Where to listen on the loopback address; any free one if 0.
        app: What answers.

    Raises:
        OSError: The port is taken.
    """

    daemon_threads = False  # closing the server waits for the threads that are not daemons

    def __init__(self, port: int, app: WSGIApplication) -> None:
        self._open: set[socket.socket] = set()
        # Given no socket, werkzeug would answer a taken port by ending the whole program.
        with socket.create_server((HOST, port), backlog=self.request_queue_size) as listener:
            super().__init__(HOST, port, app, _Handler, fd=listener.fileno())

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection."""
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 (as the base class has it)
        """Forget and close a connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End every open connection, whatever its thread is doing."""
        for connection in tuple(self._open):
            with suppress(OSError):  # it has just been closed
                connection.shutdown(socket.SHUT_RDWR)
