from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.services.living import LivingRoom
from tests.services.world import PATIENCE, slack_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.database import Database

POST, REPLIES = "chat.postMessage", "conversations.replies"


@pytest.fixture
def room(store: Database) -> Iterator[LivingRoom]:
    with slack_of() as slack:
        yield LivingRoom(store, slack)


def test_replies_go_below_their_message_in_order(room: LivingRoom) -> None:
    room.say("top")
    for intent in ("one", "two"):
        room.reply(intent, "top", intent)
    assert room.delivery().deliver(room.clock.wait) == 3
    [top] = room.standing("top")
    threads = [(each.text, each.thread_ts) for each in room.slack.workspace.messages("posters")]
    assert threads == [("first", None), ("one", top.ts), ("two", top.ts)]


def test_a_reply_waits_while_nobody_knows_whether_its_message_stands(room: LivingRoom) -> None:
    room.slack.fault(POST, "cut_after")
    room.say("top")
    room.reply("one", "top")
    delivery = room.delivery()
    assert delivery.deliver(room.clock.wait) == 0
    assert (room.state("top"), room.state("one")) == ("sending", "waiting")
    room.rest(delivery)
    [top], [one] = room.standing("top"), room.standing("one")
    assert one.thread_ts == top.ts


@pytest.mark.parametrize("fault", ["cut_before", "cut_after", "late", "error_after"])
def test_a_reply_of_unknown_outcome_is_looked_for_in_its_thread(
    room: LivingRoom, fault: str
) -> None:
    room.say("top")
    delivery = room.delivery()
    delivery.deliver(room.clock.wait)
    room.slack.fault(POST, fault, seconds=0.02)
    room.reply("one", "top")
    delivery.deliver(room.clock.wait)
    room.rest(delivery)
    assert (room.shown("one"), room.state("one")) == (["reply"], "sent")
    [top], [one] = room.standing("top"), room.standing("one")
    assert one.thread_ts == top.ts
    assert room.asked(REPLIES)
    assert len(room.asked(POST)) == (3 if fault == "cut_before" else 2)


def test_the_replies_to_what_could_not_be_posted_are_given_up_without_a_word(
    room: LivingRoom,
) -> None:
    room.slack.fault(POST, "msg_too_long")
    room.say("top")
    room.reply("one", "top")
    room.rest()
    assert (room.state("top"), room.state("one")) == ("buried", "buried")
    assert len(room.told()) == 1


@pytest.mark.parametrize("fault", ["", "cut_before"])
def test_where_a_person_took_the_message_away_its_replies_end(room: LivingRoom, fault: str) -> None:
    room.say("top")
    delivery = room.delivery()
    delivery.deliver(room.clock.wait)
    if fault:
        room.slack.fault(POST, fault)
        room.reply("one", "top")
        delivery.deliver(room.clock.wait)
    room.slack.workspace.delete(room.standing("top")[0])
    room.reply("one", "top")
    room.rest(delivery)
    assert (room.state("one"), room.told()) == ("buried", [])
    assert "thread" in room.error("one")


def test_a_reply_is_revised_as_well(room: LivingRoom) -> None:
    room.say("top")
    room.reply("one", "top")
    room.rest()
    room.revise("one", "more")
    room.rest()
    assert (room.shown("top"), room.shown("one")) == (["first"], ["more"])
    assert room.standing("one")[0].thread_ts == room.standing("top")[0].ts


def test_a_second_copy_of_a_reply_is_removed_from_the_thread(room: LivingRoom) -> None:
    room.say("top")
    delivery = room.delivery()
    delivery.deliver(room.clock.wait)
    room.slack.fault(POST, "cut_before")
    room.reply("one", "top")
    for wait in (0, PATIENCE.certain + 1, 5):
        room.clock.forward(wait)
        delivery.deliver(room.clock.wait)
    [second] = room.standing("one")
    channel = room.slack.workspace.channel("posters")
    room.slack.workspace.post(
        channel, second.user, "reply", metadata=second.metadata, thread_ts=second.thread_ts
    )
    room.rest(delivery)
    assert room.standing("one") == [second]
