"""Hashing who scanned, with the secrets that the store keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.scanner import DAY, hashed, keyed, month_of
from bot.store.scanner_keys import secret_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from hashlib import blake2b

    from bot.domain.model import Impression
    from bot.store.database import Transaction


class Scanners:
    """Turns impressions into hashes within one transaction, which may make a secret and undo it."""

    def __init__(self, tx: Transaction) -> None:
        """`tx` must write: a month has its secret from the first scan that needs it."""
        self._keyed_of = _Days(tx)

    def __call__(self, rows: Iterable[Impression]) -> list[int | None]:
        """For each row the hash of who scanned, None where nothing tells."""
        return hashed(rows, self._keyed_of)


class _Days(dict[int, "blake2b"]):
    """What hashes the scans of a day, by days since 1970; the days of a month share it."""

    def __init__(self, tx: Transaction) -> None:
        super().__init__()
        self._tx = tx
        self._of_month: dict[str, blake2b] = {}

    def __missing__(self, day: int) -> blake2b:
        month = month_of(day * DAY)
        if month not in self._of_month:
            self._of_month[month] = keyed(secret_of(self._tx, month))
        self[day] = self._of_month[month]
        return self[day]
