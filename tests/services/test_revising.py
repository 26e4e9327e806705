from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from bot.services import revising
from bot.slack.message import Message
from bot.slack.sender import Receipt, Sender, make_client
from tests.services.living import LivingRoom, saying
from tests.services.world import MESSAGE, PATIENCE, slack_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.store.database import Database

POST, UPDATE = "chat.postMessage", "chat.update"
DOUBTFUL = ["cut_before", "cut_after", "late", "error_after", "server_error", "slow", "fatal_error"]


@pytest.fixture
def room(store: Database) -> Iterator[LivingRoom]:
    with slack_of() as slack:
        yield LivingRoom(store, slack)


class Interrupted(Sender):
    """A hand that lets something happen before each edit is answered."""

    def __init__(self, room: LivingRoom, deed: Callable[[], None]) -> None:
        super().__init__(make_client("xoxb-sandbox", room.slack.api_url, PATIENCE.timeout))
        self.deed = deed

    def update(self, receipt: Receipt, message: Message) -> None:
        super().update(receipt, message)
        self.deed()


def test_a_message_is_edited_where_it_stands_and_keeps_its_key(room: LivingRoom) -> None:
    room.say("a")
    delivery = room.delivery()
    assert delivery.deliver() == 1
    room.revise("a", "over")
    assert delivery.deliver() == 0
    assert (room.shown("a"), room.state("a")) == (["over"], "sent")
    assert (len(room.asked(POST)), len(room.asked(UPDATE))) == (1, 1)
    room.rest()
    assert len(room.asked(UPDATE)) == 1


def test_a_message_that_waits_says_the_last_thing_at_once(room: LivingRoom) -> None:
    room.say("a")
    room.revise("a", "second")
    room.revise("a", "third")
    room.rest()
    assert (room.shown("a"), room.asked(UPDATE)) == (["third"], [])


def test_what_stands_already_is_not_written_again(room: LivingRoom) -> None:
    room.say("a")
    room.rest()
    room.revise("a", "first")
    room.revise("a", "second")
    room.revise("a", "first")
    room.rest()
    assert room.asked(UPDATE) == []


def test_edits_are_a_minute_apart_and_the_last_one_wins(room: LivingRoom) -> None:
    room.say("a")
    delivery = room.delivery()
    for text in ("second", "third", "fourth"):
        delivery.deliver()
        room.revise("a", text)
    delivery.deliver()
    assert room.shown("a") == ["second"]
    room.clock.forward(59)
    delivery.deliver()
    assert room.shown("a") == ["second"]
    room.clock.forward(1)
    delivery.deliver()
    assert (room.shown("a"), len(room.asked(UPDATE))) == (["fourth"], 2)


def test_new_messages_go_before_edits(room: LivingRoom) -> None:
    room.say("a")
    room.rest()
    room.revise("a", "second")
    room.say("b")
    before = len(room.slack.calls)
    room.delivery().deliver()
    made = [name for name, _ in room.slack.calls[before:] if name.startswith("chat.")]
    assert made == [POST, UPDATE]


@pytest.mark.parametrize(("fault", "edits"), [("cut_after", 1), ("cut_before", 0)])
def test_a_message_of_unknown_outcome_is_revised_when_that_is_known(
    room: LivingRoom, fault: str, edits: int
) -> None:
    room.slack.fault(POST, fault)
    room.say("a")
    delivery = room.delivery()
    delivery.deliver()
    room.revise("a", "second")
    delivery.deliver()
    assert (room.state("a"), room.asked(UPDATE)) == ("sending", [])
    room.rest(delivery)
    assert (room.shown("a"), len(room.asked(UPDATE))) == (["second"], edits)


@pytest.mark.parametrize("kind", DOUBTFUL)
def test_an_edit_of_unknown_outcome_is_made_again_when_it_cannot_land_any_more(
    room: LivingRoom, kind: str
) -> None:
    room.say("a")
    delivery = room.delivery()
    delivery.deliver()
    room.slack.fault(UPDATE, kind, seconds=2 if kind == "slow" else 0.05)
    room.revise("a", "second")
    delivery.deliver()
    room.revise("a", "third")
    room.clock.forward(PATIENCE.certain)
    delivery.deliver()
    assert len(room.asked(UPDATE)) == 1
    assert room.slack.workspace.wait_for(
        lambda: kind not in {"slow", "late"} or room.shown("a") == ["second"]
    )
    room.rest(delivery)
    assert (room.shown("a"), len(room.asked(UPDATE))) == (["third"], 2)


def test_a_pause_that_slack_asks_for_holds_up_all_edits(room: LivingRoom) -> None:
    for intent in ("a", "b"):
        room.say(intent)
    delivery = room.delivery()
    delivery.deliver()
    room.slack.fault(UPDATE, "rate_limited", seconds=30)
    for intent in ("a", "b"):
        room.revise(intent, "second")
    delivery.deliver()
    room.clock.forward(30)
    delivery.deliver()
    assert len(room.asked(UPDATE)) == 1
    room.clock.forward(1)
    delivery.deliver()
    assert (room.shown("a"), room.shown("b")) == (["second"], ["second"])


@pytest.mark.parametrize(
    "code", ["message_not_found", "cant_update_message", "edit_window_closed", "msg_too_long"]
)
def test_an_edit_that_is_refused_for_good_is_dropped_and_nobody_is_bothered(
    room: LivingRoom, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    room.say("a")
    delivery = room.delivery()
    delivery.deliver()
    room.slack.fault(UPDATE, code)
    room.revise("a", "second")
    with caplog.at_level(logging.INFO, "bot.services"):
        room.rest(delivery)
    assert [code in each.message for each in caplog.records] == [True]
    assert (room.shown("a"), room.outcome("a"), room.told()) == (["first"], ("sent", None), [])
    assert len(room.asked(UPDATE)) == 1
    room.clock.forward(3600)
    room.revise("a", "third")
    room.rest(delivery)
    assert room.shown("a") == ["third"]


def test_an_edit_that_slack_does_not_explain_is_given_up_at_last(
    room: LivingRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revising, "_MOST_ATTEMPTS", 3)
    room.say("a")
    room.rest()
    room.slack.fault(UPDATE, "some_new_error", times=9)
    room.revise("a", "second")
    room.rest()
    assert (len(room.asked(UPDATE)), room.state("a"), room.told()) == (3, "sent", [])


def test_blocks_that_the_workspace_does_not_know_become_text(room: LivingRoom) -> None:
    room.intend("a", message=Message("Scans", ({"type": "data_visualization"},), MESSAGE.blocks))
    room.rest()
    [message] = room.standing("a")
    rich = Message("More", ({"type": "data_visualization"},), saying("More").blocks)
    room.sender().update(Receipt(message.channel, message.ts), rich)
    assert room.shown("a") == ["More"]


@pytest.mark.parametrize("text", ["second", "third", "first"])
def test_what_is_wanted_while_an_edit_is_on_the_wire_is_not_lost(
    room: LivingRoom, text: str
) -> None:
    room.say("a")
    room.rest()
    sender = Interrupted(room, lambda: room.revise("a", text))
    room.revise("a", "second")
    room.delivery(sender).deliver()
    room.rest()
    assert (room.shown("a"), len(room.asked(UPDATE))) == ([text], 1 if text == "second" else 2)


def test_an_edit_that_would_start_too_late_is_not_made(room: LivingRoom) -> None:
    room.say("a")
    room.rest()
    room.revise("a", "second")
    delivery = room.delivery()
    with room.database.write() as tx:
        carry_out = delivery._revising.claim(tx, room.clock())
    assert carry_out
    room.clock.forward(PATIENCE.haste + 1)
    carry_out()
    assert room.asked(UPDATE) == []
    delivery.deliver()
    assert room.shown("a") == ["second"]


def test_a_direct_message_is_edited_where_it_stands(room: LivingRoom) -> None:
    room.say("a", channel="U0MAYA")
    room.rest()
    room.revise("a", "second")
    room.rest()
    assert room.shown("a") == ["second"]


def test_of_two_copies_the_one_that_was_edited_stays(room: LivingRoom) -> None:
    room.slack.fault(POST, "cut_before")
    room.say("a")
    delivery = room.delivery()
    delivery.deliver()
    channel = room.slack.workspace.channel("posters")
    room.clock.forward(PATIENCE.certain + 1)
    delivery.step()
    mark = {"event_type": "posterpulse", "event_payload": {"key": "a"}}
    stray = room.slack.workspace.post(
        channel, "U0POSTERPULSE", "first", blocks=[*saying("first").blocks], metadata=mark
    )
    room.clock.forward(5)
    delivery.deliver()
    room.revise("a", "second")
    room.rest(delivery)
    assert room.shown("a") == ["second"]
    assert room.standing("a") != [stray]


def test_an_early_attempt_that_landed_late_is_brought_up_to_date(room: LivingRoom) -> None:
    room.slack.fault(POST, "cut_before", times=2)
    room.say("a")
    delivery = room.delivery()
    for wait in (0, PATIENCE.certain + 1):
        room.clock.forward(wait)
        delivery.deliver()
    room.revise("a", "second")
    room.clock.forward(5)
    delivery.deliver()
    assert (room.state("a"), len(room.asked(POST))) == ("sending", 2)
    room.slack.workspace.post(
        room.slack.workspace.channel("posters"),
        "U0POSTERPULSE",
        "first",
        blocks=[*saying("first").blocks],
        metadata={"event_type": "posterpulse", "event_payload": {"key": "a"}},
    )
    room.rest(delivery)
    assert (room.shown("a"), len(room.asked(POST))) == (["second"], 2)
