"""Rows of a feed that could not be read, kept whole until they can."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.store.keys import rows_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from bot.domain.model import Reject
    from bot.store.database import Transaction

EVERY_ROW = 2**62


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row in quarantine: how often it came and when, in UTC seconds; `body` is its JSON text."""

    key: int
    feed: str
    reason: str
    body: str = field(repr=False)
    first_seen: int
    last_seen: int
    times: int

    @property
    def kind(self) -> str:
        """What the row should have been: impressions, posters or users."""
        return _kind_of(self.feed)


_COLUMNS = "key, feed, reason, body, first_seen, last_seen, times"


def add(tx: Transaction, feed: str, rejects: Iterable[Reject], now: int) -> int:
    """Keep these rows; returns how many were not there before."""
    new = 0
    for reject in rejects:
        digest = hashlib.sha256(reject.body.encode()).hexdigest()
        ((times,),) = tx.rows(
            """insert into quarantine
                (feed, row, body, digest, reason, first_seen, last_seen, times)
            values (:feed, :row, :body, :digest, :reason, :now, :now, 1)
            on conflict (feed, digest) do update set reason = excluded.reason,
                last_seen = excluded.last_seen, times = quarantine.times + 1
            returning times""",
            feed=feed,
            row=reject.id,
            body=reject.body,
            digest=digest,
            reason=reject.reason,
            now=now,
        )
        new += times == 1
    return new


def count(tx: Transaction, up_to: int = EVERY_ROW) -> int:
    """How many rows are in quarantine, of those whose key is no greater than `up_to`."""
    ((rows,),) = tx.rows("select count(*) from quarantine where key <= :up_to", up_to=up_to)
    return int(rows)


def newest(tx: Transaction, most: int = EVERY_ROW) -> list[Quarantined]:
    """Rows in quarantine, those that came last first."""
    query = f"select {_COLUMNS} from quarantine order by last_seen desc, key desc limit :most"
    return [Quarantined(*row) for row in tx.rows(query, most=most)]


def following(tx: Transaction, key: int, most: int) -> list[Quarantined]:
    """The rows in quarantine with the next greater keys, in their order."""
    query = f"select {_COLUMNS} from quarantine where key > :key order by key limit :most"
    return [Quarantined(*row) for row in tx.rows(query, key=key, most=most)]


def remove(tx: Transaction, keys: Iterable[int]) -> None:
    """Let the rows with these keys go."""
    tx.many("delete from quarantine where key = ?", [(key,) for key in keys])


def release(tx: Transaction, kind: str, ids: Collection[str]) -> int:
    """Let rows of this kind go that bear one of these ids: a row that can be read has come since.

    Returns how many there were. One look at the table where it is empty, two where nothing in it
    bears such an id.
    """
    if not ids or not tx.rows("select 1 from quarantine limit 1"):
        return 0
    found = rows_of(tx, "select row, key, feed from quarantine where row in", ids)
    keys = [key for _, key, feed in found if _kind_of(feed) == kind]
    if keys:
        remove(tx, keys)
    return len(keys)


def _kind_of(feed: str) -> str:
    """The kind of "impressions", "impressions/prog_1" and "import/impressions" is the same."""
    return feed.removeprefix("import/").partition("/")[0]
