"""Buttons: *Share to channel*, and those that ask a question."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.listeners.showing import show

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import Ack, App, Respond

    from bot.services.questions import Questions

SHARE, ASK = "share", "ask"


def register(app: App, questions: Questions, clock: Callable[[], int]) -> None:
    """Answer the buttons of every message that the bot ever sent."""

    def share(ack: Ack, respond: Respond, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        asked = _value(action)
        sharer = body.get("user", {}).get("id")
        message = questions.ask_kindly(
            asked.get("words", ""), int(asked.get("at", clock())), shared_by=sharer
        )
        show(respond, message, in_channel=True)

    def ask(ack: Ack, respond: Respond, action: dict[str, Any]) -> None:
        ack()
        message = questions.ask_kindly(_value(action).get("words", ""), clock())
        show(respond, message)

    app.action(SHARE)(share)
    app.action(ASK)(ask)


def _value(action: dict[str, Any]) -> dict[str, Any]:
    """What the button carries; nothing where an older version of the bot made it differently."""
    try:
        value = json.loads(action.get("value") or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
