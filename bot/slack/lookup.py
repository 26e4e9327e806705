"""Who is in a user group, and what a channel is called: small facts that rarely change."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from bot.slack.client import call

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk import WebClient

REMEMBERED = 300.0  # seconds in which somebody who left may still be taken for a member
_Fact = TypeVar("_Fact")


class Lookup:
    """Asks Slack at most every five minutes for each fact; safe in any thread.

    Every method raises `SlackError` where Slack does not tell; what was known is not used then.
    """

    def __init__(self, client: WebClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._members: dict[str, tuple[float, tuple[str, ...]]] = {}
        self._names: dict[str, tuple[float, str]] = {}

    def members(self, group: str) -> tuple[str, ...]:
        """The ids of the people in the group with the id `group` (S...)."""
        return self._remembered(self._members, group, self._ask_members)

    def channel_name(self, channel: str) -> str:
        """What the channel with the id `channel` is called, without #; empty for people."""
        return self._remembered(self._names, channel, self._ask_name)

    def _remembered(
        self, known: dict[str, tuple[float, _Fact]], key: str, ask: Callable[[str], _Fact]
    ) -> _Fact:
        now = self._clock()
        if key in known and now - known[key][0] < REMEMBERED:
            return known[key][1]
        fact = ask(key)
        known[key] = now, fact
        return fact

    def _ask_members(self, group: str) -> tuple[str, ...]:
        answer = call(self._client.usergroups_users_list, group, usergroup=group)
        return tuple(str(user) for user in answer.get("users") or ())

    def _ask_name(self, channel: str) -> str:
        answer = call(self._client.conversations_info, channel, channel=channel)
        return str((answer.get("channel") or {}).get("name") or "")
