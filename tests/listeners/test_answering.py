from __future__ import annotations

from threading import Event, Semaphore
from typing import TYPE_CHECKING, Any

import pytest
from slack_bolt import Respond

from bot.domain.sight import EVERYTHING, NOTHING, Sight
from bot.listeners import answering
from bot.listeners.answering import Answers
from bot.services.precedence import Precedence
from bot.slack.message import Message
from tests.listeners.conftest import shown

if TYPE_CHECKING:
    from tests.listeners.conftest import Room

LONG = 20.0


class Library:
    """Questions that are read one step at a time, as a test lets them."""

    def __init__(self) -> None:
        self.precedence = Precedence()
        self.read: list[str] = []
        self.go_on = Semaphore(0)
        self.begun = Semaphore(0)

    def read_answer(self, words: str, now: int, sight: Sight) -> Message:
        self.read.append(words)
        self.begun.release()
        assert self.go_on.acquire(timeout=LONG)
        if words == "broken":
            raise RuntimeError
        seen = " with #secret" if sight.sees("#secret") else ""
        return Message(f"{words} at {now}{seen}", ())


class Desk:
    """Where answers arrive; the clock is a test's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.library, self.now, self.arrived = Library(), 0, Semaphore(0)
        self.answers = Answers(self.library.read_answer, self.library.precedence, lambda: self.now)
        self.shown: list[tuple[str, str]] = []
        monkeypatch.setattr(answering, "show", self._show)

    def ask(self, words: str, who: str = "me", sight: Sight = NOTHING) -> None:
        self.answers.ask(words, sight, Respond(response_url=who))

    def read(self, answers: int = 1) -> None:
        """Let one question be read, and wait for its answers."""
        self.library.go_on.release()
        self.receive(answers)

    def receive(self, answers: int) -> None:
        """Wait for so many answers: one that is late would arrive at the desk of the next test."""
        for _ in range(answers):
            assert self.arrived.acquire(timeout=LONG)

    def begun(self, count: int) -> None:
        for _ in range(count):
            assert self.library.begun.acquire(timeout=LONG)

    def _show(self, respond: Respond, message: Message) -> None:
        self.shown.append((str(respond.response_url), message.text))
        self.arrived.release()


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def busy(desk: Desk, but: int = 0) -> None:
    """Everyone who looks up has a question, `but` so many have one already."""
    for number in range(answering._LOOKERS - but):
        desk.ask(f"first {number}")
    desk.begun(answering._LOOKERS)


def rush(desk: Desk) -> None:
    """Everyone who looks up has a question, and as many wait as make a rush."""
    busy(desk)
    for number in range(answering._RUSH):
        desk.ask(f"then {number}")


def test_who_asks_what_waits_shares_its_answer_and_it_is_read_once(desk: Desk) -> None:
    busy(desk)
    for who in ("ann", "bob", "cy"):
        desk.ask("top", who)
    for _ in range(answering._LOOKERS):
        desk.read()
    desk.read(answers=3)
    assert sorted(desk.shown)[:3] == [("ann", "top at 0"), ("bob", "top at 0"), ("cy", "top at 0")]
    assert desk.library.read.count("top") == 1


def test_those_alone_share_an_answer_who_may_know_the_same(desk: Desk) -> None:
    busy(desk)
    secret = frozenset({"#secret"})
    for who, sight in {
        "ann": NOTHING,
        "boss": EVERYTHING,
        "chief": EVERYTHING,
        "dan": Sight(secret),
        "eve": Sight(secret | {"#posters"}),
        "fay": Sight(frozenset(["#secret"])),
    }.items():
        desk.ask("mutes", who, sight)
    for _ in range(answering._LOOKERS):
        desk.read()
    desk.library.go_on.release(100)
    desk.receive(6)
    assert desk.library.read.count("mutes") == 4
    assert [text for who, text in sorted(desk.shown) if who != "me"] == [
        "mutes at 0",
        *["mutes at 0 with #secret"] * 5,
    ]


def test_who_asks_after_the_reading_began_gets_an_answer_of_their_own(desk: Desk) -> None:
    desk.ask("top", "ann")
    desk.begun(1)
    desk.ask("top", "bob")
    desk.begun(1)
    desk.read()
    desk.read()
    assert desk.library.read == ["top", "top"]


@pytest.mark.parametrize(("age", "readings"), [(9, 1), (10, 2), (15, 2), (16, 2)])
def test_in_a_rush_an_answer_of_a_moment_ago_will_do_and_is_read_again_in_time(
    desk: Desk, age: int, readings: int
) -> None:
    at_once = age != 16
    desk.ask("top")
    busy(desk, but=1)
    many = [f"then {number}" for number in range(answering._RUSH + 1)]
    for words in many:
        desk.ask(words)
    desk.read()
    desk.begun(1)
    ((_, text),) = desk.shown
    words = text.partition(" at ")[0]
    desk.now += age
    for who in ("late", "later"):
        desk.ask(words, who)
        assert desk.arrived.acquire(timeout=LONG if at_once else 0) == at_once
    desk.library.go_on.release(100)
    desk.begun(len(many) - 1 + readings - 1)
    left = answering._LOOKERS + len(many) - 1 + (0 if at_once else 2)
    for _ in range(left):
        assert desk.arrived.acquire(timeout=LONG)
    assert desk.library.read.count(words) == readings
    read_at = 0 if at_once else age
    assert sorted(each for each in desk.shown if each[0] != "me") == [
        ("late", f"{words} at {read_at}"),
        ("later", f"{words} at {read_at}"),
    ]


def test_what_somebody_waits_for_goes_before_what_is_only_read_again(desk: Desk) -> None:
    desk.ask("old")
    desk.read()
    desk.begun(1)
    rush(desk)
    desk.now = 10
    desk.ask("old")
    assert desk.arrived.acquire(timeout=LONG)
    desk.ask("new")
    desk.library.go_on.release(100)
    desk.begun(answering._RUSH + 2)
    desk.receive(answering._LOOKERS + answering._RUSH + 1)
    assert desk.library.read[-1] == "old"
    assert [text for _, text in desk.shown if text.startswith("old")] == ["old at 0"] * 2


def test_without_a_rush_every_answer_is_read_anew(desk: Desk) -> None:
    for _ in range(2):
        desk.ask("top")
        desk.read()
    assert desk.library.read == ["top", "top"]


def test_everyone_who_waits_hears_of_a_failure_which_is_logged_once(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    busy(desk)
    desk.ask("broken", "ann")
    desk.ask("broken", "bob")
    for _ in range(answering._LOOKERS):
        desk.read()
    desk.read(answers=2)
    assert [who for who, text in desk.shown if "went wrong" in text] == ["ann", "bob"]
    assert len(caplog.records) == 1


def test_a_failure_is_for_those_alone_who_waited(desk: Desk) -> None:
    desk.ask("broken")
    desk.read()
    desk.begun(1)
    rush(desk)
    desk.ask("broken")
    desk.library.go_on.release(100)
    desk.begun(answering._RUSH + 1)
    desk.receive(answering._LOOKERS + answering._RUSH + 1)
    assert desk.library.read.count("broken") == 2


def test_whoever_reads_in_takes_second_place_while_somebody_waits(desk: Desk) -> None:
    desk.ask("top")
    desk.begun(1)
    assert not desk.library.precedence.give_way(0.01)
    desk.read()
    assert desk.library.precedence.give_way(LONG)


def test_a_command_is_acknowledged_while_all_answers_wait(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, real = Event(), room.questions.ask_kindly

    def slowly(*arguments: Any, **more: Any) -> Message:  # noqa: ANN401 - as they come
        assert go_on.wait(LONG)
        return real(*arguments, **more)

    monkeypatch.setattr(type(room.questions), "ask_kindly", lambda _, *a, **k: slowly(*a, **k))
    for _ in range(20):
        room.hand.slash("top today", channel="posters")
    assert [reply.status for reply in room.replies] == [200] * 20
    go_on.set()
    assert room.slack.workspace.wait_for(lambda: len(room.said()) == 20)
    assert {"7 scans" in shown(each) for each in room.said()} == {True}
