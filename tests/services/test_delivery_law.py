"""Whatever Slack answers and whoever dies: each message once, in order, a second apart."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.services.delivery import Delivery
from bot.store import outbox
from tests.services.dying import FragileDatabase, FragileSender, Fuse, Killed
from tests.services.world import BOSS, MESSAGE, PATIENCE, Mailroom, slack_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.sandbox.fake_slack import FakeSlack
    from bot.slack.message import Message
    from bot.slack.receipt import Receipt
    from bot.store.database import Database

POST = "chat.postMessage"
# Those that close a channel and those that end with a copy are tried elsewhere.
FAULTS = [
    "cut_before",
    "cut_after",
    "error_after",
    "server_error",
    "rate_limited",
    "some_new_error",
]
CHANNELS = ("#posters", "posters", "#general")
TEXT = json.dumps(MESSAGE.to_dict())

deeds = st.one_of(
    st.tuples(st.just("say"), st.integers(0, 2)),
    st.tuples(st.just("step"), st.integers(0, 2)),
    st.tuples(st.just("work"), st.integers(0, 2)),
    st.tuples(st.just("die"), st.integers(0, 12)),
    st.tuples(st.just("fault"), st.integers(0, len(FAULTS) - 1)),
    st.tuples(st.just("wait"), st.sampled_from([0.3, 0.7, 1.0, 31.0, 80.0])),
)


class Witness(FragileSender):
    """Notes when the requests of each channel went out, and when their answers were there."""

    def __init__(self, slack: FakeSlack, fuse: Fuse, street: Street) -> None:
        super().__init__(slack, fuse)
        self.street = street

    def post(
        self,
        channel: str,
        message: Message,
        key: str,
        thread_ts: str | None = None,
        called: str = "",
    ) -> Receipt:
        assert self.street.now >= self.street.not_before.get(channel, 0)
        self.street.asked.setdefault(channel, []).append(self.street.now)
        try:
            return super().post(channel, message, key, thread_ts, called)
        except BaseException as error:
            if wait := getattr(error, "retry_after", None):
                self.street.not_before[channel] = self.street.now + wait
            raise


class Street:
    """Some processes, of which each may die, in front of one outbox."""

    def __init__(self, room: Mailroom) -> None:
        self.room = room
        self.now = float(room.clock())
        self.asked: dict[str, list[float]] = {}
        self.not_before: dict[str, float] = {}
        self.said: list[tuple[str, str]] = []
        self.run = len(room.slack.calls)
        self.workers = [self.worker() for _ in range(3)]

    def worker(self, dies_at: int = 10_000) -> Delivery:
        fuse = Fuse(dies_at)
        sender = Witness(self.room.slack, fuse, self)
        database = FragileDatabase(self.room.database, fuse)
        return Delivery(database, sender, [BOSS], lambda: self.now, PATIENCE)

    def say(self, number: int) -> None:
        intent, channel = f"{self.run}/{len(self.said)}", CHANNELS[number]
        self.said.append((intent, channel))
        with self.room.database.write(durable=True) as tx:
            outbox.add(tx, intent, "digest", channel, TEXT, int(self.now))

    def step(self, number: int) -> None:
        self.workers[number].step()

    def work(self, number: int) -> None:
        self.workers[number].deliver()

    def die(self, boundary: int) -> None:
        try:
            self.worker(boundary).deliver()
        except Killed:
            return

    def fault(self, number: int) -> None:
        self.room.slack.fault(POST, FAULTS[number], seconds=2)

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def settle(self) -> None:
        self.room.slack._api.faults._waiting.clear()
        for _ in range(400):
            self.workers[0].deliver()
            self.now += 1 if self.workers[0].rest() else PATIENCE.certain + 1
            if {self.room.state(intent) for intent, _ in self.said} <= {"sent"}:
                return
        pytest.fail("it never came to an end")


@pytest.fixture
def room(database: Database) -> Iterator[Mailroom]:
    with slack_of() as slack:
        yield Mailroom(database, slack)


@given(history=st.lists(deeds, min_size=10, max_size=40))
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_each_message_once_in_order_a_second_apart(
    room: Mailroom, history: list[tuple[str, float]]
) -> None:
    street = Street(room)
    for deed, what in history:
        act: Callable[[float], None] = getattr(street, deed)
        act(what)
    street.settle()
    for name in ("posters", "general"):
        stood = [street_key(m.metadata) for m in room.slack.workspace.messages(name)]
        said = [intent for intent, channel in street.said if channel.strip("#") == name]
        assert [key for key in stood if key.startswith(f"{street.run}/")] == said
    for moments in street.asked.values():
        assert all(later - earlier >= 1 for earlier, later in pairwise(moments))


def street_key(metadata: dict[str, dict[str, str]] | None) -> str:
    return (metadata or {}).get("event_payload", {}).get("key", "")
