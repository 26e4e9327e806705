"""How Slack reaches the bot: Socket Mode, or signed HTTP requests."""

from __future__ import annotations

import logging
from threading import Event, Thread
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult

from bot.app.operating import HEALTH_PATH
from bot.app.serving import Server
from bot.domain.address import is_here
from bot.listeners import actions, commands, home, noise, repeats
from bot.services.home import Homes
from bot.services.places import Places
from bot.slack.client import call
from bot.slack.errors import Refused, SlackError
from bot.slack.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from slack_sdk import WebClient

    from bot.services.permissions import Permissions
    from bot.services.questions import Questions
    from bot.services.readers import Read

logger = logging.getLogger(__name__)

_AGAIN_SECONDS = 5
_BAD_TOKEN = {"invalid_auth", "not_allowed_token_type", "not_authed", "token_revoked"}
_APP_TOKEN = (
    "Copy the app-level token (xapp-...) again from the app's page under Basic Information."  # noqa: S105 - a sentence
)
_LOST = "the connection is lost; commands wait until it is made again, by itself."
EVENTS_PATH = "/slack/events"
_THREADS = 8


class Ear(Protocol):
    """Something that hears Slack."""

    def start(self) -> None:
        """Begin to hear, without blocking."""

    def stop(self, grace: float) -> None:
        """Hear no more; what doesn't end within so many seconds is left alone."""


def bolt(
    client: WebClient,
    questions: Questions,
    permissions: Permissions,
    clock: Callable[[], int],
    signing_secret: str | None = None,
    read: Read | None = None,
) -> App:
    """The Bolt app with every listener.

    In Socket Mode there is nothing to sign, and no `signing_secret` is needed. Commands are
    answered by `read`, or else here.
    """
    app = App(
        client=client,
        signing_secret=signing_secret or "",
        request_verification_enabled=signing_secret is not None,
        token_verification_enabled=False,
        # Answers go through response URLs: Bolt needs no token, nor to ask Slack whose it is.
        authorize=_authorized,
        logger=logging.getLogger("bot.bolt"),
    )
    repeats.register(app)
    sender = Sender(client)
    places = Places(sender.channel_id, permissions.manages)
    commands.register(app, questions, permissions, places, clock, read or questions.ask_kindly)
    actions.register(app, questions, permissions, places, clock)
    noise.register(app, questions.noise, permissions, clock)
    homes = Homes(questions.reports, questions.condition, questions.noise, places, sender.permalink)
    home.register(app, homes, permissions, sender, clock)
    return app


def _authorized(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    """Slack, which vouches for whoever asks, knows one installation of this bot."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)


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

    def stop(self, grace: float) -> None:
        """See `Ear.stop`."""
        self._stop.set()
        # In an outage this would wait for as long as Slack keeps silent.
        closing = Thread(target=self._handler.close, name="socket-end", daemon=True)
        closing.start()
        closing.join(grace)

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
    return "127.0.0.1" if is_here(urlsplit(slack_url).hostname or "") else "*"


class HttpEar:
    """Signed HTTP requests on a port, with a health check for platforms."""

    def __init__(self, app: App, health: WSGIApplication, host: str, port: int) -> None:
        """Take the port.

        Raises:
            ConfigError: when it can't be had.
        """
        self._slack = SlackRequestHandler(app, path=EVENTS_PATH)
        self._health = health
        self._server = Server(self._answer, host, port, _THREADS, key="slack.http_port")

    def start(self) -> None:
        """See `Ear.start`."""
        self._server.start()

    def stop(self, grace: float) -> None:
        """See `Ear.stop`."""
        self._server.stop(grace)

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == HEALTH_PATH:
            return self._health(environ, start_response)
        answered: Iterable[bytes] = self._slack(environ, start_response)
        return answered
