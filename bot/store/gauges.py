"""Figures about the store that cost the same however much is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.store import counts
from bot.store.tallies import widths

if TYPE_CHECKING:
    from bot.store.database import Transaction


def scans(tx: Transaction) -> int | None:
    """All scans that were counted; None while a first load is under way, which has no tallies."""
    return counts.everything(tx) if widths(tx) else None


def waiting_since(tx: Transaction) -> int | None:
    """When the oldest message was made that is still to be sent, in UTC seconds."""
    ((made,),) = tx.rows("select min(created_at) from outbox where state in ('waiting', 'sending')")
    return None if made is None else int(made)


def alerts_running(tx: Transaction) -> dict[str, int]:
    """How many alerts of each kind have not ended."""
    return dict(
        tx.rows(
            "select kind, count(*) from alert where resolved_at is null group by kind order by kind"
        )
    )
