"""`/posters ...`, typed by anyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.listeners.answering import Answers, at_once
from bot.listeners.failures import apologising
from bot.listeners.showing import show

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import App, Respond

    from bot.services.questions import Questions

COMMAND = "/posters"


def register(app: App, questions: Questions, clock: Callable[[], int]) -> None:
    """Answer the command: acknowledged at once, answered through the response URL, privately."""
    answers = Answers(questions, clock)

    def answer(respond: Respond, command: dict[str, Any]) -> None:
        with apologising(respond):
            words = command.get("text", "")
            if foreword := questions.foreword(words, clock()):
                show(respond, foreword)
            answers.ask(words, respond)

    app.command(COMMAND, middleware=[at_once])(answer)
