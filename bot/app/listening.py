"""How Slack reaches the bot: Socket Mode, or signed HTTP requests."""

from __future__ import annotations

import logging
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import waitress
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler

from bot.listeners import actions, commands, noise, repeats
from bot.slack.client import call
from bot.slack.errors import Refused, SlackError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from slack_sdk import WebClient

    from bot.services.questions import Questions

logger = logging.getLogger(__name__)

_AGAIN_SECONDS = 5
_GRACE_SECONDS = 5
# What 200 commands a second open in three seconds, after which Slack waits no longer.
_CONNECTIONS = 600
_BAD_TOKEN = {"invalid_auth", "not_allowed_token_type", "not_authed", "token_revoked"}
_APP_TOKEN = (
    "Copy the app-level token (xapp-...) again from the app's page under Basic Information."  # noqa: S105 - a sentence
)
_LOST = "the connection is lost; commands wait until it is made again, by itself."
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
    repeats.register(app)
    commands.register(app, questions, clock)
    actions.register(app, questions, clock)
    noise.register(app, questions.noise, clock)
    return app


class SocketEar:
    """Socket Mode: the bot calls Slack, so no public address is needed.

    The first connection is tried until it comes about. A later one that breaks is made again by
    Slack's own client; here it is only told, once when it goes and once when it is back.
    """

    def __init__(self, app: App, app_token: str) -> None:
        self._handler = SocketModeHandler(app, app_token, logger=logging.getLogger("bot.socket"))
        self._stop = Event()
        self._connected = False
        self._watch = Thread(target=self._keep_watch, name="socket", daemon=True)

    def start(self) -> None:
        """Connect; where Slack can't be reached yet, keep trying in the background.

        Raises:
            Refused: when Slack says that the token will never do.
        """
        try:
            self._connect()
        except SlackError as error:
            if _hopeless(error):
                raise
            logger.warning("Socket Mode: %s It is tried again.", error)
        self._watch.start()

    def stop(self) -> None:
        """See `Ear.stop`."""
        self._stop.set()
        # In an outage this would wait for as long as Slack keeps silent.
        closing = Thread(target=self._handler.close, name="socket-end", daemon=True)
        closing.start()
        closing.join(_GRACE_SECONDS)

    def _connect(self) -> None:
        try:
            # Unlike `connect`, this never takes an address that was used before.
            call(self._handler.client.connect_to_new_endpoint)
        except Refused as error:
            if error.code in _BAD_TOKEN:
                raise Refused(error.code, _APP_TOKEN, permanent=True) from error
            raise
        self._connected = True

    def _keep_watch(self) -> None:
        while not self._stop.wait(_AGAIN_SECONDS):
            try:
                self._look()
            except SlackError as error:
                if _hopeless(error):
                    logger.error("Socket Mode: %s No command is heard.", error)  # noqa: TRY400 - one line says all
                    return
                logger.debug("Socket Mode: %s", error)

    def _look(self) -> None:
        """Connect where that never worked; otherwise tell when the connection came or went."""
        if self._handler.client.current_session is None:
            self._connect()
            logger.warning("Socket Mode: connected.")
        elif self._connected != self._handler.client.is_connected():
            self._connected = not self._connected
            logger.warning("Socket Mode: %s", "connected again." if self._connected else _LOST)


def _hopeless(error: SlackError) -> bool:
    return isinstance(error, Refused) and error.permanent


def interface(slack_url: str) -> str:
    """Where to listen for requests from the Slack at this address: only here, if that is here."""
    here = urlsplit(slack_url).hostname in {"127.0.0.1", "::1", "localhost"}
    return "127.0.0.1" if here else "*"


class HttpEar:
    """Signed HTTP requests on a port, with a health check for platforms."""

    def __init__(self, app: App, host: str, port: int) -> None:
        self._slack = SlackRequestHandler(app, path=EVENTS_PATH)
        self._server = waitress.create_server(
            self._answer, host=host, port=port, threads=8, connection_limit=_CONNECTIONS
        )
        self._thread = Thread(target=self._server.run, name="http", daemon=True)

    def start(self) -> None:
        """See `Ear.start`."""
        self._thread.start()

    def stop(self) -> None:
        """See `Ear.stop`."""
        self._server.close()
        if self._thread.is_alive():
            self._thread.join(_GRACE_SECONDS)

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 - WSGI
        if environ["PATH_INFO"] == HEALTH_PATH:
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"ok\n"]
        answered: Iterable[bytes] = self._slack(environ, start_response)
        return answered
