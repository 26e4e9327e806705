"""`/posters ...`, typed by anyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.listeners.answering import Answers, at_once
from bot.listeners.failures import apologising
from bot.listeners.showing import show
from bot.services.permissions import Asker

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import App, Respond

    from bot.services.permissions import Permissions
    from bot.services.places import Places
    from bot.services.questions import Questions
    from bot.services.readers import Read

COMMAND = "/posters"


def register(
    app: App,
    questions: Questions,
    permissions: Permissions,
    places: Places,
    clock: Callable[[], int],
    read: Read,
) -> None:
    """Answer the command: acknowledged at once, answered through the response URL, privately.

    `read` is what answers in the end, for all alike who ask the same and may know the same.
    """
    answers = Answers(read, questions.precedence, clock)

    def answer(respond: Respond, command: dict[str, Any]) -> None:
        with apologising(respond):
            words, who, now = command.get("text", ""), _asker(command), clock()
            manner, refusal = questions.manner(words, now), permissions.to_ask(who)
            if not refusal and manner.for_managers:
                refusal = permissions.to_change(who)
            if refusal:
                show(respond, refusal)
            else:
                if manner.foreword:
                    show(respond, manner.foreword)
                answers.ask(words, places.sight(manner.channels, who.user, now), respond)

    app.command(COMMAND, middleware=[at_once])(answer)


def _asker(command: dict[str, Any]) -> Asker:
    return Asker(command["user_id"], command.get("channel_id", ""), command.get("channel_name", ""))
