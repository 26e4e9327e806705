"""Told once: also where the clock jumps, or the disk is full or read-only, at any moment."""

from __future__ import annotations

import json
import resource
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import pytest

from bot.slack.message import Message
from bot.store import health, outbox
from bot.store.backup import back_up
from bot.store.database import StoreError
from bot.store.opening import open_store
from tests.services.dying import FragileDatabase, FragileSender, Fuse
from tests.services.world import MESSAGE, PATIENCE, Mailroom, slack_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.sandbox.fake_slack import FakeSlack
    from bot.store.database import Database

POST = "chat.postMessage"
PLACES = [f"place-{n}" for n in range(100)]
FAULTS = ("", "cut_after", "cut_before", "late")


@dataclass
class Moment(Fuse):
    """Something happens at a boundary, and the process goes on."""

    happens: Callable[[], object]

    def burn(self) -> None:
        self.left -= 1
        if self.left == -1:
            self.happens()


@pytest.fixture
def room(database: Database) -> Iterator[Mailroom]:
    with slack_of(channels=PLACES) as slack:
        yield Mailroom(database, slack)


def tell(room: Mailroom, intent: str, moment: Moment) -> int:
    """One process makes a message and delivers it; returns how often the store let it down."""
    fragile, failures = FragileDatabase(room.database, moment), 0
    try:
        Mailroom(fragile, room.slack, room.clock).intend(intent, f"#place-{intent}")
    except StoreError:
        failures += 1
    for _ in range(4):
        try:
            room.delivery(FragileSender(room.slack, moment), fragile).deliver()
        except StoreError:
            failures += 1
        for thread in room.slack._api._late:
            thread.join()
        room.clock.forward(PATIENCE.certain + 1)
    return failures


def check(room: Mailroom, intent: str, *, jumps: bool = False) -> None:
    room.slack._api.faults._waiting.clear()
    room.intend(intent, f"#place-{intent}")
    room.settle()
    assert (intent, len(room.standing(intent)), room.state(intent)) == (intent, 1, "sent")
    assert jumps or not room.asked("chat.delete"), f"{intent} stood twice"


def moments(room: Mailroom, happens: Callable[[], object], fault: str) -> Iterator[Moment]:
    """The thing at every boundary, until there are no more; on PostgreSQL at each third."""
    for at in count(step=1 if room.database.dialect == "sqlite" else 3):
        room.clock.reset()
        if fault:
            room.slack.fault(POST, fault, seconds=0.02)
        moment = Moment(at, happens)
        yield moment
        if moment.left >= 0:
            assert at > 10
            return


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_jumps_by_an_hour(room: Mailroom, hours: int, fault: str) -> None:
    for moment in moments(room, lambda: room.clock.forward(hours * 3600), fault):
        intent = str(moment.left)
        tell(room, intent, moment)
        check(room, intent, jumps=hours > 0)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_jumps_while_another_process_waits_for_the_answer(
    room: Mailroom, store_url: str, hours: int
) -> None:
    elsewhere = open_store(store_url)
    room.intend("0", "#place-0")
    room.slack.fault(POST, "late", seconds=0.3)
    Mailroom(elsewhere, room.slack, room.clock).delivery().deliver()
    room.clock.forward(hours * 3600)
    room.delivery().deliver()
    room.clock.forward(10)
    room.delivery().deliver()
    check(room, "0", jumps=hours > 0)
    elsewhere.close()


@pytest.mark.parametrize("same", [True, False], ids=["running", "started anew"])
@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_was_set_silences_no_channel(
    room: Mailroom, hours: int, *, same: bool
) -> None:
    delivery = room.delivery()
    room.intend("0", "#place-0")
    room.intend("1", "#place-1")
    room.slack.fault(POST, "rate_limited", seconds=30)
    room.slack.fault(POST, "server_error")
    assert delivery.deliver() == 0
    room.intend("2", "#place-2")
    assert delivery.deliver() == 1
    room.intend("3", "#place-2")
    room.clock.forward(hours * 3600)
    after = delivery if same else room.delivery()
    after.deliver(room.clock.wait)
    assert [room.state(intent) for intent in "23"] == ["sent", "sent"]
    room.clock.forward(PATIENCE.certain + 1)
    after.deliver(room.clock.wait)
    room.clock.forward(5)
    after.deliver(room.clock.wait)
    assert [(room.state(intent), len(room.standing(intent))) for intent in "01"] == [
        ("sent", 1)
    ] * 2


@pytest.mark.parametrize("what", ["Slack posting", "Slack reading", "Slack editing"])
def test_a_pause_of_all_is_over_too_when_the_clock_was_set_back(room: Mailroom, what: str) -> None:
    room.intend("0", "#place-0")
    with room.database.write() as tx:
        health.wait_until(tx, what, room.clock() + 30)
        health.wait_until(tx, "Vantio", room.clock() + 30)
    room.clock.forward(-3600)
    delivery = room.delivery()
    assert delivery.deliver() == 1
    with room.database.write() as tx:
        changed = json.dumps(Message("Later", MESSAGE.blocks).to_dict())
        outbox.revise(tx, "0", changed, room.clock())
        assert health.not_before(tx, "Vantio") == room.clock() + 3630
    delivery.deliver()
    assert [message.text for message in room.standing("0")] == ["Later"]


def test_what_slack_asks_for_beyond_half_an_hour_is_asked_again(room: Mailroom) -> None:
    room.slack.fault(POST, "rate_limited", seconds=7200)
    room.intend("0", "#place-0")
    delivery = room.delivery()
    for wait, asked in ((0, 1), (1798, 1), (4, 2)):
        room.clock.forward(wait)
        delivery.deliver()
        assert (wait, len(room.asked(POST))) == (wait, asked)


class Full:
    """No file of this process can grow."""

    def __init__(self, _: Database) -> None:
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fail(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, self._before[1]))

    def mend(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)


class ReadOnly:
    """This thread can't write to the store."""

    def __init__(self, database: Database) -> None:
        self._connection = database._connections.mine()  # type: ignore[attr-defined] # of either
        sqlite = database.dialect == "sqlite"
        self._switch = "pragma query_only" if sqlite else "set default_transaction_read_only"

    def fail(self) -> None:
        self._connection.execute(f"{self._switch} = on")

    def mend(self) -> None:
        self._connection.execute(f"{self._switch} = off")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", [Full, ReadOnly])
def test_a_disk_that_takes_no_more(room: Mailroom, kind: type[Full | ReadOnly], fault: str) -> None:
    if kind is Full and room.database.dialect != "sqlite":
        pytest.skip("the disk of a server is not ours to fill")
    disk, failures = kind(room.database), 0
    for moment in moments(room, disk.fail, fault):
        intent = str(moment.left)
        try:
            failures += tell(room, intent, moment)
        finally:
            disk.mend()
        check(room, intent)
    assert failures > 10


@pytest.mark.parametrize("fault", FAULTS)
def test_a_store_restored_from_a_copy_of_any_moment_repeats_nothing(
    tmp_path: Path, fault: str
) -> None:
    here, copy = tmp_path / "store.db", tmp_path / "copy.db"
    restored = 0
    with slack_of(channels=PLACES) as slack, closing(open_store(f"sqlite:///{here}")) as database:
        room = Mailroom(database, slack)
        for moment in moments(room, lambda: back_up(here, copy, lambda *_: None), fault):
            intent = str(moment.left)
            tell(room, intent, moment)
            check(room, intent)
            if copy.exists():
                restored += go_on(slack, copy, intent)
                copy.unlink()
    assert restored > 3


def go_on(slack: FakeSlack, copy: Path, intent: str) -> bool:
    """Go on with a copy; whether it knew of the message, which is made anew otherwise."""
    with closing(open_store(f"sqlite:///{copy}")) as database:
        room = Mailroom(database, slack)
        with database.read() as tx:
            known = outbox.outcome(tx, intent) is not None
        room.clock.forward(PATIENCE.certain + 1)
        check(room, intent)
        return known
