"""Whatever people outside typed, no message pings anybody, and Slack takes every one."""

from __future__ import annotations

import inspect
import pkgutil
from dataclasses import replace
from datetime import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import command
from bot.domain.alert import Kind
from bot.domain.change import SETTINGS, Change, Deed
from bot.domain.command import CommandError
from bot.domain.correction import Correction
from bot.domain.naming import UnknownNameError, resolve
from bot.domain.noise import Mute, QuietHours, Rule, Scope, State, Told, Votes, Why
from bot.domain.outage import Outage
from bot.sandbox.blocks import problems
from bot.slack import views
from tests.slack.samples import NOW, WELL, ZONE
from tests.slack.test_corrections import FIGURES, YESTERDAY
from tests.slack.test_hostile import COUNT, TEXT, TROUBLES, UPCOMING, answers, fine, unhurried
from tests.slack.test_hostile_alerts import ABOUTS, ALERTS, CHANNELS, TIME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FunctionType

    from bot.domain.alert import About, Alert
    from bot.domain.model import Trouble
    from bot.slack.message import Message

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")

few = settings(unhurried, max_examples=25)
zone = st.just(ZONE)
now = st.just(NOW)
TEXTS = st.lists(TEXT, min_size=1, max_size=12)
LATE = st.none() | now
MUTES = st.builds(Mute, TEXT, st.sampled_from(Scope), TEXT, TIME, TEXT, TIME, COUNT)
TOLD = st.builds(Told, COUNT, st.sampled_from(Kind), TEXT, TEXT, TIME, COUNT, COUNT)
VOTES = st.lists(st.builds(Votes, st.sampled_from(Kind), COUNT, COUNT), max_size=5)
RULES = st.sampled_from([Rule(), Rule(QuietHours(time(22), time(7), ZONE), 10)])
OUTAGES = st.builds(
    Outage, st.sampled_from(["Vantio", "Slack"]), TIME, LATE, st.booleans(), TEXT, TEXT
)
CHANGES = st.builds(
    Change,
    TIME,
    TEXT | st.just(SETTINGS),
    st.sampled_from(Deed),
    TEXT,
    st.sampled_from(Scope),
    TEXT,
    TEXT | st.sampled_from([*State, str(NOW), "9" * 30]),
)


def named(things: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[Any]:
    """Things, each with its name, some of them again and again."""
    pair = st.tuples(things, TEXT)
    return st.lists(pair, max_size=most) | st.builds(lambda one: [one] * most, pair)


def asked(words: str) -> Message:
    """What somebody is told who types this."""
    try:
        command.parse(words, NOW, ZONE)
    except CommandError as error:
        return views.mistake(str(error))
    return views.help()


def sought(words: str, names: list[str]) -> Message:
    """What somebody is told who asks for this poster, where there are those with other names."""
    try:
        resolve("poster", words, {str(number): name for number, name in enumerate(names)})
    except UnknownNameError as error:
        return views.mistake(str(error))
    return views.help()


def missed(both: list[tuple[Alert, About]], channel: str) -> Message:
    return views.quiet([each for each, _ in both], [about for _, about in both], ZONE, NOW, channel)


def cheered(both: list[tuple[Alert, About]], channel: str) -> Message:
    found = [replace(each, kind=Kind.FIRST_SCAN) for each, _ in both]
    found[::2] = [replace(each, kind=Kind.MILESTONE) for each in found[::2]]
    return views.good_news(found, [about for _, about in both], ZONE, NOW, channel)


def well(troubles: list[Trouble], upcoming: list[tuple[str, str, int]]) -> Message:
    return views.status(replace(WELL, troubles=tuple(troubles), upcoming=tuple(upcoming)))


TYPED = TEXT | st.builds("{} {}".format, st.sampled_from(["top", "poster", "tpo", "top x:"]), TEXT)
EVERY: dict[str, st.SearchStrategy[Message]] = {
    "alert": st.builds(views.alert, ALERTS, ABOUTS, zone, TIME, CHANNELS),
    "answer": st.builds(views.answer, answers(), now, shared_by=st.none() | TEXT),
    "ask_elsewhere": st.builds(views.ask_elsewhere, TEXTS),
    "changes": st.builds(views.changes, named(CHANGES, 20), zone),
    "correction": st.builds(
        views.correction, st.builds(Correction, FIGURES, FIGURES, COUNT), st.just(YESTERDAY)
    ),
    "details": st.builds(views.details, ALERTS, ABOUTS, zone),
    "digest": st.builds(views.digest, answers(), LATE),
    "ended": st.builds(views.ended),
    "good_news": st.builds(
        cheered, st.lists(st.tuples(ALERTS, ABOUTS), min_size=1, max_size=40), CHANNELS
    ),
    "held": st.builds(views.held, named(ALERTS, 30), st.sampled_from(Why), RULES, zone),
    "help": st.builds(views.help),
    "last_alerts": st.builds(views.last_alerts, named(TOLD, 10), VOTES, zone),
    "leaderboard": st.builds(views.leaderboard, answers(), LATE),
    "managers_only": st.builds(views.managers_only, st.just([]) | TEXTS),
    "managers_unknown": st.builds(views.managers_unknown, st.just([]) | TEXTS),
    "mistake": st.one_of(TEXT.map(views.mistake), TYPED.map(asked), st.builds(sought, TEXT, TEXTS)),
    "muted": st.builds(views.muted, MUTES, TEXT, zone, now),
    "mutes": st.builds(views.mutes, named(MUTES, 45), zone, now),
    "outage": st.builds(views.outage, OUTAGES, zone),
    "outage_over": st.builds(views.outage_over, OUTAGES, zone),
    "quiet": st.builds(
        missed, st.lists(st.tuples(ALERTS, ABOUTS), min_size=1, max_size=9), CHANNELS
    ),
    "rehearsal": st.builds(
        views.rehearsal, st.none() | named(ALERTS, 30), st.integers(1, 99), zone
    ),
    "rehearsing": st.builds(views.rehearsing, st.integers(1, 99)),
    "relief": st.builds(views.relief, TEXT, TEXT),
    "status": st.builds(well, TROUBLES, UPCOMING),
    "stood": st.builds(views.stood, TEXT, st.sampled_from(State)),
    "thanks": st.builds(views.thanks, useful=st.booleans()),
    "trouble": st.builds(views.trouble, TEXT, TEXT),
    "unmuted": st.builds(views.unmuted, MUTES, TEXT),
}
# What the others are made of: `alert` shows each kind.
WITHIN = {"private", "spike", "threshold", "first_scan", "milestone"}
# No message: it has limits of its own, and a property in its own tests.
A_VIEW = {"home"}


def makers() -> Iterator[str]:
    """The public functions anywhere in the package that make something to be shown."""
    for found in pkgutil.iter_modules(views.__path__, f"{views.__name__}."):
        functions: list[tuple[str, FunctionType]]
        functions = inspect.getmembers(import_module(found.name), inspect.isfunction)
        for name, function in functions:
            makes = "Message" in str(function.__annotations__.get("return"))
            if function.__module__ == found.name and makes and not name.startswith("_"):
                yield name


def test_no_view_is_forgotten() -> None:
    assert {*makers()} - WITHIN | {*views.__all__} == {*EVERY} | A_VIEW


@pytest.mark.parametrize("name", EVERY)
def test_nobody_is_pinged_and_nothing_breaks(name: str) -> None:
    @few
    @given(EVERY[name])
    def shown(message: Message) -> None:
        fine(message)
        assert problems(list(message.blocks)) == []

    shown()
