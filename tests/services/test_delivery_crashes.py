from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.services.dying import FragileDatabase, FragileSender, Fuse, Killed
from tests.services.world import PATIENCE, Mailroom, slack_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.database import Database

FAULTS = [
    *("cut_before", "cut_after", "late", "error_after", "server_error"),
    *("rate_limited", "some_new_error", "not_in_channel"),
]
METHODS = ["chat.postMessage", "conversations.history", "conversations.list", "chat.delete"]


@pytest.fixture
def room(database: Database) -> Iterator[Mailroom]:
    with slack_of() as slack:
        yield Mailroom(database, slack)


def own_channel(room: Mailroom) -> str:
    """A channel that no earlier message lets rest."""
    name = f"place-{len(room.slack.workspace.channels)}"
    room.slack.workspace.add_channel(name)
    return f"#{name}"


def live_and_die(room: Mailroom, intent: str, channel: str, dies_at: int) -> bool:
    """Run one process until it has nothing more to do, or dies; whether it lived."""
    fuse = Fuse(dies_at)
    fragile = FragileDatabase(room.database, fuse)
    try:
        Mailroom(fragile, room.slack, room.clock).intend(intent, channel)
        for _ in range(4):
            room.delivery(FragileSender(room.slack, fuse), fragile).deliver()
            room.clock.forward(PATIENCE.certain + 1)
    except Killed:
        return False
    return True


@pytest.mark.parametrize("fault", ["", *FAULTS[:-1]])
def test_dying_at_any_boundary_neither_loses_nor_doubles(room: Mailroom, fault: str) -> None:
    for dies_at in range(200):
        room.clock.reset()
        intent, channel = f"{fault or 'calm'} {dies_at}", own_channel(room)
        if fault:
            room.slack.fault("chat.postMessage", fault, seconds=0.02)
        lived = live_and_die(room, intent, channel, dies_at)
        room.slack._api.faults._waiting.clear()
        room.intend(intent, channel)
        room.settle()
        assert (intent, len(room.standing(intent)), room.state(intent)) == (intent, 1, "sent")
        assert fault == "late" or not room.asked("chat.delete")
        if lived:
            break
    else:
        pytest.fail("it never came to an end")


@given(data=st.data())
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_after_any_faults_and_deaths_each_message_stands_once_or_is_buried(
    room: Mailroom, data: st.DataObject
) -> None:
    room.clock.reset()
    run = len(room.slack.calls)
    intents = {f"{run}/{number}": own_channel(room) for number in range(3)}
    for intent, channel in intents.items():
        for method, kind in data.draw(
            st.lists(st.tuples(st.sampled_from(METHODS), st.sampled_from(FAULTS)), max_size=4)
        ):
            room.slack.fault(method, kind, seconds=0.02)
        live_and_die(room, intent, channel, data.draw(st.integers(0, 30)))
        for thread in room.slack._api._late:
            thread.join()
    room.slack._api.faults._waiting.clear()
    for intent, channel in intents.items():
        room.intend(intent, channel)
    room.settle()
    for intent in intents:
        standing, (state, error) = len(room.standing(intent)), room.outcome(intent)
        assert (state, standing) in {("sent", 1), ("buried", 0), ("buried", 1)}
        assert bool(error) == (state == "buried")
        assert standing == (state == "sent") or "It may have been posted" in str(error)


PROCESS = """
import sys
from bot.sandbox.fake_slack import FakeSlack
from bot.store.opening import open_store
from tests.services.dying import FragileDatabase, FragileSender, Fuse, Killed
from tests.services.world import Mailroom
class Elsewhere: api_url = sys.argv[2]
room = Mailroom(open_store(sys.argv[1]), Elsewhere)
room.intend("a")
room.delivery().deliver()
"""


def test_a_process_killed_while_it_waits_for_the_answer(room: Mailroom, store_url: str) -> None:
    room.slack.fault("chat.postMessage", "slow", seconds=2)
    process = subprocess.Popen([sys.executable, "-c", PROCESS, store_url, room.slack.api_url])
    try:
        assert room.slack.workspace.wait_for(lambda: room.asked("chat.postMessage"), 60)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert room.state("a") == "sending"
    assert room.slack.workspace.wait_for(lambda: room.standing("a"))
    room.settle()
    assert len(room.standing("a")) == 1
    assert len(room.asked("chat.postMessage")) == 1
