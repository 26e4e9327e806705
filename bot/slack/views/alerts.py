"""What can't wait: what is told unasked, and the bot's own troubles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slackblocks import BarChart

from bot.domain.alert import Kind
from bot.domain.figures import count, thousands
from bot.domain.lexer import quote
from bot.slack import kit
from bot.slack.kit import escape
from bot.slack.views import occasions, parts, spikes
from bot.slack.views.phrases import clock
from bot.slack.views.silences import quiet

if TYPE_CHECKING:
    from bot.domain.alert import About, Alert
    from bot.domain.model import Bucket, Spike
    from bot.slack.message import Message

_HOUR, _MINUTE = 3600, 60
_FRESH = 600  # seconds for which a window still counts as the last one

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


def spike(
    found: Spike,
    poster_name: str,
    detail: str,
    zone: str,
    now: int,
    series: tuple[Bucket, ...] = (),
) -> Message:
    """A wall goes wild.

    Args:
        found: The decision.
        poster_name: The poster's place, or its id.
        detail: Who put it up and for what ("Maya K. · Autumn launch"), may be empty.
        zone: The IANA zone in which times are told.
        now: UTC seconds.
        series: The poster's scans of the last hours.
    """
    expected = round(found.expected)
    usual = f"about {thousands(expected)}" if expected else "none or one"
    point = (
        f"📈 *{escape(poster_name)}* is going wild: *{count(found.scans, 'scan')}* "
        f"{_window(found, zone, now)}, usually {usual}."
    )
    facts = [escape(detail, 200)] if detail else []
    facts.append(escape(f"{clock(found.at, zone)}, {zone}"))
    look = kit.button("See this poster", "ask", {"words": f"poster {quote(found.poster)} today"})
    chart = parts.course(series, BarChart)
    small = kit.context(" · ".join(facts))
    return kit.message(
        point.replace("*", ""), [kit.section(point), *chart, small, *kit.actions(look)]
    )


def trouble(what: str, remedy: str) -> Message:
    """Something that a manager must know of, and what to do about it."""
    point = f"⚠️ *{escape(what, 500)}*"
    text = f"{point}\n{escape(remedy, 1000)}"
    return kit.message(text.replace("*", ""), [kit.section(text)])


def _window(found: Spike, zone: str, now: int) -> str:
    """The window in words, with the hour where it is not the last any more."""
    whole = found.window % _HOUR == 0
    length = count(found.window // (_HOUR if whole else _MINUTE), "hour" if whole else "minute")
    length = length.removeprefix("1 ")
    if now - found.at <= _FRESH:
        return f"in the last {length}"
    return f"in the {length} to {escape(clock(found.at, zone))}"
