"""Which rows of a list without order are gone: those that two whole walks did not see.

A walk writes down what it sees. Rows that it did not see become suspects; those that were suspects
already are gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.store import impressions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.store.database import Transaction, Value


def begin(tx: Transaction, feed: int) -> None:
    """A walk begins: nothing was seen yet."""
    tx.execute("delete from sighting where feed = :feed", feed=feed)


def see(tx: Transaction, feed: int, ids: Sequence[str]) -> None:
    """The walk saw these rows."""
    tx.many(
        "insert into sighting (feed, id) values (?, ?) on conflict (feed, id) do nothing",
        [(feed, id_) for id_ in tx.pack(ids)],
    )


def saw_any(tx: Transaction, feed: int) -> bool:
    """Whether the walk saw any row at all."""
    return bool(tx.rows("select 1 from sighting where feed = :feed limit 1", feed=feed))


def close(tx: Transaction, feed: int, now: int) -> int:
    """The walk has seen all of the list; returns how many rows are gone for good."""
    unseen = _unseen(tx, feed)
    before = {id_ for (id_,) in tx.rows("select id from suspect where feed = :feed", feed=feed)}
    gone = [id_ for id_ in unseen if id_ in before]
    forget(tx, feed)
    tx.many(
        "insert into suspect (feed, id) values (?, ?)",
        [(feed, id_) for id_ in unseen if id_ not in before],
    )
    return impressions.delete(tx, [tx.unpack(id_) for id_ in gone], now)


def suspects(tx: Transaction, feed: int) -> int:
    """How many rows the last walk did not see and the one before did."""
    ((rows,),) = tx.rows("select count(*) from suspect where feed = :feed", feed=feed)
    return int(rows)


def forget(tx: Transaction, feed: int) -> None:
    """Let go of what was seen and suspected."""
    begin(tx, feed)
    tx.execute("delete from suspect where feed = :feed", feed=feed)


def _unseen(tx: Transaction, feed: int) -> list[Value]:
    rows = tx.rows(
        """select i.id from impression i
        left join sighting s on s.feed = i.feed and s.id = i.id
        where i.feed = :feed and s.id is null order by i.id""",
        feed=feed,
    )
    return [id_ for (id_,) in rows]
