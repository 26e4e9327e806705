"""Hashing who scanned, with the secrets that the store keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.scanner import Hasher, month_of
from bot.store.scanner_keys import secret_of

if TYPE_CHECKING:
    from bot.domain.model import Impression
    from bot.store.database import Transaction

_DAY = 86_400


class Scanners:
    """Turns impressions into hashes within one transaction, which may make a secret and undo it."""

    def __init__(self, tx: Transaction) -> None:
        """`tx` must write: a month has its secret from the first scan that needs it."""
        self._tx = tx
        self._of_day: dict[int, Hasher] = {}

    def __call__(self, row: Impression) -> int | None:
        """The hash of who scanned, None where nothing tells."""
        hasher = self._of_day.get(row.scanned_at // _DAY) or self._of(row.scanned_at)
        return hasher(row)

    def _of(self, at: int) -> Hasher:
        hasher = self._of_day[at // _DAY] = Hasher(secret_of(self._tx, month_of(at)))
        return hasher
