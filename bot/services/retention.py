"""Dropping impressions for their age; what was counted stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.store import retention

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.database import Database, Transaction

_DAY = 86_400
# Rows a transaction: tens of milliseconds, so that nobody waits long for a turn to write.
_STEP = 2000


@dataclass(frozen=True, slots=True)
class Retention:
    """Keeps impressions for `keep_days`, 0 for ever; `clock` tells UTC seconds."""

    database: Database
    keep_days: int
    clock: Callable[[], int]

    def drop(self) -> int:
        """Drop what is too old and return how many impressions that were.

        Takes short transactions and little memory. One that is interrupted, or runs in several
        processes, leaves nothing wrong: the first step says that nothing so old is taken in any
        more, and the next call goes on with the rest.

        Raises:
            StoreError: when the store can't be written.
        """
        if not self.keep_days:
            return 0
        with self.database.write() as tx:
            retention.advance(tx, self.clock() - self.keep_days * _DAY)
        self._all(retention.drop_deleted)
        return self._all(retention.drop)

    def _all(self, drop: Callable[[Transaction, int], int]) -> int:
        dropped = 0
        while True:
            with self.database.write() as tx:
                step = drop(tx, _STEP)
            dropped += step
            if step < _STEP:
                return dropped
