"""What people say of alerts: useful, or noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.alert import Kind
from bot.domain.noise import Votes

if TYPE_CHECKING:
    from bot.store.database import Transaction


def vote(tx: Transaction, alert: int, author: str, now: int, *, useful: bool) -> None:
    """Keep what a person says of an alert, in the place of what they said of it before."""
    tx.execute(
        """insert into feedback (alert, author, useful, at) values (:alert, :author, :useful, :now)
        on conflict (alert, author) do update set useful = excluded.useful, at = excluded.at""",
        alert=alert,
        author=author,
        useful=int(useful),
        now=now,
    )


def by_kind(tx: Transaction) -> list[Votes]:
    """All votes, by the kind of alert."""
    rows = tx.rows(
        """select a.kind, cast(sum(f.useful) as bigint), cast(sum(1 - f.useful) as bigint)
        from feedback f join alert a on a.key = f.alert group by a.kind order by a.kind"""
    )
    return [Votes(Kind(kind), useful, noise) for kind, useful, noise in rows]
