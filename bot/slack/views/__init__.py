"""Views: what the domain found, as messages; pure, and every outside text escaped exactly once."""

from bot.slack.views.alerts import alert, trouble
from bot.slack.views.answers import answer
from bot.slack.views.changes import changes
from bot.slack.views.digests import digest, leaderboard
from bot.slack.views.guidance import help, mistake  # noqa: A004 - the words of `/posters help`
from bot.slack.views.health import relief, status
from bot.slack.views.home import home
from bot.slack.views.noise import ended, muted, mutes, stood, thanks, unmuted
from bot.slack.views.outages import outage, outage_over
from bot.slack.views.permissions import ask_elsewhere, managers_only, managers_unknown
from bot.slack.views.silences import quiet
from bot.slack.views.spikes import details
from bot.slack.views.told import held, last_alerts, rehearsal, rehearsing

__all__ = [
    "alert",
    "answer",
    "ask_elsewhere",
    "changes",
    "details",
    "digest",
    "ended",
    "held",
    "help",
    "home",
    "last_alerts",
    "leaderboard",
    "managers_only",
    "managers_unknown",
    "mistake",
    "muted",
    "mutes",
    "outage",
    "outage_over",
    "quiet",
    "rehearsal",
    "rehearsing",
    "relief",
    "status",
    "stood",
    "thanks",
    "trouble",
    "unmuted",
]
