"""What Slack gives for a message; apart from the sender, which is slow to load."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Receipt:
    """Slack's proof that a message stands in a channel: the channel's id and the time stamp."""

    channel: str
    ts: str
