"""What stands in the channel is not sent again, though the store is older than that."""

from __future__ import annotations

import json
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from bot.slack.message import Message
from bot.store import outbox
from bot.store.backup import back_up
from bot.store.opening import open_store
from tests.services.world import BOSS, MESSAGE, SCOPES, Mailroom, slack_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.sandbox.fake_slack import FakeSlack
    from bot.store.database import Database

POST, HISTORY, REPLIES = "chat.postMessage", "conversations.history", "conversations.replies"
TEXT = json.dumps(MESSAGE.to_dict())
DAY = 86_400


@pytest.fixture
def room(database: Database) -> Iterator[Mailroom]:
    with slack_of() as slack:
        yield Mailroom(database, slack)


def reply(room: Mailroom, intent: str, thread_of: str) -> None:
    with room.database.write(durable=True) as tx:
        outbox.add(tx, intent, "alert", "#posters", TEXT, room.clock(), thread_of=thread_of)


def forget(room: Mailroom) -> None:
    """Let the store be as it was before anything was sent."""
    with room.database.write() as tx:
        tx.execute("update outbox set state = 'waiting', sent_to = null, sent_ts = null")
        tx.execute("update lane set ready_at = 0")


@contextmanager
def restored(copy: Path, slack: FakeSlack, passed: int) -> Iterator[Mailroom]:
    with closing(open_store(f"sqlite:///{copy}")) as database:
        room = Mailroom(database, slack)
        room.clock.forward(passed)
        yield room


def test_a_copy_made_before_sending_repeats_nothing(tmp_path: Path) -> None:
    here, copy = tmp_path / "store.db", tmp_path / "copy.db"
    intents = ["a", "b", "b/details", "private", "anew"]
    with slack_of() as slack, closing(open_store(f"sqlite:///{here}")) as database:
        room = Mailroom(database, slack)
        room.intend("a")
        room.intend("b")
        reply(room, "b/details", "b")
        room.intend("private", BOSS)
        back_up(here, copy, lambda *_: None)
        room.intend("anew", "#general")
        room.settle()
        with restored(copy, slack, 60) as later:
            later.intend("anew", "#general")
            later.intend("new", "#general")
            later.settle()
            assert {later.state(intent) for intent in intents} == {"sent"}
            assert [len(later.standing(intent)) for intent in [*intents, "new"]] == [1] * 6
    assert len(room.asked(POST)) == 6


def test_what_stands_in_a_copys_channel_comes_to_say_what_the_copy_wants(room: Mailroom) -> None:
    room.intend("a")
    room.settle()
    forget(room)
    other = Message("Scans", ({"type": "section", "text": {"type": "mrkdwn", "text": "13 scans"}},))
    with room.database.write() as tx:
        outbox.revise(tx, "a", json.dumps(other.to_dict()), room.clock())
    room.settle()
    [standing] = room.standing("a")
    assert standing.blocks[0]["text"]["text"] == "13 scans"


def test_a_channel_is_read_back_once_a_start_and_a_new_thread_never(room: Mailroom) -> None:
    delivery = room.delivery()
    for intent in "abc":
        room.intend(intent)
        reply(room, f"{intent}/details", intent)
        room.settle(delivery)
    assert (len(room.asked(HISTORY)), len(room.asked(REPLIES))) == (1, 0)
    room.intend("d")
    reply(room, "a/more", "a")
    room.settle()
    assert (len(room.asked(HISTORY)), len(room.asked(REPLIES))) == (2, 1)


def test_a_busy_channel_is_read_back_in_a_few_pages(room: Mailroom) -> None:
    channel = room.slack.workspace.channel("posters")
    for number in range(1300):
        room.slack.workspace.post(channel, "U0MAYA", f"chatter {number}")
    room.intend("a")
    room.delivery().deliver()
    assert (len(room.standing("a")), len(room.asked(HISTORY))) == (1, 5)


@pytest.mark.parametrize("kind", ["server_error", "cut_before", "rate_limited", "some_new_error"])
def test_nothing_is_sent_before_the_channel_could_be_read_back(room: Mailroom, kind: str) -> None:
    room.slack.fault(HISTORY, kind, times=2)
    room.intend("a")
    delivery = room.delivery()
    assert delivery.deliver() == 0
    assert (room.state("a"), room.asked(POST)) == ("waiting", [])
    room.settle(delivery)
    assert (len(room.standing("a")), len(room.asked(POST))) == (1, 1)


def test_an_outage_of_reading_uses_up_no_tries_and_puts_nothing_off_for_long(
    room: Mailroom,
) -> None:
    room.slack.fault(HISTORY, "server_error", times=200)
    room.intend("a")
    for _ in range(200):
        assert room.delivery().deliver() == 0
        room.clock.forward(16)
    assert room.state("a") == "waiting"
    assert room.delivery().deliver() == 1


def test_after_a_day_an_outage_of_reading_is_one_like_any_other(room: Mailroom) -> None:
    room.slack.fault(HISTORY, "server_error", times=1000)
    room.intend("a")
    for _ in range(300):
        room.delivery().deliver()
        room.clock.forward(1800)
    assert room.state("a") == "buried"


def test_a_pause_for_reading_holds_up_only_what_is_not_read_back(room: Mailroom) -> None:
    delivery = room.delivery()
    room.intend("a")
    room.settle(delivery)
    room.slack.fault(HISTORY, "rate_limited", seconds=30)
    room.intend("b", "#general")
    room.intend("c")
    assert delivery.deliver() == 1
    assert (room.state("b"), room.state("c")) == ("waiting", "sent")
    assert room.delivery().deliver() == 0
    assert len(room.asked(HISTORY)) == 2
    room.clock.forward(31)
    assert delivery.deliver() == 1


def test_where_nothing_may_be_read_it_is_sent(room: Mailroom) -> None:
    room.slack.desk.scopes = set(SCOPES) - {"channels:history", "im:history"}
    for intent, channel in (("a", "#posters"), ("b", "#posters"), ("c", BOSS)):
        room.intend(intent, channel)
    delivery = room.delivery()
    delivery.deliver(room.clock.wait)
    assert [len(room.standing(intent)) for intent in "abc"] == [1, 1, 1]
    assert len(room.asked(HISTORY)) == 2


def test_what_is_older_than_a_day_is_not_looked_for(room: Mailroom) -> None:
    room.intend("a")
    room.settle()
    forget(room)
    room.clock.forward(DAY)
    room.settle()
    assert len(room.standing("a")) == 2
