"""The alerts that were decided, so that none is given twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.model import Spike
    from bot.store.database import Transaction


def last_spikes(tx: Transaction, since: int) -> dict[str, int]:
    """When each poster last had a spike alert, for those since then; id to UTC seconds."""
    return dict(
        tx.rows(
            "select p.id, max(a.at) from alert a join poster p on p.key = a.poster"
            " where a.kind = 'spike' and a.at >= :since group by p.id order by p.id",
            since=since,
        )
    )


def add_spike(tx: Transaction, spike: Spike) -> None:
    """Keep the alert about this spike."""
    tx.execute(
        """insert into alert (kind, poster, at, scans, expected, reason)
        select 'spike', key, :at, :scans, :expected, :reason from poster where id = :poster""",
        at=spike.at,
        scans=spike.scans,
        expected=spike.expected,
        reason=spike.reason,
        poster=spike.poster,
    )
