"""Good news and what was asked for: a first scan, a round number, a fixed threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.alert import Kind
from bot.domain.figures import count, thousands
from bot.slack import kit
from bot.slack.kit import escape
from bot.slack.views import words
from bot.slack.views.charts import band_chart
from bot.slack.views.controls import controls, controls_of_many
from bot.slack.views.spikes import name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.domain.alert import About, Alert
    from bot.slack.kit import Part
    from bot.slack.message import Message

_LISTED = 20  # of those that come at once


def first_scan(found: Alert, about: About, zone: str, now: int, channel: str) -> Message:  # noqa: ARG001 - all alerts are shown alike
    """A new poster was scanned for the first time."""
    return _told(f"🎉 {name(found, about)} has its first scan!", found, about, zone, channel)


def milestone(found: Alert, about: About, zone: str, now: int, channel: str) -> Message:  # noqa: ARG001 - the same
    """A poster, a program or all of them reached a round number of scans."""
    reached = f"*{count(found.scans, 'scan')}*"
    verb = "has" if about.name or found.subject else "have"
    return _told(f"🏆 {name(found, about)} {verb} reached {reached}!", found, about, zone, channel)


def good_news(
    found: Sequence[Alert], abouts: Sequence[About], zone: str, now: int, channel: str
) -> Message:
    """One message about first scans and milestones that came all at once.

    Args:
        found: One or more.
        abouts: The names of each, in the same order.
        zone: The IANA zone in which times are told.
        now: UTC seconds.
        channel: Where it is posted, for the menu that mutes it there.

    Raises:
        ValueError: If there are not as many of the one as of the other.
        slackblocks.InvalidUsageError: If a part is over one of Slack's limits.
    """
    both = list(zip(found, abouts, strict=True))
    news = list(_news(both))
    content: list[Part] = []
    for point, lines in news:
        content += kit.sections([point, *_cut(lines)])
    content.append(kit.context(words.stamp(now, zone)))
    content += controls_of_many(both, channel)
    return kit.message(" ".join(point for point, _ in news).replace("*", ""), content)


def threshold(found: Alert, about: About, zone: str, now: int, channel: str) -> Message:
    """There were as many scans as somebody wanted to be told of."""
    when = words.window(found.window, found.fired_at, zone, now)
    usual = f", {words.about(found.expected)} expected" if found.expected > 0 else ""
    point = f"🔔 {name(found, about)}: *{count(found.scans, 'scan')}* {when}{usual}."
    return _told(point, found, about, zone, channel)


def _news(both: Sequence[tuple[Alert, About]]) -> Iterator[tuple[str, list[str]]]:
    """What there is to be glad of, and the lines that say where."""
    firsts, numbers = [], []
    for found, about in both:
        if found.kind is Kind.FIRST_SCAN:
            detail = f" · {escape(about.detail, 120)}" if about.detail else ""
            firsts.append(f"• {name(found, about)}{detail}")
        else:
            numbers.append(f"• {name(found, about)}: *{count(found.scans, 'scan')}*")
    if firsts:
        have = "has its" if len(firsts) == 1 else "have their"
        yield f"🎉 *{count(len(firsts), 'poster')}* {have} first scan!", firsts
    if numbers:
        yield f"🏆 *{count(len(numbers), 'round number')}* reached!", numbers


def _cut(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:_LISTED]
    if len(lines) > _LISTED:
        yield f"• and {thousands(len(lines) - _LISTED)} more"


def _told(point: str, found: Alert, about: About, zone: str, channel: str) -> Message:
    """The point above the chart, if there is one, and the small print."""
    small = [escape(about.detail, 200)] if about.detail else []
    small += [escape(found.reason, 300)] if found.reason else []
    small.append(words.stamp(found.fired_at, zone))
    chart, controlled = band_chart(about.bands), controls(found, about, zone, channel)
    blocks = [kit.section(point), *chart, kit.context(" · ".join(small)), *controlled]
    return kit.message(point.replace("*", ""), blocks)
