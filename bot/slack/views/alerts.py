"""What can't wait: what is told unasked, and the bot's own troubles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.alert import Kind
from bot.slack import kit
from bot.slack.kit import escape
from bot.slack.views import occasions, spikes
from bot.slack.views.silences import quiet

if TYPE_CHECKING:
    from bot.domain.alert import About, Alert
    from bot.slack.message import Message

_SINGLE = {
    Kind.SPIKE: spikes.spike,
    Kind.FIRST_SCAN: occasions.first_scan,
    Kind.MILESTONE: occasions.milestone,
    Kind.THRESHOLD: occasions.threshold,
}


def alert(found: Alert, about: About, zone: str, now: int, channel: str) -> Message:
    """The message about an alert of any kind, as it stands at `now`.

    Args:
        found: The alert so far.
        about: Its names, and its day for the chart.
        zone: The IANA zone in which times are told.
        now: UTC seconds up to which scans were counted.
        channel: Where it is posted, for the menu that mutes it there.

    Raises:
        slackblocks.InvalidUsageError: If a part is over one of Slack's limits.
    """
    if found.kind is Kind.QUIET:
        return quiet([found], [about], zone, now, channel)
    return _SINGLE[found.kind](found, about, zone, now, channel)


def trouble(what: str, remedy: str) -> Message:
    """Something that a manager must know of, and what to do about it."""
    return kit.note(f"⚠️ *{escape(what, 500)}*", escape(remedy, 1000))
