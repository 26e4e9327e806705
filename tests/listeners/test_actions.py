from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.blocks import problems
from bot.sandbox.workspace import YOU
from tests.listeners.conftest import NOW, shown

if TYPE_CHECKING:
    from tests.listeners.conftest import Room

ASK = {
    "type": "actions",
    "elements": [
        {
            "type": "button",
            "action_id": "ask",
            "text": {"type": "plain_text", "text": "See"},
            "value": json.dumps({"words": "poster p_gym today"}),
        }
    ],
}
STALE = "This button is from another version"


def test_sharing_shows_the_same_numbers_to_everyone(room: Room) -> None:
    answer = room.ask("top today")
    assert "7 scans" in answer.text
    room.scan("p_gym", NOW + 60, 40)
    room.now += 86_400
    shared = room.press(answer, "share")
    assert shared.only_for is None
    assert "7 scans" in shared.text
    assert f"Shared by <@{YOU}>" in shown(shared)
    assert "Share to channel" not in shown(shared)
    assert problems(shared.blocks) == []


def test_a_press_delivered_twice_is_shared_once(room: Room) -> None:
    answer = room.ask("top today")
    room.copies = 2
    room.press(answer, "share")
    room.copies = 1
    room.ask("help")
    assert [message.only_for for message in room.said()] == [YOU, None, YOU]
    # Pressed again by the same person, it is another deed.
    room.press(answer, "share")
    assert [message.only_for for message in room.said()][-1] is None


def test_a_button_asks_its_question_anew(room: Room) -> None:
    posted = room.slack.workspace.post(
        room.slack.workspace.channel("posters"), "U0POSTERPULSE", "alert", blocks=[ASK]
    )
    assert "2 scans" in room.press(posted, "ask").text
    room.scan("p_gym", NOW - 60, 4)
    answer = room.press(posted, "ask")
    assert "6 scans" in answer.text
    assert answer.only_for == YOU
    # The message with the button stays as it was.
    assert room.said()[0].text == "alert"


@pytest.mark.parametrize(
    "value",
    ["", "top", "[1]", "null", "{}", '{"words": 5}', '{"words": null, "at": 1}', "{" * 2000],
)
@pytest.mark.parametrize("action", ["share", "ask"])
def test_a_garbled_button_is_answered_privately(room: Room, action: str, value: str) -> None:
    blocks = [json.loads(json.dumps(ASK).replace('"ask"', f'"{action}"'))]
    posted = room.slack.workspace.post(
        room.slack.workspace.channel("posters"), "U0POSTERPULSE", "old", blocks=blocks
    )
    answer = room.press(posted, action, value)
    assert STALE in shown(answer)
    assert answer.only_for == YOU


@pytest.mark.parametrize("at", ['"x"', "null", "-1", "1e99", "99999999999999"])
def test_a_share_button_without_a_good_time(room: Room, at: str) -> None:
    answer = room.press(room.ask("top today"), "share", f'{{"words": "top", "at": {at}}}')
    assert (STALE in shown(answer), answer.only_for) == (True, YOU)


def test_what_can_no_longer_be_answered_is_told_privately(room: Room) -> None:
    answer = room.ask("top today")
    gone = json.dumps({"words": "top today program:gone", "at": NOW})
    told = room.press(answer, "share", gone)
    assert "I know no program “gone”" in shown(told)
    assert told.only_for == YOU


def test_a_failing_store_while_sharing(room: Room) -> None:
    answer = room.ask("top today")
    room.database.close()
    told = room.press(answer, "share")
    assert "went wrong on our side" in shown(told)
    assert told.only_for == YOU
