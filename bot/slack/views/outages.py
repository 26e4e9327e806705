"""Outages, for the people who look after the bot: one line when one lasts, one when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.calendar import local
from bot.slack import kit
from bot.slack.kit import escape
from bot.slack.views.phrases import clock

if TYPE_CHECKING:
    from bot.domain.outage import Outage
    from bot.slack.message import Message

_CAUGHT_UP = {
    "Vantio": ("Vantio answers again", "What was missed has been read."),
    "Slack": ("Slack takes messages again", "What waited is sent now."),
}


def outage(found: Outage, zone: str) -> Message:
    """An outage that lasts: since when, why, and what to do."""
    since = f"{clock(found.began, zone)} ({escape(zone)})"
    point = f"⚠️ *{escape(found.source)} has not answered since {since}, so no scans come in.*"
    return kit.note(point, f"{_sentence(found.problem)} {escape(found.remedy, 500)}")


def outage_over(found: Outage, zone: str) -> Message:
    """An outage that has ended; for whoever heard of it, and whoever could not."""
    again, rest = _CAUGHT_UP[found.source]
    when = f"{_span(found, zone)} ({escape(zone)})"
    return kit.note(f"✅ *{again}.*", f"It did not {when}: {_sentence(found.problem)} {rest}")


def _sentence(text: str) -> str:
    return escape(text.rstrip("."), 500) + "."


def _span(found: Outage, zone: str) -> str:
    """From when to when on the wall, as short as it can be told."""
    began, ended = found.began, found.began if found.ended is None else found.ended
    first, last = local(began, zone), local(ended, zone)
    if clock(began, zone) == clock(ended, zone):
        return f"at {clock(began, zone)}"
    same_day = first.date() == last.date()
    return f"from {clock(began, zone)} to {f'{last:%H:%M}' if same_day else clock(ended, zone)}"
