"""How far the sweep of each feed has come; written in the transaction of the rows it covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.store.database import Transaction


def load(tx: Transaction, feed: str) -> str | None:
    """The saved sweep of a feed as it was given to `save`, None before the first."""
    rows = tx.rows("select sweep from cursor where feed = :feed", feed=feed)
    return rows[0][0] if rows else None


def save(tx: Transaction, feed: str, sweep: str, finished_at: int | None = None) -> None:
    """Keep the sweep; `finished_at` (UTC seconds) when it has just finished."""
    tx.execute(
        """insert into cursor (feed, sweep, finished_at) values (:feed, :sweep, :finished_at)
        on conflict (feed) do update set sweep = excluded.sweep,
            finished_at = coalesce(excluded.finished_at, cursor.finished_at)""",
        feed=feed,
        sweep=sweep,
        finished_at=finished_at,
    )


def fresh_until(tx: Transaction, feeds: list[str]) -> int | None:
    """Up to when all these feeds are known, in UTC seconds; None where one never finished."""
    found = dict(tx.rows("select feed, finished_at from cursor"))
    times = [found.get(feed) for feed in feeds]
    return None if None in times or not times else min(t for t in times if t is not None)
