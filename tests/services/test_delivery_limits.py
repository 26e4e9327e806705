"""How fast, in which order, and where nobody may look."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.services.delivery import Delivery
from bot.store import outbox
from tests.services.living import LivingRoom
from tests.services.world import BOSS, MESSAGE, PATIENCE, Mailroom, slack_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.database import Database

POST, UPDATE, HISTORY = "chat.postMessage", "chat.update", "conversations.history"


@pytest.fixture
def room(database: Database) -> Iterator[Mailroom]:
    with slack_of() as slack:
        slack.workspace.add_channel("third")
        yield Mailroom(database, slack)


def test_a_channel_gets_one_a_second_and_others_go_on(room: Mailroom) -> None:
    for number in range(3):
        room.intend(f"a{number}")
        room.intend(f"b{number}", "#general")
    for _ in range(3):
        one, other = room.delivery(), room.delivery()
        assert (one.step() or 0) + one.deliver() + other.deliver() == 2
        room.clock.forward(1)


def test_a_second_is_a_second_wherever_it_begins(room: Mailroom) -> None:
    now = [1000.9]
    delivery = Delivery(room.database, room.sender(), [BOSS], lambda: now[0], PATIENCE)
    for intent in "ab":
        with room.database.write() as tx:
            outbox.add(tx, intent, "digest", "#posters", json.dumps(MESSAGE.to_dict()), 1000)
    assert delivery.deliver() == 1
    for moment, sent in ((1001.0, 0), (1001.89, 0), (1001.9, 1)):
        now[0] = moment
        assert (moment, delivery.deliver()) == (moment, sent)


def test_waiting_for_a_channel_ends_when_it_is_to_stop(room: Mailroom) -> None:
    for intent in "abc":
        room.intend(intent)
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        room.clock.wait(seconds)
        return len([each for each in waits if each]) == 2

    assert room.delivery().deliver(wait) == 2
    assert [each for each in waits if each] == [1, 1]


def test_what_an_earlier_message_waits_for_the_later_ones_wait_for(room: Mailroom) -> None:
    room.slack.fault(POST, "cut_before")
    room.slack.fault(POST, "server_error")
    intents = "abcd"
    for intent in intents:
        room.intend(intent)
    room.settle()
    [*stood] = (room.standing(intent)[0] for intent in intents)
    assert room.slack.workspace.messages("posters") == stood


def test_a_pause_counts_for_every_process(room: Mailroom) -> None:
    room.slack.fault(POST, "rate_limited", seconds=30)
    for intent in "ab":
        room.intend(intent)
    room.delivery().deliver()
    with room.database.write() as tx:
        outbox.withdraw(tx, "a")
    room.clock.forward(30)
    assert room.delivery().deliver() == 0
    room.clock.forward(1)
    assert room.delivery().deliver() == 1


def test_where_two_channels_are_limited_it_is_the_workspace(room: Mailroom) -> None:
    room.slack.fault(POST, "rate_limited", seconds=30, times=2)
    for intent, channel in (("a", "#posters"), ("b", "#general"), ("c", "#third")):
        room.intend(intent, channel)
    delivery = room.delivery()
    assert delivery.deliver() == 0
    room.clock.forward(30)
    assert room.delivery().deliver() == 0
    assert len(room.asked(POST)) == 2
    room.clock.forward(1)
    assert room.delivery().deliver() == 3


def test_a_pause_for_edits_counts_for_every_process_and_for_edits_only(room: Mailroom) -> None:
    living = LivingRoom(room.database, room.slack, room.clock)
    living.say("a")
    living.say("b", channel="#general")
    living.rest()
    room.slack.fault(UPDATE, "rate_limited", seconds=100)
    living.revise("a", "second")
    living.revise("b", "second")
    living.say("c")
    assert room.delivery().deliver() == 1
    room.clock.forward(100)
    room.delivery().deliver()
    assert len(room.asked(UPDATE)) == 1
    room.clock.forward(1)
    room.delivery().deliver()
    assert (living.shown("a"), living.shown("b")) == (["second"], ["second"])


def test_a_pause_for_looks_is_kept(room: Mailroom) -> None:
    room.slack.fault(POST, "cut_after")
    room.intend("a")
    room.delivery().deliver()
    before = len(room.asked(HISTORY))
    room.slack.fault(HISTORY, "rate_limited", seconds=500)
    room.clock.forward(PATIENCE.certain + 1)
    for _ in range(5):
        room.delivery().deliver()
        room.clock.forward(100)
    assert len(room.asked(HISTORY)) == before + 1
    room.clock.forward(1)
    assert room.delivery().deliver() == 1
    assert len(room.standing("a")) == 1


def test_while_the_whole_bot_is_shut_out_slack_is_asked_once_a_minute(room: Mailroom) -> None:
    for intent, channel in (("a", "#posters"), ("b", "#general")):
        room.intend(intent, channel)
    room.slack.fault(POST, "token_revoked", times=2)
    for _ in range(2):
        for _ in range(6):
            assert room.delivery().deliver() == 0
            room.clock.forward(10)
    assert len(room.asked(POST)) == 2
    assert room.delivery().deliver() == 2


@pytest.mark.parametrize(
    ("fault", "kind", "standing", "state"),
    [
        ("cut_after", "digest", 2, "sent"),
        ("cut_before", "digest", 1, "sent"),
        ("cut_after", "alert", 1, "buried"),
        ("cut_before", "alert", 0, "buried"),
    ],
)
def test_where_nobody_may_look_it_is_repeated_or_lost_as_the_operator_likes(
    room: Mailroom, fault: str, kind: str, standing: int, state: str
) -> None:
    room.slack.desk.scopes.discard("channels:history")
    room.slack.fault(POST, fault)
    room.intend("a", kind=kind)
    delivery = Delivery(
        room.database, room.sender(), [BOSS], room.clock, PATIENCE, may_repeat={"digest"}
    )
    room.settle(delivery)
    assert (len(room.standing("a")), room.state("a")) == (standing, state)
