"""Buttons: *Share to channel*, and those that ask a question."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.domain.command import CommandError
from bot.domain.naming import UnknownNameError
from bot.listeners.failures import apologising
from bot.listeners.showing import show
from bot.slack.views import mistake

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import Ack, App, Respond

    from bot.services.questions import Questions

SHARE, ASK = "share", "ask"
_STALE = "This button is from another version of the bot. Please ask again with “/posters”."
_LAST_SECOND = 2**32


def register(app: App, questions: Questions, clock: Callable[[], int]) -> None:
    """Answer the buttons of every message that the bot ever sent."""

    def share(ack: Ack, respond: Respond, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        with apologising(respond):
            asked = _asked(action)
            if asked is None or asked.at is None:
                show(respond, mistake(_STALE))
                return
            try:
                found = questions.ask(asked.words, asked.at, shared_by=body["user"]["id"])
            except (CommandError, UnknownNameError) as error:
                show(respond, mistake(str(error)))
            else:
                show(respond, found.message, in_channel=True)

    def ask(ack: Ack, respond: Respond, action: dict[str, Any]) -> None:
        ack()
        with apologising(respond):
            asked = _asked(action)
            show(respond, questions.ask_kindly(asked.words, clock()) if asked else mistake(_STALE))

    app.action(SHARE)(share)
    app.action(ASK)(ask)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a button carries: words, and as of when to answer them (UTC seconds) if not now."""

    words: str
    at: int | None


def _asked(action: dict[str, Any]) -> _Asked | None:
    """What the button asks; None where another version of the bot made it differently."""
    try:
        value = json.loads(action.get("value") or "")
    except ValueError:
        return None
    match value:
        case {"words": str(words), "at": int(at)} if 0 <= at < _LAST_SECOND:
            return _Asked(words, at)
        case {"words": str(words)}:
            return _Asked(words, None)
    return None
