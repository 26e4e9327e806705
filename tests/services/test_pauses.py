from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from bot.domain.subscription import Schedule, Subscription
from bot.store import pauses, subscriptions
from tests.services.world import BOSS, Mailroom, slack_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sandbox.workspace import Channel
    from bot.store.database import Database
    from bot.store.pauses import Pause

POST, INFO = "chat.postMessage", "conversations.info"
DAY = 86_400


@pytest.fixture
def room(database: Database) -> Iterator[Mailroom]:
    with slack_of() as slack:
        yield Mailroom(database, slack)


@pytest.fixture
def posters(room: Mailroom) -> Channel:
    return room.slack.workspace.channel("posters")


def work(room: Mailroom, seconds: int = 0) -> None:
    """Let time pass as the clock of the bot would, tick by tick."""
    delivery = room.delivery()
    for _ in range(0, seconds + 1, pauses.PROBE):
        delivery.deliver(room.clock.wait)
        room.clock.forward(pauses.PROBE)


def paused(room: Mailroom) -> list[Pause]:
    with room.database.read() as tx:
        return pauses.every(tx)


def close(room: Mailroom, posters: Channel, how: str) -> None:
    if how == "is_archived":
        posters.is_archived = True
    elif how == "not_in_channel":
        posters.is_member = False
    elif how == "channel_not_found":
        posters.is_private, posters.is_member = True, False
    else:
        room.slack.fault(POST, how)


def reopen(room: Mailroom, posters: Channel) -> None:
    posters.is_archived, posters.is_member = False, True
    room.slack._api.faults._waiting.clear()


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("how", "remedy"),
    [
        ("is_archived", "Unarchive"),
        ("not_in_channel", "Type /invite @posterpulse in #posters."),
        ("channel_not_found", "type /invite @posterpulse there"),
        ("restricted_action", "Only some people may post in #posters"),
        ("missing_scope", "Give the app the permission"),
    ],
)
def test_a_closed_channel_pauses_and_goes_on_once_it_is_open(
    room: Mailroom, posters: Channel, how: str, remedy: str, *, known: bool
) -> None:
    if known:
        room.intend("before")
        work(room)
    close(room, posters, how)
    for intent, channel in (("a", "#posters"), ("b", "#posters"), ("c", "#general")):
        room.intend(intent, channel)
    work(room)
    assert [room.state(intent) for intent in "abc"] == ["waiting", "waiting", "sent"]
    [pause] = paused(room)
    assert pause.channel == "#posters"
    assert remedy in pause.remedy
    [told] = room.told()
    assert "I can't post in #posters: " in told
    assert remedy in told
    reopen(room, posters)
    work(room, 2 * pauses.PROBE)
    assert [len(room.standing(intent)) for intent in "ab"] == [1, 1]
    assert paused(room) == []
    assert "I can post in #posters again." in room.told()[1]
    assert len(room.told()) == 2


def test_where_only_posting_tells_it_is_tried_in_silence(room: Mailroom) -> None:
    room.intend("a")
    for tick in range(3):
        room.slack.fault(POST, "restricted_action")
        work(room)
        assert (len(room.asked(POST)), len(room.told())) == (tick + 2, 1)
    work(room)
    assert (room.state("a"), paused(room), len(room.told())) == ("sent", [], 2)


def test_what_waited_too_long_is_given_up_without_a_word(room: Mailroom, posters: Channel) -> None:
    room.intend("before")
    work(room)
    posters.is_member = False
    room.intend("old")
    room.intend("board", kind="leaderboard")
    work(room, pauses.PROBE)
    room.clock.forward(DAY)
    room.intend("fresh")
    reopen(room, posters)
    work(room, 3 * pauses.PROBE)
    states = [room.state(intent) for intent in ("old", "board", "fresh")]
    assert states == ["buried", "sent", "sent"]
    assert "for too long" in room.error("old")
    assert len(room.told()) == 2


def test_a_pause_is_told_once_in_the_log_as_well(
    room: Mailroom, posters: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    posters.is_member = False
    room.intend("a")
    with caplog.at_level(logging.WARNING):
        work(room, 5 * pauses.PROBE)
        reopen(room, posters)
        work(room, 2 * pauses.PROBE)
    assert [each.message for each in caplog.records] == [
        (
            "Nothing is posted in #posters: the bot is not a member."
            " Type /invite @posterpulse in #posters."
        ),
        "Messages are posted in #posters again.",
    ]


def test_a_new_start_tries_at_once(room: Mailroom, posters: Channel) -> None:
    posters.is_member = False
    room.intend("a")
    room.delivery().deliver()
    reopen(room, posters)
    assert room.delivery().deliver(room.clock.wait) == 2  # it, and a word to the manager


def test_a_pause_of_which_nobody_wants_to_hear_ends_in_silence(
    room: Mailroom, posters: Channel
) -> None:
    posters.is_member = False
    room.intend("a")
    work(room, pauses.PROBE)
    room.clock.forward(DAY)
    work(room, pauses.PROBE)
    assert paused(room) == []
    assert (room.state("a"), len(room.told())) == ("buried", 1)


def test_a_channel_that_is_to_get_something_stays_paused(room: Mailroom, posters: Channel) -> None:
    wanted = Subscription(0, "digest", "#posters", Schedule("09:00", "UTC"))
    with room.database.write() as tx:
        subscriptions.reconcile(tx, [wanted], room.clock(), frozenset())
    room.intend("before")
    work(room)
    posters.is_member = False
    room.intend("a")
    work(room, pauses.PROBE)
    room.clock.forward(2 * DAY)
    work(room, 2 * pauses.PROBE)
    assert (room.state("a"), len(paused(room))) == ("buried", 1)
    reopen(room, posters)
    work(room, pauses.PROBE)
    assert (paused(room), len(room.told())) == ([], 2)


def test_a_renamed_channel_is_the_same_channel(room: Mailroom, posters: Channel) -> None:
    room.intend("a")
    work(room)
    posters.name = "wall"
    room.intend("b")
    work(room)
    assert [room.state(each) for each in "ab"] == ["sent", "sent"]
    assert room.told() == []


def test_a_channel_that_was_deleted_and_made_anew_is_found(
    room: Mailroom, posters: Channel
) -> None:
    room.intend("a")
    work(room)
    posters.name, posters.is_private, posters.is_member = "gone", True, False
    room.intend("b")
    work(room)
    room.slack.workspace.add_channel("posters")
    work(room, 2 * pauses.PROBE)
    assert [each.text for each in room.slack.workspace.messages("posters")] == ["Scans"]
    assert len(room.standing("b")) == 1


def test_two_names_of_a_channel_share_its_pace(room: Mailroom, posters: Channel) -> None:
    for intent, channel in (("a", "#posters"), ("b", "posters"), ("c", posters.id)):
        room.intend(intent, channel)
    delivery = room.delivery()
    assert [delivery.deliver() for _ in range(2)] == [1, 0]
    for _ in "bc":
        room.clock.forward(1)
        assert delivery.deliver() == 1
    [a], [b], [c] = (room.standing(each) for each in "abc")
    assert room.slack.workspace.messages("posters") == [a, b, c]


def test_a_person_who_left_pauses_nothing(room: Mailroom) -> None:
    room.slack.fault(POST, "user_disabled")
    room.intend("a", "U0MAYA")
    work(room)
    assert (room.state("a"), paused(room)) == ("buried", [])


def test_a_doubt_outlives_a_pause(room: Mailroom, posters: Channel) -> None:
    room.slack.fault(POST, "cut_after")
    room.intend("a")
    room.delivery().deliver()
    posters.is_member = False
    work(room, pauses.PROBE)
    assert (room.state("a"), len(paused(room))) == ("sending", 1)
    reopen(room, posters)
    work(room, 3 * pauses.PROBE)
    assert (room.state("a"), len(room.standing("a")), len(room.asked(POST))) == ("sent", 1, 3)
    assert BOSS in room.slack.workspace.dms
