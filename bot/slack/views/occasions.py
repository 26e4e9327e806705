"""Good news and what was asked for: a first scan, a round number, a fixed threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.figures import count
from bot.slack import kit
from bot.slack.kit import escape
from bot.slack.views import words
from bot.slack.views.charts import band_chart
from bot.slack.views.controls import controls
from bot.slack.views.spikes import name

if TYPE_CHECKING:
    from bot.domain.alert import About, Alert
    from bot.slack.message import Message


def first_scan(found: Alert, about: About, zone: str, now: int, channel: str) -> Message:  # noqa: ARG001 - all alerts are shown alike
    """A new poster was scanned for the first time."""
    return _told(f"🎉 {name(found, about)} has its first scan!", found, about, zone, channel)


def milestone(found: Alert, about: About, zone: str, now: int, channel: str) -> Message:  # noqa: ARG001 - the same
    """A poster, a program or all of them reached a round number of scans."""
    reached = f"*{count(found.scans, 'scan')}*"
    verb = "has" if about.name or found.subject else "have"
    return _told(f"🏆 {name(found, about)} {verb} reached {reached}!", found, about, zone, channel)


def threshold(found: Alert, about: About, zone: str, now: int, channel: str) -> Message:
    """There were as many scans as somebody wanted to be told of."""
    when = words.window(found.window, found.fired_at, zone, now)
    usual = f", {words.about(found.expected)} expected" if found.expected > 0 else ""
    point = f"🔔 {name(found, about)}: *{count(found.scans, 'scan')}* {when}{usual}."
    return _told(point, found, about, zone, channel)


def _told(point: str, found: Alert, about: About, zone: str, channel: str) -> Message:
    """The point above the chart, if there is one, and the small print."""
    small = [escape(about.detail, 200)] if about.detail else []
    small += [escape(found.reason, 300)] if found.reason else []
    small.append(words.stamp(found.fired_at, zone))
    chart, controlled = band_chart(about.bands), controls(found, about, zone, channel)
    blocks = [kit.section(point), *chart, kit.context(" · ".join(small)), *controlled]
    return kit.message(point.replace("*", ""), blocks)
