"""The sentences that every view begins with; all of them mrkdwn."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.calendar import day_words, local
from bot.domain.figures import change, count, roughly, thousands
from bot.slack.kit import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.model import Answer, Row

_REACHING_NOW = r"(last|past) "  # labels that say by themselves that they end now
_DAY = 86_400
_WEEK, _MONTH = 7 * _DAY, 30 * _DAY


def lead(found: Answer) -> str:
    """The point: the total and what it is honestly compared with."""
    about = f"*{escape(found.subject.name)}*: " if found.subject else ""
    total = f"*{count(found.total, 'scan')}*" if found.total else "No scans"
    label = found.comparison.period.label
    so_far = " so far" if found.comparison.running and not re.match(_REACHING_NOW, label) else ""
    return f"{about}{total} {when(found)}{so_far}{_compared(found)}.{_scanners(found)}"


def when(found: Answer) -> str:
    """The period inside a sentence: "last week", "on Mon 2 Nov 2026", "in the last 7 days"."""
    label = escape(found.comparison.period.label)
    if re.match(r"(last|past) \d", label):
        return f"in the {label}"
    if label == "all time":
        return "since the beginning"
    if re.match(r"(today|yesterday|this|last|since)\b", label):
        return label
    if re.match(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b", label):
        return f"on {label}"
    return f"in {label}"


def in_front(rows: tuple[Row, ...]) -> str:
    """Who leads, fair to those who share the place; empty without rows."""
    first = [f"*{escape(row.name)}*" for row in rows if row.rank == rows[0].rank]
    match first:
        case []:
            return ""
        case [one]:
            return f"{one} is in front."
        case [one, two]:
            return f"{one} and {two} share first place."
        case _:
            return f"{first[0]} and {len(first) - 1} others share first place."


def try_instead(found: Answer) -> str:
    """What to ask when nothing was found: the same over a longer time."""
    question, period = found.question, found.comparison.period
    length = period.end - period.start
    if length > _MONTH:
        return "`/posters status` says when the last scan came in."
    wider = replace(period, label="last 7 days" if length < _WEEK else "last 90 days")
    words = replace(question, period=wider).words()
    return f"Try `/posters {escape(words, 200)}`."


def few(words: Sequence[str], most: int) -> list[str]:
    """The first of these, and how many more there are."""
    left = len(words) - most
    return [*words[:most], f"{left} more"] if left > 0 else list(words)


def listed(words: Sequence[str], last: str = "and") -> str:
    """At least one word, as people list them: "A", "A and B", "A, B and C"."""
    *front, end = words
    return f"{', '.join(front)} {last} {end}" if front else end


def clock(at: int, zone: str) -> str:
    """An instant (UTC seconds) on the wall: "Mon 23 Nov 2026 09:00"."""
    wall = local(at, zone)
    return f"{day_words(wall)} {wall:%H:%M}"


def _compared(found: Answer) -> str:
    before, past = found.total_before, found.comparison.before
    if before is None or past.start >= past.end:
        return ""
    label = escape(past.label)
    if found.total == before > 0:
        return f", the same as {label}"
    if found.total and before:
        return f", {change(found.total, before)} against {label} ({thousands(before)})"
    return f" ({label}: {thousands(before) if before else 'none'})"


def _scanners(found: Answer) -> str:
    if not found.scanners or not found.total:
        return ""
    number = thousands(roughly(found.scanners))
    people = "one person" if found.scanners == 1 else f"{number} people"
    return f" From about {people}."
