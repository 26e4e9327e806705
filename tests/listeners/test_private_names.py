"""Who hears the names of private channels, in answers about the bot itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.noise import Mute
from bot.domain.noise import Scope as Cover
from bot.domain.subscription import Schedule, Subscription
from bot.sandbox.blocks import problems
from bot.sandbox.workspace import YOU
from bot.store import lanes, mutes, outbox, pauses, subscriptions
from bot.store.pauses import Pause
from tests.listeners.conftest import NOW, ZONE, shown

if TYPE_CHECKING:
    from bot.store.database import Transaction
    from tests.listeners.conftest import Room

HOUR = 3600


@pytest.fixture
def room(room: Room) -> Room:
    """A room beside a private channel, and all that can be said of either."""
    room.slack.workspace.add_channel("secret", is_private=True)
    daily = Schedule("09:00", ZONE)
    wanted = [Subscription(0, "digest", channel, daily) for channel in ("#posters", "#secret")]
    with room.database.write() as tx:
        subscriptions.reconcile(tx, wanted, NOW, frozenset())
        for channel in ("#posters", "#secret"):
            about(tx, channel)
    return room


def about(tx: Transaction, channel: str) -> None:
    """A channel is closed, a message to it was given up, and a poster is muted there."""
    lanes.find(tx, channel, channel, channel)
    outbox.add(tx, channel, "digest", channel, "{}", NOW - HOUR)
    parcel = outbox.claim(tx, NOW, "me")
    assert parcel
    outbox.bury(tx, parcel.key, f"Slack refused. Type /invite in {channel}.")
    pauses.begin(tx, channel, Pause(channel, NOW, "archived", f"Open {channel}."), dark=False)
    mutes.add(tx, Mute(channel, Cover.POSTER, "p_hall", NOW + HOUR, YOU, NOW))


def press(room: Room, words: str) -> str:
    """What a button brings that asks these words."""
    answer = room.press(room.button("ask", {"words": words}), "ask")
    assert problems(answer.blocks) == []
    return shown(answer)


@pytest.mark.parametrize("words", ["status", "mutes"])
def test_those_alone_who_manage_the_bot_hear_of_private_channels(room: Room, words: str) -> None:
    everyones = [shown(room.ask(words)), press(room, words)]
    room.managers.append(YOU)
    managers = [shown(room.ask(words)), press(room, words)]
    for answer in everyones:
        assert "#posters" in answer
        assert "secret" not in answer
        assert "private conversation" in answer
    for answer in managers:
        assert "#posters" in answer
        assert "#secret" in answer
        assert "private conversation" not in answer


def test_what_is_wrong_there_is_told_without_the_name(room: Room) -> None:
    answer = shown(room.ask("status"))
    for said in (
        "Nothing is posted in #posters: archived.",
        "Nothing is posted in a private conversation.",
        "A message to #posters was given up (digest).",
        "A message to a private conversation was given up (digest).",
        "Managers see here which one it is",
        "digest in a private conversation: ",
    ):
        assert said in answer


def test_mutes_of_private_channels_alone_are_told_as_such(room: Room) -> None:
    assert "1 more mute in private conversations." in shown(room.ask("mutes"))
    room.slack.workspace.channel("posters").is_private = True
    room.now += HOUR // 2  # what was known of the channel is no longer believed
    assert "2 mutes, in private conversations only." in shown(room.ask("mutes"))
