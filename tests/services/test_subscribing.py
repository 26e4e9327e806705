from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.domain.change import SETTINGS, Deed
from bot.domain.subscription import Schedule, Subscription
from bot.services.subscribing import follow
from bot.store import changes, subscriptions
from bot.store.database import StoreError

if TYPE_CHECKING:
    from bot.store.database import Database

NOW = 1_795_500_000
DIGEST = Subscription(0, "digest", "#a", Schedule("09:00", "Europe/Berlin"), "program:x")
ALERT = Subscription(0, "alert", "#b")


def start(database: Database, *wanted: Subscription, managers: tuple[str, ...] = ()) -> None:
    follow(database, wanted, managers, NOW, frozenset())


def noted(database: Database) -> list[tuple[Deed, str, str, str]]:
    """What was noted, oldest first."""
    with database.read() as tx:
        found = changes.last(tx, 99)[::-1]
    assert {each.author for each in found} <= {SETTINGS}
    return [(each.deed, each.subject, each.channel, each.detail) for each in found]


def test_what_the_settings_changed_is_noted_once(database: Database) -> None:
    daily = "daily at 09:00 (Europe/Berlin), program:x"
    first = [
        (Deed.SUBSCRIBED, "digest", "#a", daily),
        (Deed.SUBSCRIBED, "alert", "#b", ""),
        (Deed.MANAGERS, "", "", "U1 S1"),
    ]
    for _ in range(2):
        start(database, DIGEST, ALERT, managers=("U1", "S1"))
        assert noted(database) == first
    start(database, replace(DIGEST, words=""), managers=("U1",))
    second = [
        (Deed.RESUBSCRIBED, "digest", "#a", "daily at 09:00 (Europe/Berlin)"),
        (Deed.UNSUBSCRIBED, "alert", "#b", ""),
        (Deed.MANAGERS, "", "", "U1"),
    ]
    assert noted(database) == first + second
    start(database, replace(DIGEST, words=""))
    assert noted(database)[-1] == (Deed.MANAGERS, "", "", "")
    start(database, replace(DIGEST, words=""))
    assert len(noted(database)) == 7


def test_without_managers_from_the_start_nothing_is_noted(database: Database) -> None:
    start(database)
    assert noted(database) == []


def test_what_can_not_be_noted_is_not_done(database: Database) -> None:
    start(database, DIGEST)
    with database.write() as tx:
        tx.execute("alter table change rename to elsewhere")
    try:
        with pytest.raises(StoreError):
            start(database, ALERT)
    finally:
        with database.write() as tx:
            tx.execute("alter table elsewhere rename to change")
    with database.read() as tx:
        assert [each.channel for each in subscriptions.every(tx)] == ["#a"]
