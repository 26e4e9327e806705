"""Who changed what and when; never deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.change import Change, Deed
from bot.domain.noise import Scope

if TYPE_CHECKING:
    from bot.store.database import Transaction

_COLUMNS = "at, author, deed, subject, scope, channel, detail"


def add(tx: Transaction, change: Change) -> None:
    """Keep a change; in the transaction that makes it."""
    tx.execute(
        f"""insert into change ({_COLUMNS})
        values (:at, :author, :deed, :subject, :scope, :channel, :detail)""",
        at=change.at,
        author=change.author,
        deed=change.deed,
        subject=change.subject,
        scope=change.scope,
        channel=change.channel,
        detail=change.detail,
    )


def last(tx: Transaction, most: int) -> list[Change]:
    """The last changes, newest first."""
    rows = tx.rows(f"select {_COLUMNS} from change order by key desc limit :most", most=most)
    return [_read(*row) for row in rows]


def last_of(tx: Transaction, deed: Deed) -> Change | None:
    """The last change of this kind; None where there was none."""
    rows = tx.rows(
        f"select {_COLUMNS} from change where deed = :deed order by key desc limit 1", deed=deed
    )
    return _read(*rows[0]) if rows else None


def _read(
    at: int, author: str, deed: str, subject: str, scope: str, channel: str, detail: str
) -> Change:
    return Change(at, author, Deed(deed), subject, Scope(scope), channel, detail)
