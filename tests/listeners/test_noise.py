from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.noise import State
from bot.sandbox.blocks import problems
from bot.sandbox.workspace import YOU
from bot.slack import kit
from bot.slack.views import noise
from bot.store import standing
from tests.listeners.conftest import NOW, shown

if TYPE_CHECKING:
    from bot.sandbox.workspace import Message
    from tests.listeners.conftest import Room

SCOPES = [("poster", "This poster"), ("program", "Spring fair")]
GARBLED = (
    *("", "[1]", "null", "{}", "{" * 2000, '{"alert": "1"}', '{"alert": 1e99}', '{"alert": -1}'),
    *('{"alert": 99999999999999999999}', '{"mute": 99999999999999999999}', '{"mute": null}'),
    *('{"poster": 1, "state": "up"}', '{"poster": "p", "state": "gone"}'),
    *('{"poster": "p", "state": ["up"]}', '{"poster": "", "state": "up"}'),
)
GARBLED_CHOICES = (
    *("", "{}", '{"alert": 1, "channel": "#a", "scope": "poster", "hours": 2}'),
    '{"alert": 1, "channel": "#a", "scope": ["poster"], "hours": 1}',
    '{"alert": 1, "channel": "#a", "scope": "city", "hours": 1}',
    '{"alert": 1, "channel": 7, "scope": "poster", "hours": 1}',
    '{"alert": 99999999999999999999, "channel": "#a", "scope": "poster", "hours": 1}',
)
STALE, UNKNOWN = "This button is from another version", "I don't know any more"


@pytest.fixture
def key(room: Room) -> int:
    """The number of an alert about the poster in the Main Hall."""
    with room.database.write() as tx:
        rows = tx.rows(
            """insert into alert (kind, scope, subject, started_at, fired_at, scans, expected,
                reason, detail)
            values ('spike', 'poster', 'p_hall', :now, :now, 5, 1.0, 'much', '{}')
            returning key""",
            now=NOW,
        )
    return int(rows[0][0])


def told(room: Room, key: int, channel: str = "#alerts") -> Message:
    """An alert in the channel, with everything that can be done about it."""
    parts = [
        *kit.actions(*noise.feedback_buttons(key)),
        *noise.mute_parts(key, channel, SCOPES),
        *kit.actions(*noise.standing_buttons("p_hall")),
    ]
    place = room.slack.workspace.channel("posters")
    blocks = list(kit.message("alert", parts).blocks)
    assert problems(blocks) == []
    return room.slack.workspace.post(place, "U0POSTERPULSE", "alert", blocks=blocks)


def option(hours: int, key: int, scope: str = "poster") -> str:
    value = {"alert": key, "channel": "#alerts", "scope": scope, "hours": hours}
    return json.dumps(value, separators=(",", ":"))


def choose(room: Room, message: Message, action: str, choice: str) -> Message:
    answer = room.after(lambda: room.hand.press(message, action, option=choice))
    assert answer.only_for == YOU
    assert problems(answer.blocks) == []
    return answer


def mutes(room: Room) -> list[tuple[Any, ...]]:
    with room.database.read() as tx:
        return tx.rows("select channel, scope, subject, until - :now, author from mute", now=NOW)


def test_a_menu_mutes_for_a_while_and_can_be_undone(room: Room, key: int) -> None:
    answer = choose(room, told(room, key), "mute", option(6, key))
    assert "Muted *Main Hall* in #alerts until Mon 19:00 (Europe/Oslo)." in shown(answer)
    assert mutes(room) == [("#alerts", "poster", "p_hall", 6 * 3600, YOU)]
    assert "told in #alerts again" in shown(room.press(answer, "unmute"))
    assert mutes(room) == []
    assert "had ended already" in shown(room.press(answer, "unmute"))


def test_a_program_is_muted_with_its_name(room: Room, key: int) -> None:
    with room.database.write() as tx:
        tx.execute("update poster set program = 'prog_spring'")
    answer = choose(room, told(room, key), "mute", option(168, key, "program"))
    assert "Muted *Spring fair* and its posters in #alerts" in shown(answer)


def test_a_day_mutes_until_it_begins(room: Room, key: int) -> None:
    message = told(room, key)
    answer = choose(room, message, "mute_until", "2026-12-24")
    assert "until Thu 24 Dec 2026 00:00 (Europe/Oslo)" in shown(answer)
    # Midnight in Oslo is an hour before that of UTC; now is noon there.
    assert mutes(room) == [("#alerts", "poster", "p_hall", 52 * 86_400 - 13 * 3600, YOU)]
    for day in ("2026-11-02", "2020-01-01", "2028-01-01", "soon"):
        assert "choose one between tomorrow" in shown(choose(room, message, "mute_until", day))
    choose(room, message, "mute_until", "2026-11-03")
    assert mutes(room) == [("#alerts", "poster", "p_hall", 11 * 3600, YOU)]


def test_a_choice_delivered_twice_or_made_again_mutes_once(room: Room, key: int) -> None:
    message = told(room, key)
    room.copies = 2
    choose(room, message, "mute", option(1, key))
    room.copies = 1
    choose(room, message, "mute", option(24, key))
    assert mutes(room) == [("#alerts", "poster", "p_hall", 86_400, YOU)]


def test_mutes_are_listed_and_ended(room: Room, key: int) -> None:
    room.slack.workspace.add_channel("alerts")
    assert "Nothing is muted" in shown(room.ask("mutes"))
    choose(room, told(room, key), "mute", option(1, key))
    listed = room.ask("mutes")
    assert f"*Main Hall* in #alerts\\nuntil Mon 14:00 (Europe/Oslo) · by <@{YOU}>" in shown(listed)
    assert "told in #alerts again" in shown(room.press(listed, "unmute"))
    room.now += 3600
    assert "Nothing is muted" in shown(room.ask("mutes"))


def test_votes_are_kept_and_a_mind_can_be_changed(room: Room, key: int) -> None:
    message = told(room, key)
    assert "kept as *useful*" in shown(room.press(message, "useful"))
    assert "👍 1" in shown(room.ask("alerts"))
    for _ in range(2):
        assert "kept as *noise*" in shown(room.press(message, "noise"))
    listed = shown(room.ask("alerts"))
    assert "*Main Hall* · spike · Mon 2 Nov 2026 13:00 · 👎 1" in listed
    assert "Spikes: 0 useful, 1 noise" in listed


@pytest.mark.parametrize(
    ("state", "said"),
    [("up", "is still up"), ("replaced", "was replaced"), ("retired", "is retired")],
)
def test_what_became_of_a_poster_is_kept(room: Room, key: int, state: str, said: str) -> None:
    answer = room.press(told(room, key), f"standing:{state}")
    assert f"It is noted that *Main Hall* {said}." in shown(answer)
    assert answer.only_for == YOU
    with room.database.read() as tx:
        assert standing.every(tx)["p_hall"] == standing.Standing(State(state), YOU, NOW)


def test_what_is_not_known_any_more(room: Room, key: int) -> None:
    message = told(room, key + 1)
    assert UNKNOWN in shown(room.press(message, "useful"))
    assert UNKNOWN in shown(choose(room, message, "mute", option(1, key + 1)))
    # A poster without a program can't be muted by it.
    assert UNKNOWN in shown(choose(room, told(room, key), "mute", option(1, key, "program")))
    assert mutes(room) == []


@pytest.mark.parametrize("action", ["useful", "noise", "unmute", "standing:up"])
def test_a_garbled_button(room: Room, action: str) -> None:
    button = {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": "x"}}
    blocks = [{"type": "actions", "elements": [{**button, "value": "x"}]}]
    place = room.slack.workspace.channel("posters")
    posted = room.slack.workspace.post(place, "U0POSTERPULSE", "old", blocks=blocks)
    for value in GARBLED:
        answer = room.press(posted, action, value)
        assert (STALE in shown(answer), answer.only_for) == (True, YOU)


def test_a_garbled_menu(room: Room, key: int) -> None:
    message = told(room, key)
    row = next(block for block in message.blocks if "mute" in str(block))
    option = row["elements"][0]["option_groups"][0]["options"][0]
    for value in GARBLED_CHOICES:
        option["value"] = value
        assert STALE in shown(choose(room, message, "mute", value))
    for own_id in ("x", "mute-until:1:poster", "mute-until:x:poster:#a", "mute-until:1:city:#a"):
        row["block_id"] = own_id
        assert STALE in shown(choose(room, message, "mute_until", "2026-12-24"))
    assert mutes(room) == []


def test_a_failing_store_is_answered_with_an_apology(room: Room, key: int) -> None:
    message = told(room, key)
    room.database.close()
    for action in ("useful", "noise", "standing:up"):
        answer = room.press(message, action)
        assert "went wrong on our side" in shown(answer)
        assert answer.only_for == YOU
    answer = choose(room, message, "mute", option(1, key))
    assert "went wrong on our side" in shown(answer)
