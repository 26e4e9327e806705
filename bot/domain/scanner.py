"""Who scanned, as a keyed hash: enough to count different people, too little to know one."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.model import Impression


def month_of(at: int) -> str:
    """The month whose secret hashes a scan at this time ("2026-11", UTC)."""
    return _month_of_day(at // 86_400)


@lru_cache(maxsize=1024)
def _month_of_day(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, UTC).strftime("%Y-%m")


class Hasher:
    """Hashes who scanned, with the secret of one month."""

    def __init__(self, secret: bytes) -> None:
        """Takes the secret in once: that costs as much as a hash."""
        self._keyed = blake2b(digest_size=8, key=secret)

    def __call__(self, impression: Impression) -> int | None:
        """Eight bytes of a keyed hash over address and agent, as a signed integer.

        None without an address: the agent alone is shared by far too many people.
        """
        if not impression.address:
            return None
        hashed = self._keyed.copy()
        hashed.update(f"{impression.address}\n{impression.agent or ''}".encode())
        return int.from_bytes(hashed.digest(), "big", signed=True)


def fingerprint(secret: bytes, impression: Impression) -> int | None:
    """The hash of one scan alone; see `Hasher`."""
    return Hasher(secret)(impression)
