"""Rows of a feed that could not be read, kept whole until they can."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain.model import Reject
    from bot.store.database import Transaction


def add(tx: Transaction, feed: str, rejects: Iterable[Reject], now: int) -> int:
    """Keep these rows; returns how many were not there before."""
    new = 0
    for reject in rejects:
        digest = hashlib.sha256(reject.body.encode()).hexdigest()
        ((times,),) = tx.rows(
            """insert into quarantine
                (feed, body, digest, reason, first_seen, last_seen, times)
            values (:feed, :body, :digest, :reason, :now, :now, 1)
            on conflict (feed, digest) do update set reason = excluded.reason,
                last_seen = excluded.last_seen, times = quarantine.times + 1
            returning times""",
            feed=feed,
            body=reject.body,
            digest=digest,
            reason=reject.reason,
            now=now,
        )
        new += times == 1
    return new


def count(tx: Transaction) -> int:
    """How many rows are in quarantine."""
    ((rows,),) = tx.rows("select count(*) from quarantine")
    return int(rows)
