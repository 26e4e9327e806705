"""`/posters ...`, typed by anyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.listeners.failures import apologising
from bot.listeners.showing import show

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import Ack, App, Respond

    from bot.services.questions import Questions

COMMAND = "/posters"


def register(app: App, questions: Questions, clock: Callable[[], int]) -> None:
    """Answer the command: acknowledged at once, answered through the response URL, privately."""

    def answer(ack: Ack, respond: Respond, command: dict[str, Any]) -> None:
        ack()
        with apologising(respond):
            words = command.get("text", "")
            if foreword := questions.foreword(words, clock()):
                show(respond, foreword)
            show(respond, questions.ask_kindly(words, clock()))

    app.command(COMMAND)(answer)
