"""Figures about the store that are asked for every few seconds, so they read no large table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.store import counts
from bot.store.tallies import widths

if TYPE_CHECKING:
    from bot.store.database import Transaction


def scans(tx: Transaction) -> int | None:
    """All scans that were counted; None while a first load is under way, which has no tallies."""
    return counts.everything(tx) if widths(tx) else None


def quarantined(tx: Transaction) -> int:
    """How many rows are in quarantine, counted without reading them."""
    ((rows,),) = tx.rows("select count(*) from quarantine")
    return int(rows)


def messages_made(tx: Transaction) -> int:
    """How many messages were ever put into the outbox, or a few more."""
    ((last,),) = tx.rows("select coalesce(max(key), 0) from outbox")
    return int(last)


def messages_not_sent(tx: Transaction) -> dict[str, int]:
    """How many messages wait, are being sent, or were given up (`buried`)."""
    return dict(
        tx.rows(
            "select state, count(*) from outbox where state in ('waiting', 'sending', 'buried')"
            " group by state order by state"
        )
    )


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
