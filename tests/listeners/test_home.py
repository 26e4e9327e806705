from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.noise import Mute, Scope
from bot.sandbox.workspace import YOU
from bot.store import cursors, mutes
from tests.listeners.conftest import NOW

if TYPE_CHECKING:
    from tests.listeners.conftest import Room

MAYA = "U0MAYA"
APOLOGY = "went wrong on our side"
ENDED = "Alerts about Main Hall are told in #posters again."


def view(room: Room, user: str = YOU) -> dict[str, Any]:
    return room.slack.workspace.homes.get(user, {"blocks": []})


def first(room: Room) -> str:
    """The first paragraph of the Home."""
    blocks = view(room)["blocks"]
    return str(blocks[0]["text"]["text"]) if blocks else ""


def published(room: Room) -> int:
    return [name for name, _ in room.slack.calls].count("views.publish")


def settled(room: Room) -> int:
    """How many Homes were published, once every listener has finished; nothing is heard then."""
    room.app.listener_runner.listener_executor.shutdown(wait=True)
    assert {reply.status for reply in room.replies} == {200}
    return published(room)


def opened(room: Room, says: str) -> None:
    room.hand.open_home()
    assert room.slack.workspace.wait_for(lambda: says in str(view(room)))


def end(room: Room) -> None:
    """Press *End* beside the mute."""
    room.hand.press_in_view(view(room)["id"], "unmute")


def mute(room: Room) -> None:
    with room.database.write() as tx:
        mutes.add(tx, Mute("#posters", Scope.POSTER, "p_hall", NOW + 3600, YOU, NOW))


def read_once(room: Room) -> None:
    with room.database.write() as tx:
        cursors.save(tx, "impressions", "{}", NOW - 120)


def test_whoever_opens_the_home_sees_it(room: Room) -> None:
    read_once(room)
    opened(room, "*7 scans* today so far")
    for part in ("last read 2 min ago", "Main Hall", "data_visualization", "/posters help"):
        assert part in str(view(room))
    assert MAYA not in room.slack.workspace.homes


def test_it_is_drawn_at_most_every_few_seconds_for_each_person(room: Room) -> None:
    room.copies = 3
    opened(room, "/posters help")
    room.now += 4
    room.hand.open_home()
    room.hand.open_home(MAYA)
    assert room.slack.workspace.wait_for(lambda: MAYA in room.slack.workspace.homes)
    room.now += 1
    room.hand.open_home()
    assert settled(room) == 3


def test_the_messages_of_the_bot_are_no_home(room: Room) -> None:
    event = {"type": "app_home_opened", "user": YOU, "tab": "messages"}
    room.deliver("events_api", {"type": "event_callback", "event": event})
    assert settled(room) == 0


def test_a_mute_ends_from_the_home_which_says_so(room: Room) -> None:
    mute(room)
    opened(room, "Main Hall")
    room.copies = 2  # within the same second, and twice
    end(room)
    assert room.slack.workspace.wait_for(lambda: first(room) == ENDED)
    assert "unmute" not in str(view(room))
    with room.database.read() as tx:
        assert mutes.running(tx, NOW) == []
    assert settled(room) == 2


def test_a_mute_that_had_ended_is_told_and_gone(room: Room) -> None:
    mute(room)
    opened(room, "Main Hall")
    with room.database.write() as tx:
        tx.execute("delete from mute")
    end(room)
    assert room.slack.workspace.wait_for(lambda: first(room) == "That mute had ended already.")


def test_a_workspace_without_charts_gets_text(room: Room) -> None:
    read_once(room)
    room.slack.desk.native_charts = False
    opened(room, "Scans per day")
    assert "data_visualization" not in str(view(room))


def test_a_failing_store_is_apologised_for(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    mute(room)
    opened(room, "Main Hall")
    room.database.close()
    room.now += 60
    opened(room, APOLOGY)
    assert "/posters help" in str(view(room))
    settled(room)
    (told,) = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert told.exc_info is None


def test_a_press_on_a_failing_store_is_apologised_for(room: Room) -> None:
    mute(room)
    opened(room, "Main Hall")
    room.database.close()
    end(room)
    assert room.slack.workspace.wait_for(lambda: APOLOGY in first(room))


@pytest.mark.parametrize("trouble", ["not_enabled", "rate_limited", "internal_error", "cut_after"])
def test_what_slack_does_not_take_is_logged_once(
    room: Room, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    room.slack.fault("views.publish", trouble)
    room.hand.open_home()
    assert settled(room) == 1
    (told,) = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert told.getMessage().startswith("Slack did not take a Home: ")
    assert told.exc_info is None
    assert "xoxb" not in caplog.text


def test_a_home_is_no_way_around_the_channels_for_questions(room: Room) -> None:
    read_once(room)
    room.ask_in.append("#posters")
    opened(room, "#posters")
    assert settled(room) == 1
    assert "scans" not in str(view(room))


def test_a_press_of_somebody_who_may_not_is_answered_there(room: Room) -> None:
    mute(room)
    room.managers.append(MAYA)
    opened(room, "Main Hall")
    end(room)
    assert room.slack.workspace.wait_for(lambda: MAYA in first(room))
    assert "unmute" in str(view(room))
    with room.database.read() as tx:
        assert mutes.running(tx, NOW)
