"""The Home: drawn for whoever opens it, and again when a button on it was pressed."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from bot.listeners.failures import apologising
from bot.listeners.showing import OnHome
from bot.services.permissions import Asker
from bot.slack import views
from bot.slack.errors import SlackError

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import App, BoltContext, BoltResponse

    from bot.services.home import Homes
    from bot.services.permissions import Permissions
    from bot.slack.message import Message
    from bot.slack.sender import Sender

logger = logging.getLogger(__name__)

OPENED, TAB = "app_home_opened", "home"
_REST = 5  # seconds for which a Home that was just drawn is good enough
_REMEMBERED = 1000


def register(
    app: App, homes: Homes, permissions: Permissions, sender: Sender, clock: Callable[[], int]
) -> None:
    """Draw the Home on opening, and let presses on it be answered there."""
    drawing, lately = _Drawing(homes, permissions, sender, clock), _Lately()

    def opened(event: dict[str, Any]) -> None:
        # A person who clicks on the messages of the bot opens something else than the Home.
        if event.get("tab") == TAB and lately.is_new(event["user"], clock()):
            drawing.draw(event["user"])

    def answered_there(
        body: dict[str, Any], context: BoltContext, next_: Callable[[], BoltResponse]
    ) -> BoltResponse:
        if (body.get("view") or {}).get("type") == TAB:
            context["respond"] = OnHome(partial(drawing.say, body["user"]["id"]))
        return next_()

    app.use(answered_there)
    app.event(OPENED)(opened)


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Puts Homes before people."""

    homes: Homes
    permissions: Permissions
    sender: Sender
    clock: Callable[[], int]

    def draw(self, user: str, note: str = "") -> None:
        """Show a person the Home, below a note (mrkdwn) if there is one."""
        with apologising(OnHome(partial(self._publish, user))):
            # Where questions are answered in listed channels only, a Home must be no way around.
            refusal = self.permissions.to_ask(Asker(user))
            self._publish(user, refusal or self._home(user, note))

    def _home(self, user: str, note: str) -> Message:
        return views.home(self.homes.of(user, self.clock()), note)

    def say(self, user: str, message: Message) -> None:
        """Answer what a person pressed: on top of the Home, which may have changed by it."""
        self.draw(user, message.text)

    def _publish(self, user: str, view: Message) -> None:
        try:
            self.sender.publish_home(user, view)
        except SlackError as error:
            logger.error("Slack did not take a Home: %s", error)  # noqa: TRY400 - one line says all


@dataclass(slots=True)
class _Lately:
    """For whom the Home was drawn a moment ago: some people click on it again and again."""

    _drawn: OrderedDict[str, int] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def is_new(self, user: str, now: int) -> bool:
        """Whether it is time to draw it; if so, that is noted."""
        with self._lock:
            if now - self._drawn.get(user, -_REST) < _REST:
                return False
            self._drawn[user] = now
            self._drawn.move_to_end(user)
            if len(self._drawn) > _REMEMBERED:
                self._drawn.popitem(last=False)
            return True
