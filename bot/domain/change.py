"""Who changed what: what somebody did in Slack, and what the settings say in another way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.noise import Scope

SETTINGS = "config.toml"  # the author of what the settings changed


class Deed(StrEnum):
    """What was done."""

    MUTED = "muted"
    UNMUTED = "unmuted"
    STOOD = "stood"
    SUBSCRIBED = "subscribed"
    RESUBSCRIBED = "resubscribed"
    UNSUBSCRIBED = "unsubscribed"
    MANAGERS = "managers"


@dataclass(frozen=True, slots=True)
class Change:
    """What `author` (a Slack id, or the settings) did `at` an instant (UTC seconds).

    `subject` is what it was done to: of a mute and of a poster as in `Mute`, with its `scope`; of a
    subscription its kind; empty for the managers. `detail` says how it is since then: when a mute
    ends (UTC seconds), what became of a poster (`State`), the schedule and filters of a
    subscription in words, the managers' ids.
    """

    at: int
    author: str
    deed: Deed
    subject: str = ""
    scope: Scope = Scope.OVERALL
    channel: str = ""
    detail: str = ""
