"""Making the store be as the settings say, and noting what that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.change import SETTINGS, Change, Deed
from bot.store import changes, subscriptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.domain.subscription import Subscription
    from bot.store.database import Database


def follow(
    database: Database,
    wanted: Iterable[Subscription],
    managers: Sequence[str],
    now: int,
    at_once: frozenset[str],
) -> None:
    """Make the subscriptions be those `wanted`, and note who the managers are (Slack ids).

    What is as it was leaves no trace; `at_once` are the kinds whose first edition is due `now`.
    """
    with database.write() as tx:
        for deed, each in subscriptions.reconcile(tx, wanted, now, at_once):
            said = "" if deed is Deed.UNSUBSCRIBED else _described(each)
            changes.add(
                tx, Change(now, SETTINGS, deed, each.kind, channel=each.channel, detail=said)
            )
        named, before = " ".join(managers), changes.last_of(tx, Deed.MANAGERS)
        if named != (before.detail if before else ""):
            changes.add(tx, Change(now, SETTINGS, Deed.MANAGERS, detail=named))


def _described(each: Subscription) -> str:
    """When it comes and what it counts: "daily at 09:00 (Europe/Berlin), program:autumn"."""
    when = each.schedule.describe() if each.schedule else ""
    return ", ".join(part for part in (when, each.words) if part)
