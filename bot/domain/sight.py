"""What somebody may know of channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Sight:
    """The channels of which somebody may know all, as the settings name them; None for every."""

    channels: frozenset[str] | None = None

    def sees(self, channel: str) -> bool:
        """Whether all about a channel may be told."""
        return self.channels is None or channel in self.channels


EVERYTHING: Final = Sight()
NOTHING: Final = Sight(frozenset())
