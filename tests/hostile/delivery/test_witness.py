"""The stand-in does what Slack would, and the verdict sees whatever goes wrong."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from bot.slack.errors import Limited, Refused, SlackError, Unknown
from bot.slack.message import Message
from bot.slack.sender import Receipt, Sender, make_client
from tests.hostile.delivery.clock import Hurried
from tests.hostile.delivery.script import Step, script
from tests.hostile.delivery.server import served
from tests.hostile.delivery.slack import KINDS, Slack, Weather
from tests.hostile.delivery.verdict import Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

UNKNOWN = {"cut_before", "cut_after", "landing_late", "error_before", "error_after", "hung"}
LANDING = {"cut_after", "landing_late", "error_after", "slow", "hung"}
ALERT = Step("alert/1", "first", "#soak-1", "alert")
REPLY = Step("evidence/2", "below", "#soak-1", "evidence", "alert/1")
DIGEST = Step("digest/3", "other", "C1")


class Room:
    """A hand in a stand-in whose clock runs so fast that nothing is hasty."""

    def __init__(self, slack: Slack, api: str) -> None:
        self.slack = slack
        client = make_client("xoxb-1", api)
        client.timeout = 0.2  # type: ignore[assignment] # whole seconds are too long for a test
        self.sender = Sender(client)

    def tell(self, step: Step, under: Receipt | None = None, channel: str = "C1") -> Receipt:
        message, thread = Message(step.text, ()), under.ts if under else None
        return self.sender.post(channel, message, step.intent, thread)


def room_of(weather: Weather, speed: float = 100_000.0) -> Iterator[Room]:
    slack = Slack(3, weather, Hurried(speed), seed=1)
    with served(slack) as api:
        yield Room(slack, api)


@pytest.fixture
def room() -> Iterator[Room]:
    yield from room_of(Weather())


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_is_what_it_is_called(kind: str) -> None:
    always: dict[str, Any] = {kind: 1.0}
    for room in room_of(Weather(**always)):
        error: SlackError | None = None
        try:
            room.tell(DIGEST)
        except SlackError as raised:
            error = raised
        room.slack.clear_up()
        assert isinstance(error, Unknown) == (kind in UNKNOWN)
        assert isinstance(error, Limited) == (kind == "limited")
    assert len(room.slack.posts) == (kind in LANDING)


def test_a_history_has_pages_and_shows_the_key_to_who_asks_for_it() -> None:
    for room in room_of(Weather(page=2)):
        told = [room.tell(DIGEST) for _ in range(5)]
        below = room.tell(REPLY, told[0])
        assert room.sender.find_all("C1", DIGEST.intent, 0) == told
        assert room.sender.find_all("C1", REPLY.intent, 0) == []
        assert room.sender.find_all("C1", REPLY.intent, 0, told[0].ts) == [below]


def test_what_was_told_once_and_in_order_is_right(room: Room) -> None:
    above = room.tell(ALERT)
    room.tell(REPLY, above)
    room.tell(DIGEST)
    assert not judge([ALERT, REPLY, DIGEST], room.slack)


def test_nothing_that_goes_wrong_is_overlooked(room: Room) -> None:
    revised = Step("alert/1", "last", "#soak-1", "alert", revises=True)
    digests = [Step(f"digest/{n}", "other", "C1") for n in (3, 4, 5)]
    room.tell(digests[1])
    above = room.tell(ALERT)
    room.sender.delete(room.tell(digests[0]))
    room.tell(digests[0])
    for each in (above, room.tell(digests[1])):
        room.tell(REPLY, each)
    room.tell(Step("digest/6", "nobody made it", "C1"), channel="C2")
    assert judge([ALERT, revised, *digests, REPLY], room.slack) == Verdict(
        lost=["digest/5"],
        twice=["digest/4", "evidence/2"],
        doubled=["digest/3"],
        late=["alert/1", "digest/3"],
        stale=["alert/1"],
        strange=["digest/6"],
    )


def test_a_message_in_another_channel_or_thread_is_astray(room: Room) -> None:
    room.tell(ALERT, channel="C2")
    room.tell(REPLY)
    assert judge([ALERT, REPLY], room.slack).astray == ["alert/1", "evidence/2"]


def test_a_reply_needs_a_thread(room: Room) -> None:
    with pytest.raises(Refused, match="thread_not_found"):
        room.tell(REPLY, Receipt("C1", "1.0"))


def test_two_messages_within_a_second_are_hasty() -> None:
    for room in room_of(Weather(), speed=1.0):
        for channel in ("C1", "C2", "C1"):
            room.tell(DIGEST, channel=channel)
    assert len(judge([], room.slack).hasty) == 1


@pytest.mark.parametrize("dies", [False, True])
def test_a_message_within_a_pause_is_early_unless_nobody_could_know(*, dies: bool) -> None:
    for room in room_of(Weather(limited=1.0), speed=1.0):
        with pytest.raises(Limited):
            room.tell(DIGEST)
        room.slack.clear_up()
        if dies:
            room.slack.died("xoxb-1")
        room.tell(DIGEST, channel="C2")
        time.sleep(0.3)  # what is on its way already is nobody's fault
        room.tell(DIGEST)
    assert bool(room.slack.early) != dies


def test_a_script_is_the_same_for_the_same_seed_and_ends_with_a_message() -> None:
    steps = script(200, 5, 3)
    assert steps == script(200, 5, 3)
    assert sum(not step.revises for step in steps) == 200
    assert not steps[-1].revises
    assert {step.kind for step in steps} == {"digest", "alert", "evidence"}
