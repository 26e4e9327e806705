"""A finished message, ready to be sent, kept in an outbox or printed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Block: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """What Slack shows.

    `text` is the sentence for notifications and screen readers. `blocks` are the Block Kit
    dictionaries. `plain` are the same blocks with text in place of native charts and data tables,
    for a workspace that doesn't know these yet; None where `blocks` hold none.
    """

    text: str
    blocks: tuple[Block, ...]
    plain: tuple[Block, ...] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The message as JSON types; `from_dict` turns it back."""
        plain = None if self.plain is None else list(self.plain)
        return {"text": self.text, "blocks": list(self.blocks), "plain": plain}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Message:
        """The message that `to_dict` wrote.

        Raises:
            KeyError: If `data` is no such message.
        """
        plain = data["plain"]
        return cls(data["text"], tuple(data["blocks"]), None if plain is None else tuple(plain))

    def to_json(self) -> str:
        """The message as the outbox keeps it; `from_json` turns it back."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> Message:
        """The message that `to_json` wrote.

        Raises:
            ValueError: If `text` is no JSON.
            KeyError: If it holds no such message.
        """
        return cls.from_dict(json.loads(text))
