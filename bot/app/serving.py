"""HTTP on a port, in a thread of its own."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

import waitress

from bot.config import ConfigError

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

IDENT = "posterpulse"


class Server:
    """Answers on a port from `start` to `stop`."""

    def __init__(
        self, application: WSGIApplication, host: str, port: int, threads: int, *, key: str
    ) -> None:
        """Take the port, without answering yet; `key` names its setting.

        Raises:
            ConfigError: when it can't be had.
        """
        try:
            self._server = waitress.create_server(
                application, host=host, port=port, threads=threads, ident=IDENT
            )
        except OSError as error:
            raise ConfigError([f"{key}: can't listen on {port} ({error.strerror})."]) from None
        self._thread = Thread(target=self._server.run, name="http", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self, grace: float = 0) -> None:
        """Let go of the port; what is being answered has so many seconds to end."""
        self._server.close()
        if self._thread.is_alive():
            self._thread.join(grace)
