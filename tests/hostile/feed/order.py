"""Entries of a list, and orders that are another at each request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from tests.hostile.feed.rows import Scan


@dataclass(eq=False)
class Entry:
    """One place in the list: a scan, another place of the same scan, or junk."""

    at: float
    serial: int
    tie: float
    scan: Scan | None
    shown: bytes
    key: tuple[float, ...] = ()

    @property
    def id(self) -> str:
        """The id of its scan; for junk, what is shown."""
        return self.scan.id if self.scan else self.shown.decode()


def shuffled(entries: list[Entry], offset: int, limit: int, chance: Random) -> list[Entry]:
    """The page when every group of equal times stands in an order of this moment."""
    start, end = offset, min(offset + limit, len(entries))
    if start >= end:
        return []
    while start and entries[start - 1].at == entries[start].at:
        start -= 1
    while end < len(entries) and entries[end].at == entries[end - 1].at:
        end += 1
    part = entries[start:end]
    chance.shuffle(part)
    part.sort(key=lambda entry: entry.at, reverse=entries[start].at > entries[end - 1].at)
    return part[offset - start : offset - start + limit]


def rough(
    entries: list[Entry], offset: int, limit: int, chance: Random, share: float
) -> list[Entry]:
    """The page when some neighbours have changed places."""
    start = max(0, offset - chance.choice((1, 2)))
    part = entries[start : offset + limit + 1]
    for at in range(0, len(part) - 1, 2):
        if chance.random() < share:
            part[at], part[at + 1] = part[at + 1], part[at]
    return part[offset - start : offset - start + limit]
