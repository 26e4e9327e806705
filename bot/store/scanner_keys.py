"""The secrets behind the hash of who scanned: one a month, so that nobody is followed for long."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.store.database import Transaction


def secret_of(tx: Transaction, month: str) -> bytes:
    """The secret of a month ("2026-11"), made when it is first asked for."""
    rows = tx.rows("select secret from scanner_key where month = :month", month=month)
    if not rows:
        rows = tx.rows(
            "insert into scanner_key values (:month, :secret) returning secret",
            month=month,
            secret=secrets.token_hex(32),
        )
    return bytes.fromhex(rows[0][0])


def forget_before(tx: Transaction, month: str) -> int:
    """Drop the secrets of earlier months, which makes their hashes final; returns how many."""
    return tx.execute("delete from scanner_key where month < :month", month=month)
