from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.permissions import Asker, Permissions
from bot.slack.errors import Unknown
from bot.slack.terminal import as_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.slack.message import Message

GROUPS = {"S1": ("U1", "U2"), "S2": ("U3",), "S3": ()}
NAMES = {"C1": "campus", "G1": "secret", "D1": ""}
USERS = st.sampled_from(["U1", "U2", "U3", "U4", "U5"])


def members(group: str) -> Sequence[str]:
    if group not in GROUPS:
        raise Unknown("Slack has trouble.")
    return GROUPS[group]


def name_of(channel: str) -> str:
    if channel not in NAMES:
        raise Unknown("Slack has trouble.")
    return NAMES[channel]


def who(managers: Sequence[str] = (), ask_in: Sequence[str] = ()) -> Permissions:
    return Permissions(managers, ask_in, members, name_of)


def read(message: Message | None) -> str:
    return as_text(message, 200) if message else ""


@given(USERS, st.lists(st.sampled_from(["U4", "U5", *GROUPS])))
def test_managers_are_those_named_and_those_in_their_groups(user: str, managers: list[str]) -> None:
    people = {person for each in managers for person in GROUPS.get(each, (each,))}
    refusal = who(managers).to_change(Asker(user))
    assert (refusal is None) is (not managers or user in people)
    if refusal:
        assert "for managers only" in refusal.text


@given(USERS, st.lists(st.sampled_from(["U4", "U5", "S1", "S9"])))
def test_who_is_not_known_to_be_a_manager_is_none(user: str, managers: list[str]) -> None:
    managers = ["S9", *managers]
    known = {person for each in managers for person in GROUPS.get(each, (each,))}
    refusal = who(managers).to_change(Asker(user))
    assert (refusal is None) is (user in known)
    if refusal:
        assert "nothing was changed" in refusal.text


def test_whom_to_ask(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    stranger = Asker("U9")
    few = read(who(["U4", "S1", "U4"]).to_change(stranger))
    assert few == "That is for managers only. Please ask @U4, @U1 or @U2."
    assert read(who(["U4"]).to_change(stranger)).endswith("Please ask @U4.")
    assert read(who(["S3"]).to_change(stranger)) == "That is for managers only."
    assert not caplog.records
    unknown = read(who(["S9", "U4"]).to_change(stranger))
    assert "Please try again in a minute, or ask @U4." in unknown
    assert "posterpulse check" in unknown
    assert caplog.messages == [
        "The managers in the group S9 are not known: Slack has trouble.",
    ]


@pytest.mark.parametrize(
    ("ask_in", "channel", "name", "answered"),
    [
        ([], "C1", "campus", True),
        ([], "D1", "directmessage", True),
        ([], "", "", True),
        (["#campus"], "C1", "campus", True),
        (["campus"], "C1", "campus", True),
        (["C1"], "C1", "campus", True),
        (["#secret"], "G1", "privategroup", True),
        (["G1"], "G1", "privategroup", True),
        (["#secret"], "C1", "campus", False),
        (["#campus"], "D1", "directmessage", False),
        # One that Slack doesn't show to the bot, and a press outside of channels.
        (["#campus"], "G2", "privategroup", False),
        (["#campus"], "", "", False),
    ],
)
def test_where_questions_are_answered(
    ask_in: list[str], channel: str, name: str, *, answered: bool
) -> None:
    refusal = who(ask_in=ask_in).to_ask(Asker("U1", channel, name))
    assert (refusal is None) is answered


def test_where_to_ask_instead() -> None:
    def told(*channels: str) -> str:
        return read(who(ask_in=channels).to_ask(Asker("U1", "C2")))

    assert told("#campus") == "I answer questions in #campus. Please ask there."
    assert told("#campus", "C0123") == "I answer questions in #campus and #C0123. Please ask there."
    assert told("#a", "#b", "#c", "#d", "#e").startswith(
        "I answer questions in #a, #b, #c and 2 more."
    )
