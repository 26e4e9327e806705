"""Who may do what, with real buttons and commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.blocks import problems
from bot.sandbox.workspace import YOU
from bot.slack import kit
from bot.slack.views import noise
from tests.listeners.conftest import NOW, shown
from tests.listeners.test_noise import choose, key, mutes, option, told

if TYPE_CHECKING:
    from bot.sandbox.workspace import Message
    from tests.listeners.conftest import Room

__all__ = ["key"]  # a fixture

BOSS, MAYA, GROUP = "U0BOSS", "U0MAYA", "S0TEAM"
ONLY = f"That is for managers only. Please ask <@{BOSS}>."


def buttons(room: Room, made: int) -> list[Message]:
    """What each way to change something brings, pressed by somebody."""
    message = told(room, made)
    standing = [f"standing:{state}" for state in ("up", "replaced", "retired")]
    end = kit.actions(kit.button("End", noise.UNMUTE, {"mute": 1}))
    place = room.slack.workspace.channel("posters")
    blocks = list(kit.message("mutes", end).blocks)
    listed = room.slack.workspace.post(place, "U0POSTERPULSE", "mutes", blocks=blocks)
    return [
        choose(room, message, "mute", option(1, made)),
        choose(room, message, "mute_until", "2026-12-24"),
        *(room.press(message, action) for action in standing),
        room.press(listed, "unmute"),
    ]


def state(room: Room) -> list[object]:
    """Everything that a button may change."""
    with room.database.read() as tx:
        return [
            tx.rows("select * from mute"),
            tx.rows("select * from standing"),
            tx.rows("select * from change"),
        ]


def test_who_is_no_manager_changes_nothing_and_is_told_whom_to_ask(room: Room, key: int) -> None:
    choose(room, told(room, key), "mute", option(1, key))
    before = state(room)
    room.managers.append(BOSS)
    answers = buttons(room, key)
    assert len(answers) == 6
    for answer in answers:
        assert ONLY in shown(answer)
        assert answer.only_for == YOU
        assert problems(answer.blocks) == []
    assert state(room) == before


@pytest.mark.parametrize("managers", [[], [YOU], [BOSS, YOU], [GROUP], [BOSS, GROUP]])
def test_managers_may_change_things(room: Room, key: int, managers: list[str]) -> None:
    room.slack.workspace.groups[GROUP] = [MAYA, YOU]
    room.managers += managers
    muted, until, up, replaced, retired, ended = map(shown, buttons(room, key))
    assert all("Muted *Main Hall*" in each for each in (muted, until))
    assert [said in each for said, each in (("up", up), ("replaced", replaced))] == [True, True]
    assert "is retired" in retired
    assert "are told in #alerts again" in ended


def test_what_slack_does_not_tell_is_refused(
    room: Room, key: int, caplog: pytest.LogCaptureFixture
) -> None:
    room.slack.workspace.groups[GROUP] = [YOU]
    room.slack.desk.scopes.discard("usergroups:read")
    room.managers += [GROUP]
    answer = choose(room, told(room, key), "mute", option(1, key))
    assert "Slack does not tell me right now who the managers are" in shown(answer)
    assert mutes(room) == []
    assert "usergroups:read" in caplog.text
    room.slack.desk.scopes.add("usergroups:read")
    assert "Muted" in shown(choose(room, told(room, key), "mute", option(1, key)))


def test_everyone_may_vote_and_ask(room: Room, key: int) -> None:
    room.managers.append(BOSS)
    assert "kept as *useful*" in shown(room.press(told(room, key), "useful"))
    for words, said in (
        ("top today", "7 scans"),
        ("mutes", "Nothing is muted"),
        ("alerts", "👍 1"),
    ):
        assert said in shown(room.ask(words))


def test_managers_read_who_changed_what(room: Room, key: int) -> None:
    assert "No changes yet" in shown(room.ask("changes"))
    room.managers.append(YOU)
    buttons(room, key)
    answer = room.ask("changes")
    assert answer.only_for == YOU
    for said in (
        "The last 6 changes",
        f"Mon 2 Nov 2026 13:00 · <@{YOU}> muted *Main Hall* in #alerts until Mon 2 Nov 2026 14:00",
        f"<@{YOU}> noted that *Main Hall* was replaced",
        f"<@{YOU}> ended the mute of *Main Hall* in #alerts",
    ):
        assert said in shown(answer)
    room.managers[:] = [BOSS]
    for words in ("changes", " Changes "):
        refused = room.ask(words)
        assert ONLY in shown(refused)
        assert refused.only_for == YOU


@pytest.mark.parametrize("action", ["ask", "share"])
def test_no_button_shows_changes(room: Room, action: str) -> None:
    """None does; but what one carries decides who sees it."""
    blocks = list(
        kit.message(
            "x", kit.actions(kit.button("x", action, {"words": "changes", "at": NOW}))
        ).blocks
    )
    place = room.slack.workspace.channel("posters")
    posted = room.slack.workspace.post(place, "U0POSTERPULSE", "x", blocks=blocks)
    answer = room.press(posted, action)
    assert "from another version" in shown(answer)
    assert answer.only_for == YOU


@pytest.mark.parametrize("words", ["top today", "help", "", "changes", "nonsense"])
def test_elsewhere_people_are_told_where_to_ask(room: Room, words: str) -> None:
    room.ask_in.append("#campus")
    answer = room.ask(words)
    assert "I answer questions in #campus. Please ask there." in shown(answer)
    assert answer.only_for == YOU
    room.ask_in.append("posters")
    assert "I answer questions" not in shown(room.ask(words))


def test_a_private_channel_may_be_listed_by_its_name(room: Room) -> None:
    place = room.slack.workspace.channel("posters")
    place.is_private = True
    room.ask_in.append("#posters")
    answer = room.ask("top today")
    assert "7 scans" in shown(answer)
    assert "7 scans" in shown(room.press(answer, "share"))
    place.is_member = False  # but known for a while
    assert "7 scans" in shown(room.ask("top today"))
    room.ask_in[:] = [place.id]
    assert "7 scans" in shown(room.ask("top today"))


@pytest.mark.parametrize("action", ["ask", "share"])
def test_buttons_answer_where_questions_are_answered(room: Room, action: str) -> None:
    carried = {"words": "top today", "at": NOW}
    posted = room.button(action, carried)
    room.ask_in.append("#campus")
    refused = room.press(posted, action)
    assert "I answer questions in #campus" in shown(refused)
    assert refused.only_for == YOU
    room.ask_in.append("#posters")
    assert "7 scans" in shown(room.press(posted, action))
