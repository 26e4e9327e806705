"""Whatever people type into Vantio, a message stays within Slack's limits and means what we say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from bot.domain.command import Verb
from bot.domain.model import Answer, Bucket, Row, Subject, Trouble
from bot.slack import kit, views
from bot.slack.terminal import as_text
from tests.slack.limits import CONTROL, check, mrkdwn, size
from tests.slack.samples import HOUR, NOW, found

if TYPE_CHECKING:
    from bot.slack.message import Message

# The shortest failing message may still be too long for hypothesis's taste.
pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")

unhurried = settings(max_examples=80)

ANY = st.text(st.characters(codec=None), max_size=30)  # lone surrogates as well: JSON carries them
HOSTILE = st.sampled_from(
    [
        *("<!channel>", "<!here|x>", "<!subteam^S0EVIL1>", "<@U0EVIL1>", "<#C0EVIL1>", "@channel"),
        *("<https://x.example|y>", "https://x.example", "&amp;", "&lt;!here&gt;", "*bold*"),
        *("`code`", "_it_", "~gone~", "```", "a\nb\r\n> c", "\u202eevil", "\x1b[31mred", "\ud800"),
        *("", " ", "\x00", "x" * 3000, "&" * 3000, "\N{GRINNING FACE}" * 3000, "_" * 3000),
    ]
)
TEXT = HOSTILE | ANY | st.tuples(HOSTILE, ANY, HOSTILE).map("".join)
COUNT = st.integers(0, 10**12)
ROW = st.builds(
    Row,
    rank=st.integers(1, 200),
    id=TEXT,
    name=TEXT,
    scans=COUNT,
    before=st.none() | COUNT,
    moved=st.none() | st.integers(-200, 200),
    detail=TEXT,
    series=st.lists(COUNT, max_size=24).map(tuple),
)
ROWS = st.lists(ROW, max_size=12) | st.builds(lambda row, n: [row] * n, ROW, st.integers(1, 120))
SERIES = st.lists(st.tuples(TEXT, COUNT), max_size=70).map(
    lambda points: tuple(Bucket(n * HOUR, label, scans) for n, (label, scans) in enumerate(points))
)
FACTS = st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple) | st.just((("Since", "today"),) * 15)
SUBJECT = st.none() | st.builds(Subject, kind=st.just("poster"), id=TEXT, name=TEXT, facts=FACTS)
PERIODS = st.sampled_from(["today", "last 7 days", "2026-11-01..2026-11-15", "on 2026-11-02"])

TROUBLES = st.lists(st.builds(Trouble, TEXT, TEXT), max_size=9)
UPCOMING = st.lists(st.tuples(TEXT | st.just("C0A1"), TEXT, st.just(NOW)), max_size=9)


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    verb = draw(st.sampled_from([*Verb][:5]))
    answer = found(
        verb,
        draw(PERIODS),
        rows=tuple(draw(ROWS)),
        total=draw(COUNT),
        total_before=draw(st.none() | COUNT),
        series=draw(SERIES),
        subject=draw(SUBJECT),
        scanners=draw(st.none() | COUNT),
        ranked=draw(st.integers(0, 200)),
        filters=tuple(draw(st.lists(TEXT, max_size=4))),
        notes=tuple(draw(st.lists(TEXT, max_size=12))),
    )
    return replace(answer, question=replace(answer.question, subject=draw(TEXT)))


def fine(message: Message) -> None:
    check(message)
    text = as_text(message, 80)
    assert text.encode()
    assert not CONTROL.search(text)
    assert all(cell_len(line) <= 80 for line in text.split("\n"))
    assert as_text(message, 9)


@unhurried
@given(answers(), st.none() | TEXT)
def test_answers(answer: Answer, shared_by: str | None) -> None:
    message = views.answer(answer, NOW, shared_by=shared_by)
    fine(message)
    assert message.blocks[0]["text"]["text"].replace("*", "") == message.text


@unhurried
@given(TEXT, st.integers(2, 200))
def test_escaped_text_is_short_and_means_nothing(text: str, limit: int) -> None:
    shown = kit.escape(text, limit)
    assert 0 < size(shown) <= limit
    assert not set("*`\n") & set(shown)
    mrkdwn(shown)


@unhurried
@given(st.text("abcdefgh &<>\u00e4\N{GRINNING FACE}", max_size=60))
def test_escaping_is_done_exactly_once(text: str) -> None:
    shown = kit.escape(text, 10_000)
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        shown = shown.replace(entity, char)
    assert shown == (" ".join(text.split()) or kit.NOTHING)


@unhurried
@given(TEXT, st.integers(2, 200))
def test_clean_text_is_short_and_on_one_line(text: str, limit: int) -> None:
    shown = kit.clean(text, limit)
    assert 0 < size(shown) <= limit
    assert shown.encode().decode().splitlines() == [shown]
