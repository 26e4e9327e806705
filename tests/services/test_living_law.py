"""Whatever goes wrong and whoever dies: in the end the channel shows what was last said, once."""

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
from tests.services.living import LivingRoom
from tests.services.world import PATIENCE, slack_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.database import Database

POST, UPDATE = "chat.postMessage", "chat.update"
FAULTS = [
    *("cut_before", "cut_after", "late", "error_after", "server_error"),
    *("rate_limited", "some_new_error"),
]
faults = st.tuples(
    st.sampled_from([POST, UPDATE, UPDATE, "conversations.history", "conversations.replies"]),
    st.sampled_from(FAULTS),
)
revisions = st.tuples(st.sampled_from(["top", "one"]), st.sampled_from(["x", "y", "z", "first"]))
deeds = st.one_of(
    st.tuples(st.just("revise"), revisions),
    st.tuples(st.just("work"), st.tuples(st.integers(0, 25), st.sampled_from([0, 61, 75, 700]))),
    st.tuples(st.just("fault"), faults),
)


@pytest.fixture
def room(store: Database) -> Iterator[LivingRoom]:
    with slack_of() as slack:
        yield LivingRoom(store, slack)


def work(room: LivingRoom, dies_at: int) -> bool:
    """Let one process deliver until nothing is due, or it dies; whether it lived."""
    fuse = Fuse(dies_at)
    fragile = FragileDatabase(room.database, fuse)
    try:
        room.delivery(FragileSender(room.slack, fuse), fragile).deliver()
    except Killed:
        return False
    finally:
        room.land()
    return True


@pytest.mark.parametrize("fault", ["", *FAULTS])
def test_dying_at_any_boundary_of_an_edit_loses_nothing(room: LivingRoom, fault: str) -> None:
    for dies_at in range(20):
        room.clock.reset()
        intent = f"{fault or 'calm'} {dies_at}"
        room.say(intent)
        room.rest()
        if fault:
            room.slack.fault(UPDATE, fault, seconds=0.02)
        room.revise(intent, "second")
        lived = work(room, dies_at)
        room.revise(intent, "third")
        room.rest()
        assert (intent, room.shown(intent), room.state(intent)) == (intent, ["third"], "sent")
        if lived:
            break
    else:
        pytest.fail("it never came to an end")


@given(history=st.lists(deeds, min_size=3, max_size=25))
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_in_the_end_the_channel_shows_what_was_last_said_once(
    room: LivingRoom, history: list[tuple[str, tuple[str | int, ...]]]
) -> None:
    room.clock.reset()
    run = len(room.slack.calls)
    names = {"top": f"top {run}", "one": f"one {run}"}
    said = {"top": "first", "one": "reply"}
    room.say(names["top"])
    room.reply(names["one"], names["top"])
    for deed, (what, how) in history:
        if deed == "revise":
            said[str(what)] = str(how)
            room.revise(names[str(what)], str(how))
        elif deed == "fault":
            room.slack.fault(str(what), str(how), seconds=0.02)
        else:
            work(room, int(what))
            room.clock.forward(int(how))
    room.slack._api.faults._waiting.clear()
    room.rest()
    for each, intent in names.items():
        assert (room.state(intent), room.shown(intent)) == ("sent", [said[each]])
    [top], [one] = room.standing(names["top"]), room.standing(names["one"])
    assert one.thread_ts == top.ts
    calls = len(room.slack.calls)
    room.rest()
    assert len(room.slack.calls) == calls


PROCESS = """
import sys
from bot.store.opening import open_store
from tests.services.living import LivingRoom
class Elsewhere: api_url = sys.argv[2]
LivingRoom(open_store(sys.argv[1]), Elsewhere).delivery().deliver()
"""


def test_a_process_killed_while_it_waits_for_the_answer_to_an_edit(
    database: Database, store_url: str
) -> None:
    with slack_of() as slack:
        room = LivingRoom(database, slack)
        room.say("a")
        room.rest()
        slack.fault(UPDATE, "slow", seconds=1)
        room.clock.reset()
        room.revise("a", "second")
        process = subprocess.Popen([sys.executable, "-c", PROCESS, store_url, slack.api_url])
        try:
            assert slack.workspace.wait_for(lambda: room.asked(UPDATE), 60)
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        room.revise("a", "third")
        assert slack.workspace.wait_for(lambda: room.shown("a") == ["second"])
        room.clock.forward(PATIENCE.certain + 1)
        room.rest()
        assert (room.shown("a"), len(room.asked(UPDATE))) == (["third"], 2)
