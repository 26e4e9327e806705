"""Reading a message as a person does, and as a listener does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.slack.terminal import as_text
from tests.slack.limits import check

if TYPE_CHECKING:
    from bot.slack.message import Message


def shown(message: Message) -> str:
    """The message in a narrow terminal, once it is known to be within Slack's limits."""
    check(message)
    return as_text(message, 60)


def button(message: Message, action: str) -> dict[str, Any]:
    """What the one button of `action` hands to its listener."""
    [value] = [
        element["value"]
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["action_id"] == action
    ]
    asked: dict[str, Any] = json.loads(value)
    return asked
