from __future__ import annotations

import pytest

from bot.slack.sender import Channel, Refused, Sender
from tests.slack.stand_in import Reply, StandIn, no, ok


def described(name: str, number: int = 1, *, member: bool = True) -> dict[str, object]:
    return {"id": f"C{number}", "name": name, "is_member": member, "is_private": False}


@pytest.mark.parametrize("typed", ["campus", "#campus", " #campus "])
def test_a_name_is_looked_up_page_by_page(slack: StandIn, sender: Sender, typed: str) -> None:
    slack.on(
        "conversations.list",
        ok(channels=[described("other", 2)], response_metadata={"next_cursor": "two"}),
        ok(channels=[described("campus")]),
    )
    found = sender.channel_id(typed)
    assert found == Channel("C1", "campus", is_member=True, is_private=False, is_archived=False)


def test_a_known_name_costs_one_call_and_is_still_fresh(slack: StandIn, sender: Sender) -> None:
    slack.on("conversations.list", ok(channels=[described("campus")]))
    slack.on("conversations.info", ok(channel=described("campus", member=False)))
    assert sender.channel_id("#campus").is_member
    assert not sender.channel_id("#campus").is_member
    assert [method for method, _ in slack.calls] == ["conversations.list", "conversations.info"]


@pytest.mark.parametrize("then", [ok(channel=described("old-campus")), no("channel_not_found")])
def test_a_name_that_moved_on_is_looked_up_again(
    slack: StandIn, sender: Sender, then: Reply
) -> None:
    listed = [ok(channels=[described("campus", n)]) for n in (1, 2)]
    slack.on("conversations.list", *listed)
    slack.on("conversations.info", then)
    assert [sender.channel_id("campus").id for _ in range(2)] == ["C1", "C2"]


@pytest.mark.parametrize("typed", ["C1", "<#C1>", "<#C1|campus>"])
def test_an_id_is_asked_for_directly(slack: StandIn, sender: Sender, typed: str) -> None:
    slack.on("conversations.info", ok(channel=described("campus")))
    assert sender.channel_id(typed).name == "campus"


@pytest.mark.parametrize("typed", ["U0A1", "<@U0A1>", "<@U0A1|maya>"])
def test_a_person_is_a_channel(slack: StandIn, sender: Sender, typed: str) -> None:
    assert sender.channel_id(typed).id == "U0A1"
    assert not slack.calls


def test_without_the_scope_for_private_channels_the_public_ones_are_listed(
    slack: StandIn, sender: Sender
) -> None:
    slack.on("conversations.list", no("missing_scope"), ok(channels=[described("campus")]))
    assert sender.channel_id("campus").id == "C1"
    assert slack.asked("conversations.list")[-1]["types"] == "public_channel"


def test_an_unknown_name_says_how_to_invite(slack: StandIn, sender: Sender) -> None:
    slack.on("conversations.list", ok(channels=[described("other")]))
    with pytest.raises(Refused, match=r"#campus.*/invite @posterpulse") as caught:
        sender.channel_id("campus")
    assert (caught.value.code, caught.value.permanent) == ("channel_not_found", True)
