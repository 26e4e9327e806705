"""What Slack gives for a message, and what its ids tell; apart from the sender, slow to load."""

from __future__ import annotations

from dataclasses import dataclass


def is_person(id_: str) -> bool:
    """Whether a Slack id is that of a person rather than of a channel."""
    return id_.startswith(("U", "W"))


@dataclass(frozen=True, slots=True)
class Receipt:
    """Slack's proof that a message stands in a channel: the channel's id and the time stamp."""

    channel: str
    ts: str
