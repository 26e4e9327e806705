"""Alerts that a channel is told of later, in one message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.noise import Held, Why

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Waiting:
    """One alert (its number) that waits for a channel."""

    channel: str
    alert: int
    why: Why


def add(tx: Transaction, channel: str, alert: int, held: Held, now: int) -> bool:
    """Hold an alert for a channel; False where it was held there already."""
    added = tx.execute(
        """insert into held (channel, alert, why, held_at, release_at)
        values (:channel, :alert, :why, :now, :until) on conflict (channel, alert) do nothing""",
        channel=channel,
        alert=alert,
        why=held.why,
        now=now,
        until=held.until,
    )
    return added == 1


def due(tx: Transaction, now: int) -> list[Waiting]:
    """The alerts that have waited long enough, in the order in which they were held.

    Without those that wait for Slack: their message is in the outbox already.
    """
    rows = tx.rows(
        "select channel, alert, why from held where release_at <= :now and why <> :away"
        " order by key",
        now=now,
        away=Why.AWAY,
    )
    return [Waiting(channel, alert, Why(why)) for channel, alert, why in rows]


def alerts(tx: Transaction, channel: str, *why: Why) -> list[int]:
    """The alerts that wait for a channel, for one of these reasons, in the order of waiting."""
    rows = tx.rows(
        "select alert, why from held where channel = :channel order by key", channel=channel
    )
    return [alert for alert, reason in rows if not why or reason in why]


def remove(tx: Transaction, channel: str, alerts: Iterable[int]) -> None:
    """Hold these alerts no more."""
    for alert in alerts:
        tx.execute(
            "delete from held where channel = :channel and alert = :alert",
            channel=channel,
            alert=alert,
        )
