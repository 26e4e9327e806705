from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.workspace import BOT
from bot.services import outcomes
from tests.services.world import BOSS, SCOPES, Mailroom, slack_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.database import Database

WAIT = 10 + 2 * 1 + 60  # haste, two requests that time out, and settling
POST, HISTORY = "chat.postMessage", "conversations.history"
DOUBTFUL = ["cut_before", "cut_after", "late", "error_after", "server_error", "slow", "fatal_error"]


@pytest.fixture
def room(database: Database) -> Iterator[Mailroom]:
    with slack_of() as slack:
        yield Mailroom(database, slack)


@pytest.mark.parametrize("kind", DOUBTFUL)
def test_an_unknown_outcome_waits_until_it_cannot_land_then_is_cleared_up(
    room: Mailroom, kind: str
) -> None:
    room.slack.fault(POST, kind, seconds=2 if kind == "slow" else 0.05)
    room.intend("a")
    delivery = room.delivery()
    assert delivery.deliver() == 0
    assert room.state("a") == "sending"
    looks = len(room.asked(HISTORY))
    room.clock.forward(WAIT)
    assert delivery.step() is None
    assert len(room.asked(POST)) == 1
    assert len(room.asked(HISTORY)) == looks
    assert room.slack.workspace.wait_for(lambda: kind not in {"slow", "late"} or room.standing("a"))
    room.settle(delivery)
    assert len(room.standing("a")) == 1
    assert room.state("a") == "sent"


def test_a_copy_that_lands_after_the_second_attempt_is_removed(room: Mailroom) -> None:
    room.slack.fault(POST, "cut_before")
    room.intend("a")
    delivery = room.delivery()
    for wait in (0, WAIT + 1, 5):
        room.clock.forward(wait)
        delivery.deliver()
    [second] = room.standing("a")
    channel = room.slack.workspace.channel("posters")
    room.slack.workspace.post(channel, BOT, "Scans", metadata=second.metadata)
    room.clock.forward(599)
    assert delivery.step() is None
    assert len(room.standing("a")) == 2
    room.clock.forward(1)
    delivery.deliver()
    assert room.standing("a") == [second]


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_message_is_found_even_if_our_clock_is_an_hour_off(room: Mailroom, hours: int) -> None:
    room.clock.forward(hours * 3600)
    room.slack.fault(POST, "cut_after")
    room.intend("a")
    room.settle()
    assert (len(room.standing("a")), len(room.asked(POST))) == (1, 1)


@pytest.mark.parametrize("kind", ["server_error", "cut_before", "rate_limited", "some_new_error"])
def test_nothing_is_sent_again_while_the_history_cannot_be_read(room: Mailroom, kind: str) -> None:
    room.slack.fault(POST, "cut_after")
    room.intend("a")
    delivery = room.delivery()
    delivery.deliver()
    before = len(room.asked(HISTORY))
    room.slack.fault(HISTORY, kind, times=3)
    room.clock.forward(WAIT + 1)
    for looks in (1, 2, 3):
        delivery.deliver()
        assert (len(room.asked(HISTORY)), room.state("a")) == (before + looks, "sending")
        room.clock.forward(60)
    assert delivery.deliver() == 1
    assert len(room.asked(POST)) == 1


def test_a_message_is_found_on_a_later_page_of_a_busy_channel(room: Mailroom) -> None:
    room.slack.fault(POST, "cut_after")
    room.intend("a")
    room.delivery().deliver()
    before = len(room.asked(HISTORY))
    channel = room.slack.workspace.channel("posters")
    for number in range(450):
        room.slack.workspace.post(channel, "U0MAYA", f"chatter {number}")
    room.settle()
    assert (len(room.standing("a")), len(room.asked(HISTORY))) == (1, before + 3)


def test_where_nobody_may_look_nothing_is_sent_twice_and_somebody_is_told(room: Mailroom) -> None:
    room.slack.desk.scopes.discard("channels:history")
    room.slack.fault(POST, "cut_after")
    room.intend("a")
    room.settle()
    assert (len(room.standing("a")), room.state("a")) == (1, "buried")
    assert "It may have been posted" in room.error("a")
    assert "channels:history" in room.told()[0]


def test_a_look_refused_for_a_day_is_given_up(room: Mailroom) -> None:
    room.slack.fault(POST, "cut_after")
    room.intend("a")
    delivery = room.delivery()
    delivery.deliver()
    room.slack.fault(HISTORY, "some_new_error", times=10_000)
    room.clock.forward(86_000)
    delivery.deliver()
    assert room.state("a") == "sending"
    room.clock.forward(500)
    delivery.deliver()
    assert room.state("a") == "buried"


@pytest.mark.parametrize("allowed", [True, False])
def test_a_direct_message_of_unknown_outcome_is_never_doubled(
    room: Mailroom, *, allowed: bool
) -> None:
    room.slack.desk.scopes = set(SCOPES) - (set() if allowed else {"im:history"})
    room.slack.fault(POST, "cut_after")
    room.intend("a", BOSS)
    room.settle()
    assert len(room.standing("a")) == 1
    assert room.state("a") == ("sent" if allowed else "buried")


def test_no_attempt_repeats_for_ever(room: Mailroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes, "_MOST_ATTEMPTS", 4)
    room.slack.fault(POST, "server_error", times=3)
    room.slack.fault(POST, "some_new_error")
    room.slack.fault(POST, "server_error", times=4)
    room.intend("a")
    room.settle()
    assert (room.state("a"), len(room.asked(POST))) == ("buried", 8)
    assert "It was tried 4 times." in room.error("a")
    assert room.state(f"trouble/a/{BOSS}") == "buried"


def test_two_at_the_same_time_share_the_work(room: Mailroom) -> None:
    intents = [f"m{number}" for number in range(12)]
    for intent in intents:
        room.intend(intent)
    room.slack.fault(POST, "cut_after", times=2)
    threads = [Thread(target=room.delivery().deliver) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    room.settle()
    assert [len(room.standing(intent)) for intent in intents] == [1] * len(intents)
