"""The answer to a question: `/posters ...`, and the same in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.command import Verb
from bot.slack import kit
from bot.slack.kit import escape
from bot.slack.views import parts
from bot.slack.views.phrases import in_front, lead, try_instead

if TYPE_CHECKING:
    from bot.domain.model import Answer, Subject
    from bot.slack.kit import Part
    from bot.slack.message import Message

_FACTS = 10


def answer(
    found: Answer, asked_at: int, *, shareable: bool = True, shared_by: str | None = None
) -> Message:
    """What was found for a question.

    Args:
        found: The numbers.
        asked_at: UTC seconds of the question; sharing asks it again as of then.
        shareable: Whether to offer *Share to channel*.
        shared_by: The Slack user id of the person who shared it, if it was.
    """
    point = _point(found)
    content: list[Part] = [kit.section(point), *_subject(found.subject)]
    if found.total:
        content += _chart(found) + parts.ranking(found)
    shared = [f"Shared by {kit.mention('@', shared_by)}"] if shared_by else []
    content.append(parts.small_print(found, found.comparison.period.describe(), *shared))
    if shareable and not shared_by:
        asked = {"words": found.question.words(), "at": asked_at}
        content += kit.actions(kit.button("Share to channel", "share", asked))
    return kit.message(point.replace("*", ""), content)


def _point(found: Answer) -> str:
    """The sentence that would do if there were no other."""
    if not found.total:
        return f"{lead(found)} {try_instead(found)}"
    front = in_front(found.rows) if found.question.verb is Verb.LEADERBOARD else ""
    return f"{lead(found)} {front}".rstrip()


def _subject(subject: Subject | None) -> list[Part]:
    """What is known about the one poster or program."""
    facts = subject.facts[:_FACTS] if subject else ()
    pairs = [(escape(label, 40), escape(value, 120)) for label, value in facts]
    return [kit.fields(pairs)] if pairs else []


def _chart(found: Answer) -> list[Part]:
    """The picture that says most: posters side by side, or one course of time."""
    match found.question.verb:
        case Verb.TOP:
            return parts.bars(found.rows)
        case Verb.LEADERBOARD:
            return []
        case _:
            return parts.course(found.series)
