from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.blocks import problems
from bot.sandbox.workspace import YOU
from tests.listeners.conftest import NOW, shown

if TYPE_CHECKING:
    from tests.listeners.conftest import Room


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("top 1 today", "7 scans"),
        ("leaderboard today", "Maya L."),
        ("poster main hall today", "5 scans"),
        ("program spring today", "7 scans"),
        ("trend", "7 scans"),
        ("status", "Vantio is asked every 5 minutes"),
        ("", "/posters"),
        ("help", "/posters"),
        ("today poster:gym", "2 scans"),
        ("top today program:<#C01SPRING|spring>", "7 scans"),
        ("leaderboard today ambassador:<@U0MAYA|maya>", "Maya L."),
        ("top today poster:&quot;x&quot; &amp;", "I know no poster"),
        ("tpo", "Did you mean “top”?"),
        ("top 500", "ask for 1 to 50"),
        ("poster", "Which poster?"),
        ("top program:nowhere", "I know no program “nowhere”"),
        ("top <!channel>", "what “channel” means"),
    ],
)
def test_every_question_has_a_private_answer(room: Room, words: str, said: str) -> None:
    answer = room.ask(words)
    assert said in shown(answer)
    assert answer.only_for == YOU
    assert problems(answer.blocks) == []
    assert "<!" not in shown(answer)


def test_a_mistake_says_what_to_type_and_offers_no_sharing(room: Room) -> None:
    assert "Share to channel" in shown(room.ask("top today"))
    for words in ("tpo", "top program:nowhere", "help"):
        assert "Share to channel" not in shown(room.ask(words))


def test_a_command_delivered_twice_is_answered_to_one_person_only(room: Room) -> None:
    room.copies = 2
    room.ask("top today")
    assert [reply.status for reply in room.replies] == [200, 200]
    assert {message.only_for for message in room.said()} == {YOU}


def test_a_store_that_fails_is_answered_with_an_apology(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room.database.close()
    answer = room.ask("top today")
    assert "went wrong on our side" in shown(answer)
    assert answer.only_for == YOU
    (record,) = [each for each in caplog.records if each.name == "bot.listeners.failures"]
    assert record.getMessage().startswith("A question could not be answered: ")
    assert record.exc_info is None


def test_a_mistake_of_our_own_is_logged_whole(
    room: Room, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "now", "today")
    assert "went wrong on our side" in shown(room.ask("top today"))
    (record,) = [each for each in caplog.records if each.name == "bot.listeners.failures"]
    assert record.exc_info


def test_the_answer_is_as_of_now(room: Room) -> None:
    room.now = NOW + 86_400
    assert "No scans today" in room.ask("top today").text
    room.scan("p_gym", NOW + 80_000, 3)
    assert "3 scans" in room.ask("top today").text
