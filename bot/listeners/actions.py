"""Buttons: *Share to channel*, and those that ask a question."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.domain.command import CommandError
from bot.domain.naming import UnknownNameError
from bot.listeners.failures import apologising
from bot.listeners.showing import show
from bot.services.permissions import Asker
from bot.slack.views import mistake

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import Ack, App, Respond

    from bot.services.permissions import Permissions
    from bot.services.places import Places
    from bot.services.questions import Questions
    from bot.slack.message import Message

SHARE, ASK = "share", "ask"
_STALE = "This button is from another version of the bot. Please ask again with “/posters”."
_LAST_SECOND = 2**32


def register(
    app: App,
    questions: Questions,
    permissions: Permissions,
    places: Places,
    clock: Callable[[], int],
) -> None:
    """Answer the buttons of every message that the bot ever sent, where questions are answered."""

    def share(ack: Ack, respond: Respond, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        with apologising(respond):
            who, asked = _asker(body), _asked(action)
            if refusal := permissions.to_ask(who):
                show(respond, refusal)
            elif asked is None or asked.at is None:
                show(respond, mistake(_STALE))
            else:
                message, everyone = _shared(questions, asked.words, asked.at, who.user)
                show(respond, message, in_channel=everyone)

    def ask(ack: Ack, respond: Respond, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        with apologising(respond):
            who, asked, now = _asker(body), _asked(action), clock()
            if refusal := permissions.to_ask(who):
                show(respond, refusal)
            elif asked is None or (manner := questions.manner(asked.words, now)).for_managers:
                show(respond, mistake(_STALE))
            else:
                sight = places.sight(manner.channels, who.user, now)
                show(respond, questions.ask_kindly(asked.words, now, sight))

    app.action(SHARE)(share)
    app.action(ASK)(ask)


def _shared(questions: Questions, words: str, at: int, user: str) -> tuple[Message, bool]:
    """What somebody wants to show to others, and whether others may see it: numbers only."""
    try:
        found = questions.ask(words, at, shared_by=user)
    except (CommandError, UnknownNameError) as error:
        return mistake(str(error)), False
    return (found.message, True) if found.answer else (mistake(_STALE), False)


def _asker(body: dict[str, Any]) -> Asker:
    channel = body.get("channel") or {}
    return Asker(body["user"]["id"], channel.get("id", ""), channel.get("name", ""))


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
