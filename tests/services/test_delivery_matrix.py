"""Told once: a death at every boundary, in every weather, beside another process that delivers."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import pytest

from bot.store.opening import open_store
from tests.services.dying import FragileDatabase, FragileSender, Fuse, Killed
from tests.services.world import PATIENCE, Mailroom, slack_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.sandbox.fake_slack import FakeSlack
    from bot.slack.message import Message
    from bot.slack.receipt import Receipt
    from bot.store.database import Database, Transaction

POST, HISTORY = "chat.postMessage", "conversations.history"
TIMEOUT = 0.1
SLOW = "no answer in time"
WEATHER = {
    "calm": [],
    "cut after it was done": [(POST, "cut_after")],
    "cut before it was done": [(POST, "cut_before")],
    "late": [(POST, "late")],
    "an error after it was done": [(POST, "error_after")],
    "too many": [(POST, "rate_limited")],
    SLOW: [(POST, "slow")],
    "reading back fails": [(HISTORY, "server_error"), (HISTORY, "cut_before")],
    "history fails": [(POST, "cut_after"), (HISTORY, "server_error"), (HISTORY, "cut_before")],
    "history says too many": [(POST, "error_after"), (HISTORY, "rate_limited")],
    "history has pages": [(POST, "cut_after")],
}
PLAIN = ("reading back fails", "history fails", "history says too many", "history has pages", SLOW)
LATE = 0.15  # seconds


@dataclass
class SharedDatabase(FragileDatabase):
    """A fragile store where another process works whenever nobody is in a transaction."""

    other: Callable[[], object]

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Transaction]:
        self.other()
        with super().write(durable=durable) as tx:
            yield tx
        self.other()


class WeatheredSender(FragileSender):
    """Reads back what stands in peace: the weather of looks comes with the first attempt."""

    def __init__(self, slack: FakeSlack, fuse: Fuse, weather: str) -> None:
        super().__init__(slack, fuse)
        self.slack = slack
        self.looks = [kind for method, kind in WEATHER[weather] if method == HISTORY]

    def post(
        self,
        channel: str,
        message: Message,
        key: str,
        thread_ts: str | None = None,
        called: str = "",
    ) -> Receipt:
        while self.looks:
            self.slack.fault(HISTORY, self.looks.pop(0))
        return super().post(channel, message, key, thread_ts, called)


@pytest.fixture
def room(database: Database) -> Iterator[Mailroom]:
    with slack_of(channels=[f"place-{n}" for n in range(100)]) as slack:
        yield Mailroom(database, slack)


def brew(room: Mailroom, intent: str, weather: str) -> None:
    """Let it come, once, where this message goes."""
    room.slack._api.faults._waiting.clear()
    for method, kind in WEATHER[weather]:
        if method == POST or weather == "reading back fails":
            room.slack.fault(method, kind, seconds=LATE)
    if weather == "history has pages":
        channel = room.slack.workspace.channel(f"place-{intent}")
        for number in range(210):
            room.slack.workspace.post(channel, "U0MAYA", f"chatter {number}")


def live_and_die(room: Mailroom, fragile: FragileDatabase, intent: str, weather: str) -> bool:
    """One process tells one message, or dies; whether it lived."""
    sender = WeatheredSender(room.slack, fragile.fuse, weather)
    sender._client.timeout = TIMEOUT  # type: ignore[assignment] # a second is long for so many
    try:
        Mailroom(fragile, room.slack, room.clock).intend(intent, f"#place-{intent}")
        for _ in range(4):
            room.delivery(sender, fragile).deliver()
            let_it_land(room, intent, weather)
            room.clock.forward(PATIENCE.certain + 1)
    except Killed:
        let_it_land(room, intent, weather)
        return False
    return True


def let_it_land(room: Mailroom, intent: str, weather: str) -> None:
    """Let nothing be under way any more, as the clock is to say next."""
    for thread in room.slack._api._late:
        thread.join()
    keys = [each["metadata"]["event_payload"]["key"] for each in room.asked(POST)]
    if weather == SLOW and intent in keys:
        assert room.slack.workspace.wait_for(lambda: room.standing(intent))


def boundaries(room: Mailroom) -> count[int]:
    """Every boundary on SQLite; on PostgreSQL, which is slower, the death comes at each fourth."""
    return count(step=1 if room.database.dialect == "sqlite" else 4)


def check(room: Mailroom, intent: str) -> None:
    """Whoever comes after finds a calm Slack, and tells what is to be told, once."""
    room.slack._api.faults._waiting.clear()
    room.intend(intent, f"#place-{intent}")
    room.settle()
    assert (intent, len(room.standing(intent)), room.state(intent)) == (intent, 1, "sent")
    assert not room.asked("chat.delete"), f"{intent} stood twice"


@pytest.mark.parametrize("weather", PLAIN)
def test_one_process_dies_anywhere(room: Mailroom, weather: str) -> None:
    for dies_at in boundaries(room):
        room.clock.reset()
        brew(room, f"{dies_at}", weather)
        lived = live_and_die(
            room, FragileDatabase(room.database, Fuse(dies_at)), f"{dies_at}", weather
        )
        check(room, f"{dies_at}")
        if lived:
            break
    assert dies_at > 10


@pytest.mark.parametrize("weather", WEATHER)
def test_one_of_two_processes_dies_anywhere(room: Mailroom, store_url: str, weather: str) -> None:
    elsewhere = open_store(store_url)
    sender = WeatheredSender(room.slack, Fuse(10**9), weather)
    other = Mailroom(elsewhere, room.slack, room.clock).delivery(sender)
    for dies_at in boundaries(room):
        room.clock.reset()
        brew(room, f"{dies_at}", weather)
        shared = SharedDatabase(room.database, Fuse(dies_at), other.deliver)
        lived = live_and_die(room, shared, f"{dies_at}", weather)
        check(room, f"{dies_at}")
        if lived:
            break
    elsewhere.close()
    assert dies_at > 5
