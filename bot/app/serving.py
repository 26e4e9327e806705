"""HTTP on a port, in a thread of its own."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING

import waitress
from waitress import wasyncore

from bot.config import ConfigError
from bot.services.pulse import SERVER

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

_LOOK_SECONDS = 0.5
# What 200 commands a second open in three seconds, after which Slack waits no longer.
_CONNECTIONS = 600


class Server:
    """Answers on a port from `start` to `stop`."""

    def __init__(
        self, application: WSGIApplication, host: str, port: int, threads: int, *, key: str
    ) -> None:
        """Take the port, without answering yet; `key` names its setting.

        Raises:
            ConfigError: when it can't be had.
        """
        self._channels: dict[int, object] = {}
        try:
            self._server = waitress.create_server(
                application,
                map=self._channels,
                host=host,
                port=port,
                threads=threads,
                connection_limit=_CONNECTIONS,
                ident=SERVER,
            )
        except OSError as error:
            raise ConfigError([f"{key}: can't listen on {port} ({error.strerror})."]) from None
        self._stopping = Event()
        self._thread = Thread(target=self._serve, name="http", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self, grace: float) -> None:
        """Finish what is being answered within so many seconds, and let go of the port."""
        self._server.task_dispatcher.shutdown(timeout=grace)
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(grace)
        wasyncore.close_all(self._channels)

    def _serve(self) -> None:
        # The server's own `run` knows no end but one that pulls its sockets from under it.
        while not self._stopping.is_set():
            wasyncore.loop(_LOOK_SECONDS, map=self._channels, count=1)
