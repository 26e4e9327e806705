"""Ids of impressions in few bytes: what a feed calls a row, a hundred thousand times over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.store.database import Value

# Written any other way, an id would not come back as it went in.
_canonical = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
_LENGTH = 36


def pack(id_: str) -> str | bytes:
    """A canonical lower-case UUID as its 16 bytes, anything else as it is."""
    if len(id_) == _LENGTH and _canonical(id_):
        return bytes.fromhex(id_.replace("-", ""))
    return id_


def unpack(value: Value) -> str:
    """The id that `pack` packed."""
    if isinstance(value, bytes):
        digits = value.hex()
        return "-".join(
            (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]),
        )
    return str(value)
