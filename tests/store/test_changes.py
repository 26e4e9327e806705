from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.change import SETTINGS, Change, Deed
from bot.domain.noise import Scope
from bot.domain.subscription import Schedule, Subscription
from bot.store import changes, subscriptions

if TYPE_CHECKING:
    from bot.store.database import Database

NOW = 1_795_500_000
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
CHANGES = st.builds(
    Change,
    st.integers(0, 2**40),
    TEXT,
    st.sampled_from(Deed),
    TEXT,
    st.sampled_from(Scope),
    TEXT,
    TEXT,
)
DIGEST = Subscription(0, "digest", "#a", Schedule("09:00", "Europe/Berlin"))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CHANGES, max_size=8), st.integers(1, 9))
def test_changes_are_kept_as_they_were(database: Database, made: list[Change], most: int) -> None:
    with database.write() as tx:
        tx.execute("delete from change")
        for each in made:
            changes.add(tx, each)
        assert changes.last(tx, most) == made[::-1][:most]
        for deed in Deed:
            of_kind = [each for each in made if each.deed is deed]
            assert changes.last_of(tx, deed) == (of_kind[-1] if of_kind else None)


def test_what_became_of_subscriptions(database: Database) -> None:
    later = replace(DIGEST, schedule=Schedule("10:00", "Europe/Berlin"))
    alert = Subscription(0, "alert", "#b")

    def reconciled(*wanted: Subscription) -> list[tuple[Deed, str]]:
        with database.write() as tx:
            done = subscriptions.reconcile(tx, wanted, NOW, frozenset())
        return [(deed, each.channel) for deed, each in done]

    assert reconciled(DIGEST, alert) == [(Deed.SUBSCRIBED, "#a"), (Deed.SUBSCRIBED, "#b")]
    assert reconciled(DIGEST, alert) == []
    assert reconciled(later, alert) == [(Deed.RESUBSCRIBED, "#a")]
    assert reconciled(replace(later, words="program:x")) == [
        (Deed.RESUBSCRIBED, "#a"),
        (Deed.UNSUBSCRIBED, "#b"),
    ]
    assert SETTINGS not in str(reconciled())
