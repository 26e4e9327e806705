"""Posters that have gone quiet: a question, not a reproach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.figures import count
from bot.slack import kit
from bot.slack.kit import escape
from bot.slack.views import words
from bot.slack.views.charts import band_chart
from bot.slack.views.controls import controls_of_many
from bot.slack.views.noise import standing_buttons
from bot.slack.views.phrases import clock, few, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slackblocks import Block

    from bot.domain.alert import About, Alert
    from bot.slack.kit import Part
    from bot.slack.message import Message

_SHOWN = 8  # posters with buttons of their own
_NAMED = 3  # posters in the first line, which is all that a notification shows
_LISTED = 10  # further posters by name


def quiet(
    alerts: Sequence[Alert], abouts: Sequence[About], zone: str, now: int, channel: str
) -> Message:
    """One message about posters that have gone quiet, and are to be told together.

    Args:
        alerts: One or more; each began when its poster was last scanned, and is over when it is
            scanned again. `expected` scans in `window` say how it was scanned before.
        abouts: The names of each, in the same order.
        zone: The IANA zone in which times are told.
        now: UTC seconds.
        channel: Where it is posted, for the menu that mutes it there.

    Raises:
        ValueError: If there are not as many of the one as of the other.
        slackblocks.InvalidUsageError: If a part is over one of Slack's limits.
    """
    both = list(zip(alerts, abouts, strict=True))
    point = _point(both)
    content: list[Part] = [kit.section(point)]
    for found, about in both[:_SHOWN]:
        content += _poster(found, _heading(found, about, len(both)), zone)
    content += kit.sections(_rest(both[_SHOWN:]))
    content += band_chart(abouts[0].bands) if len(both) == 1 else []
    content.append(kit.context(words.stamp(now, zone)))
    content += controls_of_many(both, channel)
    return kit.message(point.replace("*", ""), content)


def _point(both: Sequence[tuple[Alert, About]]) -> str:
    still = [(found, about) for found, about in both if found.resolved_at is None]
    names = [f"*{_name(found, about)}*" for found, about in still or both]
    told = listed(few(names, _NAMED))
    if not still:
        return f"🔊 {told} {'is' if len(names) == 1 else 'are'} being scanned again."
    if len(names) == 1:
        return f"🔇 {told} has gone quiet. Taken down?"
    return f"🔇 {count(len(names), 'poster')} have gone quiet: {told}. Taken down?"


def _heading(found: Alert, about: About, posters: int) -> str:
    """Which poster it is; the name of a single one stands in the first line already."""
    facts = [f"*{_name(found, about)}*"] if posters > 1 else []
    facts += [escape(about.detail, 120)] if about.detail else []
    return " · ".join(facts)


def _poster(found: Alert, heading: str, zone: str) -> Iterator[Block]:
    """One poster with what is known of it, and the buttons that say what became of it."""
    yield kit.section(f"{heading}\n{_since(found, zone)}.".lstrip())
    if found.resolved_at is None:
        yield from kit.actions(*standing_buttons(found.subject))


def _since(found: Alert, zone: str) -> str:
    if found.resolved_at is not None:
        return f"Scanned again {clock(found.resolved_at, zone)}"
    before = words.rate(found)
    since = f"No scan since {clock(found.started_at, zone)}"
    return f"{since}; before that, {before}" if before else since


def _rest(both: Sequence[tuple[Alert, About]]) -> Iterator[str]:
    """Those beyond what fits, by name as far as that is of use, and counted."""
    if not both:
        return
    names = [_name(found, about) for found, about in both[:_LISTED]]
    more = len(both) - len(names)
    others = f" and {count(more, 'more poster')}" if more else ""
    yield f"*And {count(len(both), 'more poster')}:* {', '.join(names)}{others}"


def _name(found: Alert, about: About) -> str:
    return escape(about.name or found.subject, 60)
