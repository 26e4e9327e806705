"""What is published by the clock: the digest and the leaderboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.figures import count
from bot.slack import kit
from bot.slack.kit import escape
from bot.slack.views import parts
from bot.slack.views.phrases import clock, in_front, lead

if TYPE_CHECKING:
    from bot.domain.model import Answer
    from bot.domain.period import Period
    from bot.slack.kit import Part
    from bot.slack.message import Message

_THANKS = "Thank you to everyone who puts up posters!"


def digest(found: Answer, late_since: int | None = None) -> Message:
    """How a period went, to be read over coffee.

    Args:
        found: The numbers of a `top` question.
        late_since: UTC seconds at which it, or the first of several in one, was due, if it comes
            late.
    """
    point = lead(found)
    content = parts.course(found.series) + parts.ranking(found) if found.total else []
    content += _foot(found, "Top posters this week", "top this week")
    return _published("Scan digest", point, found, late_since, content)


def leaderboard(found: Answer, late_since: int | None = None) -> Message:
    """Who is in front, without a ping and without shaming anybody.

    Args:
        found: The numbers of a `leaderboard` question.
        late_since: UTC seconds at which it was due, if it comes late.
    """
    point = f"{lead(found)} {in_front(found.rows)}".rstrip()
    content = [*parts.ranking(found), kit.section(_THANKS)] if found.total else []
    content += _foot(found, "Leaderboard this month", "leaderboard this month")
    return _published("Leaderboard", point, found, late_since, content)


def _published(
    name: str, point: str, found: Answer, late_since: int | None, content: list[Part]
) -> Message:
    """The head that both have, above their `content`."""
    period = found.comparison.period
    title = f"{name} · {period.dates()}"
    head: list[Part] = [kit.header(title)]
    if late_since is not None:
        head.append(kit.context(_apology(period, late_since)))
    text = f"{escape(title, 120)}: {point.replace('*', '')}"
    return kit.message(text, [*head, kit.section(point), *content])


def _apology(period: Period, late_since: int) -> str:
    """That it is late; where several days or weeks come in one, that as well."""
    due, step = escape(clock(late_since, period.zone)), period.step
    if step and step.count > 1:
        return f"Late: {count(step.count, step.unit)} in one message, the first due on {due}."
    return f"Late: this was due on {due}."


def _foot(found: Answer, label: str, words: str) -> list[Part]:
    """The small print, and a button that asks `words`."""
    small = parts.small_print(found, found.comparison.period.zone, "Ask more with `/posters help`")
    return [small, *kit.actions(kit.button(label, "ask", {"words": words}))]
