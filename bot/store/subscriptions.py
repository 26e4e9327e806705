"""Who gets what and when, and when it is next due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.change import Deed
from bot.domain.subscription import Schedule, Subscription, moved, next_due

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.database import Transaction

_COLUMNS = "key, kind, channel, at, weekday, zone, words, next_due"


def every(tx: Transaction) -> list[Subscription]:
    """All subscriptions, in the order in which they were made."""
    return [_read(row) for row in tx.rows(f"select {_COLUMNS} from subscription order by key")]


def of_kind(tx: Transaction, kind: str) -> list[Subscription]:
    """The subscriptions of one kind ("digest", "leaderboard", "alert")."""
    return [each for each in every(tx) if each.kind == kind]


def due(tx: Transaction, now: int) -> list[Subscription]:
    """The subscriptions whose time has come, longest due first."""
    rows = tx.rows(
        f"select {_COLUMNS} from subscription where next_due <= :now order by next_due, key",
        now=now,
    )
    return [_read(row) for row in rows]


def move_on(tx: Transaction, subscription: Subscription, next_due: int) -> bool:
    """Set the next due time, unless another process has done so; False then."""
    moved = tx.execute(
        "update subscription set next_due = :next where key = :key and next_due = :due",
        key=subscription.id,
        due=subscription.next_due,
        next=next_due,
    )
    return moved == 1


def reconcile(
    tx: Transaction, wanted: Iterable[Subscription], now: int, at_once: frozenset[str]
) -> list[tuple[Deed, Subscription]]:
    """Make the subscriptions be those `wanted`, one for each kind and channel.

    One that stays as it is keeps its due time, and one with another schedule what it would have
    told next, so that nothing missed is lost. A new one is due at its next time, or now where its
    kind is in `at_once`. Returns those that are new, changed or gone.
    """
    done: list[tuple[Deed, Subscription]] = []
    present = {(each.kind, each.channel): each for each in every(tx)}
    for each in {(each.kind, each.channel): each for each in wanted}.values():
        before = present.pop((each.kind, each.channel), None)
        if before is None:
            _insert(tx, each, now if each.kind in at_once else _next(each, now))
            done.append((Deed.SUBSCRIBED, each))
        elif (before.schedule, before.words) != (each.schedule, each.words):
            _update(tx, before.id, each, _moved(before, each, now))
            done.append((Deed.RESUBSCRIBED, each))
    for gone in present.values():
        tx.execute("delete from subscription where key = :key", key=gone.id)
        done.append((Deed.UNSUBSCRIBED, gone))
    return done


def _insert(tx: Transaction, each: Subscription, due: int | None) -> None:
    tx.execute(
        """insert into subscription (kind, channel, at, weekday, zone, words, next_due)
        values (:kind, :channel, :at, :weekday, :zone, :words, :due)""",
        kind=each.kind,
        channel=each.channel,
        at=each.schedule.at if each.schedule else None,
        weekday=each.schedule.weekday if each.schedule else None,
        zone=each.schedule.zone if each.schedule else "UTC",
        words=each.words,
        due=due,
    )


def _update(tx: Transaction, key: int, each: Subscription, due: int | None) -> None:
    tx.execute(
        """update subscription set at = :at, weekday = :weekday, zone = :zone, words = :words,
            next_due = :due where key = :key""",
        key=key,
        at=each.schedule.at if each.schedule else None,
        weekday=each.schedule.weekday if each.schedule else None,
        zone=each.schedule.zone if each.schedule else "UTC",
        words=each.words,
        due=due,
    )


def _next(each: Subscription, now: int) -> int | None:
    return next_due(each.schedule, now) if each.schedule else None


def _moved(before: Subscription, each: Subscription, now: int) -> int | None:
    if before.schedule == each.schedule:
        return before.next_due
    return moved(before, each.schedule, now) if each.schedule else None


def _read(
    row: tuple[int, str, str, str | None, int | None, str, str, int | None],
) -> Subscription:
    key, kind, channel, at, weekday, zone, words, next_due = row
    schedule = None if at is None else Schedule(at, zone, weekday)
    return Subscription(key, kind, channel, schedule, words, next_due)
