"""Told once: also where the clock jumps, or the disk is full or read-only, at any moment."""

from __future__ import annotations

import resource
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import pytest

from bot.store import outbox
from bot.store.backup import back_up
from bot.store.database import StoreError
from bot.store.opening import open_store
from tests.services.dying import FragileDatabase, FragileSender, Fuse
from tests.services.world import PATIENCE, Mailroom, slack_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.sandbox.fake_slack import FakeSlack
    from bot.store.database import Database

POST = "chat.postMessage"
PLACES = [f"place-{n}" for n in range(60)]
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
def test_a_store_restored_from_a_copy_repeats_nothing_that_was_on_its_way(
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
                restored += on_its_way(slack, copy, intent)
                copy.unlink()
    assert restored > 3


def on_its_way(slack: FakeSlack, copy: Path, intent: str) -> bool:
    """Go on with a copy; False where it had not begun to send, and would send what was sent."""
    with closing(open_store(f"sqlite:///{copy}")) as database:
        room = Mailroom(database, slack)
        with database.read() as tx:
            found = outbox.outcome(tx, intent)
        if found is None or found[0] == "waiting":
            return False
        room.clock.forward(PATIENCE.certain + 1)
        check(room, intent)
        return True
