"""How Slack reaches the bot: Socket Mode, or signed HTTP requests."""

from __future__ import annotations

import logging
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Protocol

import waitress
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler

from bot.listeners import actions, commands, failures
from bot.slack.client import call
from bot.slack.errors import Refused, SlackError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from slack_sdk import WebClient

    from bot.services.questions import Questions

logger = logging.getLogger(__name__)

_AGAIN_SECONDS = 10
HEALTH_PATH, EVENTS_PATH = "/healthz", "/slack/events"


class Ear(Protocol):
    """Something that hears Slack."""

    def start(self) -> None:
        """Begin to hear, without blocking."""

    def stop(self) -> None:
        """Hear no more."""


def bolt(
    client: WebClient,
    questions: Questions,
    clock: Callable[[], int],
    signing_secret: str | None = None,
) -> App:
    """The Bolt app with every listener.

    In Socket Mode there is nothing to sign, and no `signing_secret` is needed.
    """
    app = App(
        client=client,
        signing_secret=signing_secret or "",
        request_verification_enabled=signing_secret is not None,
        token_verification_enabled=False,
        logger=logging.getLogger("bot.bolt"),
    )
    commands.register(app, questions, clock)
    actions.register(app, questions, clock)
    failures.register(app)
    return app


class SocketEar:
    """Socket Mode: the bot calls Slack, so no public address is needed."""

    def __init__(self, app: App, app_token: str) -> None:
        self._handler = SocketModeHandler(app, app_token, logger=logging.getLogger("bot.socket"))
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Connect; where Slack can't be reached yet, keep trying in the background.

        Raises:
            Refused: when Slack says that the token will never do.
        """
        if not self._connect():
            self._thread = Thread(target=self._keep_trying, name="socket", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """See `Ear.stop`."""
        self._stop.set()
        if self._thread:
            self._thread.join()
        self._handler.close()  # type: ignore[no-untyped-call] # Bolt has not typed it

    def _connect(self) -> bool:
        try:
            call(self._handler.connect, "Socket Mode")
        except Refused as error:
            if error.permanent:
                raise
            logger.warning("Socket Mode: %s", error)
            return False
        except SlackError as error:
            logger.warning("Socket Mode: %s", error)
            return False
        return True

    def _keep_trying(self) -> None:
        while not self._stop.wait(_AGAIN_SECONDS):
            try:
                if self._connect():
                    logger.warning("Socket Mode: connected.")
                    return
            except Refused:
                logger.exception("Socket Mode: Slack refuses the app token.")
                return


class HttpEar:
    """Signed HTTP requests on a port, with a health check for platforms."""

    def __init__(self, app: App, port: int) -> None:
        self._slack = SlackRequestHandler(app, path=EVENTS_PATH)
        self._server = waitress.create_server(self._answer, host="*", port=port, threads=8)
        self._thread = Thread(target=self._server.run, name="http", daemon=True)

    def start(self) -> None:
        """See `Ear.start`."""
        self._thread.start()

    def stop(self) -> None:
        """See `Ear.stop`."""
        self._server.close()
        self._thread.join(timeout=5)

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 - WSGI
        if environ["PATH_INFO"] == HEALTH_PATH:
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"ok\n"]
        answered: Iterable[bytes] = self._slack(environ, start_response)
        return answered
