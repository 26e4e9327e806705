"""How to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.slack import kit
from bot.slack.kit import escape

if TYPE_CHECKING:
    from bot.slack.message import Message

_POINT = "*Ask what your poster scans mean.* Only you see the answer until you share it."
_QUESTIONS = (
    ("top 5 last week", "the most scanned posters"),
    ("leaderboard this month", "the ambassadors in front"),
    ("poster library", "one poster, by place or id"),
    ("program autumn", "one program, by name or id"),
    ("trend last 30 days", "scans over time"),
    ("alerts", "the last alerts, and what people made of them"),
    ("alerts test", "what the last two weeks would have told"),
    ("mutes", "what is muted, and a button to end it"),
    ("changes", "who changed what, for managers"),
    ("status", "whether the bot is well"),
)
_PERIODS = (
    *("today", "yesterday", "this week", "last 7 days", "last month", "since monday"),
    *("on 2026-11-02", "2026-11-01..2026-11-15"),
)
_FILTERS = ("program:autumn", "poster:library", "ambassador:maya")


def help() -> Message:  # noqa: A001 - the word of `/posters help`
    """What can be asked, by examples that can be copied."""
    questions = "\n".join(f"`/posters {words}` · {meaning}" for words, meaning in _QUESTIONS)
    periods = f"*When:* {_code(_PERIODS)}"
    filters = f"*Only some:* {_code(_FILTERS)}, after any question"
    parts = [kit.section(text) for text in (_POINT, questions, f"{periods}\n{filters}")]
    return kit.message(_POINT.replace("*", ""), parts)


def mistake(sentence: str) -> Message:
    """A question that was not understood; `sentence` says what to type instead."""
    text = escape(sentence, 1000)
    hint = kit.context("`/posters help` shows everything that can be asked.")
    return kit.message(text, [kit.section(text), hint])


def _code(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)
