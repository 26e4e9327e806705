"""Who scanned, as a keyed hash: enough to count different people, too little to know one."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from struct import Struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.domain.model import Impression

DAY = 86_400

_SIZE = 8
_signed = Struct(">q").unpack


def month_of(at: int) -> str:
    """The month whose secret hashes a scan at this time ("2026-11", UTC)."""
    return _month_of_day(at // DAY)


@lru_cache(maxsize=1024)
def _month_of_day(day: int) -> str:
    return datetime.fromtimestamp(day * DAY, UTC).strftime("%Y-%m")


def keyed(secret: bytes) -> blake2b:
    """What `hashed` begins with under this secret; to take it in costs as much as a hash."""
    return blake2b(digest_size=_SIZE, key=secret)


def hashed(scans: Iterable[Impression], keyed_of: Mapping[int, blake2b]) -> list[int | None]:
    """For each scan, eight bytes of a keyed hash over address and agent, as a signed integer.

    None without an address: the agent alone is shared by far too many people.

    Args:
        scans: Any scans.
        keyed_of: What is `keyed` with the secret of the month, by days since 1970 in UTC.
    """
    found: list[int | None] = []
    for _, _, _, _, at, agent, _, address in scans:
        if not address:
            found.append(None)
            continue
        state = keyed_of[at // DAY].copy()
        state.update(f"{address}\n{agent or ''}".encode())
        found += _signed(state.digest())
    return found


def fingerprint(secret: bytes, scan: Impression) -> int | None:
    """The hash of one scan alone; see `hashed`."""
    return hashed([scan], {scan.scanned_at // DAY: keyed(secret)})[0]
