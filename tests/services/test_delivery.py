from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from bot.slack.message import Message
from bot.slack.sender import Sender, make_client
from bot.store import health
from tests.services.world import BOSS, MESSAGE, PATIENCE, Mailroom, slack_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.database import Database

POST = "chat.postMessage"


@pytest.fixture
def room(database: Database) -> Iterator[Mailroom]:
    with slack_of() as slack:
        yield Mailroom(database, slack)


def down(room: Mailroom) -> bool:
    with room.database.read() as tx:
        return any(each.down_since is not None for each in health.sources(tx))


def test_a_message_is_posted_with_its_key_and_never_again(room: Mailroom) -> None:
    room.intend("a")
    assert room.delivery().deliver() == 1
    [message] = room.standing("a")
    assert (message.text, room.state("a")) == ("Scans", "sent")
    room.settle()
    assert len(room.asked(POST)) == 1


def test_a_pause_that_slack_asks_for_is_kept_and_holds_up_its_channel_only(room: Mailroom) -> None:
    room.slack.fault(POST, "rate_limited", seconds=30)
    for intent, channel in (("a", "#posters"), ("b", "#posters"), ("c", "#general")):
        room.intend(intent, channel)
    delivery = room.delivery()
    assert delivery.deliver() == 1
    assert room.state("c") == "sent"
    assert len(room.asked(POST)) == 2
    room.clock.forward(30)
    assert delivery.deliver() == 0
    room.clock.forward(1)
    assert delivery.deliver(room.clock.wait) == 2
    assert not down(room)


def test_a_manager_who_cannot_be_told_is_not_told_of_that(room: Mailroom) -> None:
    del room.slack.workspace.users[BOSS]
    room.slack.fault(POST, "invalid_blocks")
    room.intend("a")
    room.settle()
    assert (room.state("a"), room.state(f"trouble/a/{BOSS}")) == ("buried", "buried")


def test_a_refusal_that_may_pass_backs_off_and_other_channels_go_ahead(room: Mailroom) -> None:
    room.slack.fault(POST, "some_new_error", times=2)
    room.intend("a")
    delivery = room.delivery()
    assert delivery.deliver() == 0
    assert (room.state("a"), down(room)) == ("waiting", True)
    room.clock.forward(5)
    delivery.deliver()
    room.intend("b")
    room.intend("c", "#general")
    room.clock.forward(14)
    assert delivery.deliver() == 1
    assert [room.state(each) for each in "abc"] == ["waiting", "waiting", "sent"]
    assert not down(room)
    room.clock.forward(1)
    assert delivery.deliver(room.clock.wait) == 2
    assert (len(room.standing("a")), len(room.standing("b"))) == (1, 1)


def test_while_the_whole_bot_is_shut_out_its_messages_wait(room: Mailroom) -> None:
    room.slack.fault(POST, "token_revoked", times=3)
    room.intend("a")
    room.settle()
    assert (room.state("a"), len(room.standing("a")), room.told()) == ("sent", 1, [])


def test_blocks_that_the_workspace_does_not_know_become_text(room: Mailroom) -> None:
    room.intend("a", message=Message("Scans", ({"type": "data_visualization"},), MESSAGE.blocks))
    room.settle()
    [message] = room.standing("a")
    assert message.blocks[0]["type"] == "section"


@pytest.mark.parametrize("kind", ["cut_before", "rate_limited", "server_error", "some_new_error"])
def test_trouble_in_finding_the_channel_posted_nothing(room: Mailroom, kind: str) -> None:
    room.slack.fault("conversations.list", kind)
    room.intend("a")
    delivery = room.delivery()
    assert delivery.deliver() == 0
    assert room.state("a") == "waiting"
    room.clock.forward(15)
    assert delivery.deliver() == 1
    assert (len(room.standing("a")), len(room.asked(POST))) == (1, 1)


def test_a_request_that_would_start_too_late_is_not_sent(room: Mailroom) -> None:
    room.intend("a")
    delivery = room.delivery()
    delivery.step()  # which finds the channel
    with room.database.write(durable=True) as tx:
        send = delivery._claim(tx, room.clock())
    assert send
    room.clock.forward(PATIENCE.haste + 1)
    assert send() == 0
    assert (room.state("a"), room.asked(POST)) == ("waiting", [])
    room.settle()
    assert len(room.standing("a")) == 1


def test_slack_is_noted_down_and_up_once_each(
    room: Mailroom, caplog: pytest.LogCaptureFixture
) -> None:
    room.slack.fault(POST, "some_new_error", times=5)
    room.intend("a")
    with caplog.at_level(logging.WARNING):
        room.settle()
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert "takes messages again" in caplog.records[1].message


def test_nobody_listening_means_waiting(room: Mailroom) -> None:
    room.intend("a")
    nobody = Sender(make_client("xoxb-sandbox", "http://127.0.0.1:9/", 1))
    assert room.delivery(nobody).deliver() == 0
    assert (room.state("a"), down(room)) == ("waiting", True)
    room.settle()
    assert (len(room.standing("a")), down(room)) == (1, False)
