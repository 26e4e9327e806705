from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.services.handing import HandDelivery, NotPostedError
from tests.services.world import MESSAGE, Mailroom, slack_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.database import Database

TEXT = json.dumps(MESSAGE.to_dict())


@pytest.fixture
def room(database: Database) -> Iterator[Mailroom]:
    with slack_of() as slack:
        yield Mailroom(database, slack)


def post(room: Mailroom, channel: str = "#posters") -> str:
    hand = HandDelivery(room.database, room.delivery(), room.clock, room.clock.wait)
    return hand.post("digest", channel, TEXT)


def posted(room: Mailroom) -> list[str]:
    return [message.text for message in room.slack.workspace.messages("posters")]


def test_what_is_posted_by_hand_stands_there_at_once_after_what_was_waiting(
    room: Mailroom,
) -> None:
    room.intend("before")
    assert post(room) == "#posters"
    assert posted(room) == ["Scans", "Scans"]


def test_the_same_may_be_posted_by_hand_again(room: Mailroom) -> None:
    assert (post(room), post(room)) == ("#posters", "#posters")
    assert len(posted(room)) == 2


def test_a_final_refusal_is_told_with_its_remedy(room: Mailroom) -> None:
    room.slack.workspace.channel("posters").is_member = False
    with pytest.raises(NotPostedError, match="/invite @posterpulse in #posters"):
        post(room)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("rate_limited", "Slack asks for a pause"),
        ("some_new_error", "some_new_error"),
        ("cut_after", "It is not known yet whether it arrived"),
    ],
)
def test_what_did_not_go_through_stays_and_is_sent_later_once(
    room: Mailroom, fault: str, told: str
) -> None:
    room.slack.fault("chat.postMessage", fault)
    with pytest.raises(NotPostedError, match=told) as caught:
        post(room)
    assert "`posterpulse run`" in str(caught.value)
    room.settle()
    assert posted(room) == ["Scans"]
