"""What was learned of the rhythm of scans, as one block of bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.store.database import Transaction


def load(tx: Transaction) -> bytes | None:
    """What was saved last; None where nothing was."""
    rows = tx.rows("select state from watch where key = 1")
    return bytes(rows[0][0]) if rows else None


def save(tx: Transaction, until: int, state: bytes) -> None:
    """Keep what was learned until then (UTC seconds)."""
    tx.execute(
        """insert into watch (key, until, state) values (1, :until, :state)
        on conflict (key) do update set until = excluded.until, state = excluded.state""",
        until=until,
        state=state,
    )
