"""Views: what the domain found, as messages; pure, and every outside text escaped exactly once."""

from bot.slack.views.alerts import alert, trouble
from bot.slack.views.answers import answer
from bot.slack.views.corrections import correction
from bot.slack.views.digests import digest, leaderboard
from bot.slack.views.guidance import help, mistake  # noqa: A004 - the words of `/posters help`
from bot.slack.views.health import status
from bot.slack.views.noise import ended, muted, mutes, stood, thanks, unmuted
from bot.slack.views.occasions import good_news
from bot.slack.views.silences import quiet
from bot.slack.views.spikes import details
from bot.slack.views.told import held, last_alerts, rehearsal, rehearsing

__all__ = [
    "alert",
    "answer",
    "correction",
    "details",
    "digest",
    "ended",
    "good_news",
    "held",
    "help",
    "last_alerts",
    "leaderboard",
    "mistake",
    "muted",
    "mutes",
    "quiet",
    "rehearsal",
    "rehearsing",
    "status",
    "stood",
    "thanks",
    "trouble",
    "unmuted",
]
