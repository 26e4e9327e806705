"""Showing the Home, and finding the address of a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.slack.message import Message
from bot.slack.sender import Limited, Receipt, Refused
from tests.slack.stand_in import Reply, no, ok
from tests.slack.test_sender import MESSAGE, PLAIN, RICH

if TYPE_CHECKING:
    from bot.slack.sender import Sender
    from tests.slack.stand_in import StandIn


def test_a_home_is_shown_to_one_person(slack: StandIn, sender: Sender) -> None:
    slack.on("views.publish", ok(view={}))
    sender.publish_home("U1", MESSAGE)
    assert slack.asked("views.publish") == [
        {"user_id": "U1", "view": {"type": "home", "blocks": list(RICH)}}
    ]


@pytest.mark.parametrize("code", ["invalid_blocks", "invalid_arguments"])
def test_unfamiliar_blocks_are_shown_as_text(slack: StandIn, sender: Sender, code: str) -> None:
    slack.on("views.publish", no(code), ok(view={}))
    sender.publish_home("U1", MESSAGE)
    assert [asked["view"]["blocks"] for asked in slack.asked("views.publish")] == [
        list(RICH),
        list(PLAIN),
    ]


def test_what_slack_does_not_show(slack: StandIn, sender: Sender) -> None:
    slack.on("views.publish", no("invalid_arguments"))
    with pytest.raises(Refused, match="invalid_arguments"):
        sender.publish_home("U1", Message("Scans", PLAIN))
    slack.on("views.publish", no("not_enabled"))
    with pytest.raises(Refused, match="Switch on the Home tab"):
        sender.publish_home("U1", MESSAGE)
    slack.on("views.publish", Reply({"ok": False}, 429, {"Retry-After": "7"}))
    with pytest.raises(Limited, match="7 seconds"):
        sender.publish_home("U1", MESSAGE)


def test_the_address_of_a_message(slack: StandIn, sender: Sender) -> None:
    slack.on("chat.getPermalink", ok(permalink="https://x.slack.com/archives/C1/p1"))
    assert sender.permalink(Receipt("C1", "1.5")) == "https://x.slack.com/archives/C1/p1"
    assert slack.asked("chat.getPermalink") == [{"channel": "C1", "message_ts": "1.5"}]
    slack.on("chat.getPermalink", no("message_not_found"))
    with pytest.raises(Refused):
        sender.permalink(Receipt("C1", "1.5"))
