from __future__ import annotations

from bot.slack import views
from tests.slack.reading import shown


def test_a_trouble_says_what_to_do() -> None:
    message = views.trouble("The bot is not in #campus", "Type /invite @posterpulse there.")
    assert shown(message) == "⚠️ The bot is not in #campus\nType /invite @posterpulse there."
