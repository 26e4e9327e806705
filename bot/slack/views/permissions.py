"""Kind refusals: who else may do it, or where it can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.slack import kit
from bot.slack.views.noise import private
from bot.slack.views.phrases import few, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.slack.message import Message

_NAMED = 3


def managers_only(people: Sequence[str]) -> Message:
    """That only managers may do it; `people` are the managers' ids, in the order of asking them."""
    asked = f" Please ask {_people(people)}." if people else ""
    return private(f"That is for managers only.{asked}")


def managers_unknown(people: Sequence[str]) -> Message:
    """That Slack does not say who the managers are; `people` are those who are known anyway."""
    instead = f", or ask {_people(people)}" if people else ""
    point = (
        "Slack does not tell me right now who the managers are, so nothing was changed. "
        f"Please try again in a minute{instead}."
    )
    small = kit.context("If it stays so, `posterpulse check` tells whoever runs me what to do.")
    return private(point, kit.section(point), small)


def ask_elsewhere(channels: Sequence[str]) -> Message:
    """That questions are answered in these channels only, named as in the settings."""
    named = few([kit.mention("#", each) for each in channels], _NAMED)
    return private(f"I answer questions in {listed(named)}. Please ask there.")


def _people(ids: Sequence[str]) -> str:
    """The first few; in a private message nobody is notified."""
    return listed([kit.mention("@", each) for each in ids[:_NAMED]], "or")
