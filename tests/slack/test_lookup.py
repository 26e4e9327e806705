from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.slack.errors import Refused, Unknown
from bot.slack.lookup import REMEMBERED, Lookup
from bot.slack.sender import make_client
from tests.slack.stand_in import TOKEN, Reply, StandIn, no, ok

if TYPE_CHECKING:
    from collections.abc import Callable

MEMBERS, INFO = "usergroups.users.list", "conversations.info"


class Watch:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def lookup(slack: StandIn, watch: Callable[[], float]) -> Lookup:
    return Lookup(make_client(TOKEN, slack.url, timeout=10), watch)


def test_members_are_asked_for_once_in_a_while(
    slack: StandIn, lookup: Lookup, watch: Watch
) -> None:
    slack.on(MEMBERS, ok(users=["U1", "U2"]), ok(users=["U1"]))
    assert lookup.members("S1") == ("U1", "U2")
    watch.now = REMEMBERED - 1
    assert lookup.members("S1") == ("U1", "U2")
    assert slack.asked(MEMBERS) == [{"usergroup": "S1"}]
    watch.now = REMEMBERED
    assert lookup.members("S1") == ("U1",)


def test_what_slack_does_not_tell_is_not_remembered(
    slack: StandIn, lookup: Lookup, watch: Watch
) -> None:
    slack.on(
        MEMBERS, no("missing_scope", needed="usergroups:read"), ok(users=["U1"]), Reply(cut=True)
    )
    with pytest.raises(Refused, match="usergroups:read"):
        lookup.members("S1")
    assert lookup.members("S1") == ("U1",)
    watch.now = REMEMBERED
    with pytest.raises(Unknown):
        lookup.members("S1")


def test_each_has_its_own(slack: StandIn, lookup: Lookup) -> None:
    slack.on(MEMBERS, ok(users=["U1"]), ok(users=[]), ok())
    assert [lookup.members(group) for group in ("S1", "S2", "S3", "S1")] == [
        ("U1",),
        (),
        (),
        ("U1",),
    ]


def test_the_name_of_a_channel(slack: StandIn, lookup: Lookup) -> None:
    slack.on(INFO, ok(channel={"id": "G1", "name": "secret"}), ok(channel={"id": "D1"}))
    for _ in range(2):
        assert lookup.channel_name("G1") == "secret"
        assert lookup.channel_name("D1") == ""
    assert len(slack.asked(INFO)) == 2
