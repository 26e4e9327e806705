from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.subscription import Schedule, Subscription, moved, next_due
from bot.store import subscriptions

from .samples import emptied, modest, together

if TYPE_CHECKING:
    from bot.store.database import Database

NOW = 1_795_500_000
DAILY = Schedule("09:00", "Europe/Berlin")
LATER = Schedule("18:30", "Europe/Berlin")
WEEKLY = Schedule("09:00", "America/New_York", 0)
DIGEST = Subscription(0, "digest", "#posters", DAILY, "program: 'Autumn' 100 %")
ALERT = Subscription(0, "alert", "#alerts")
NEVER = frozenset[str]()
wishes = st.lists(
    st.builds(
        Subscription,
        st.just(0),
        st.sampled_from(["digest", "leaderboard"]),
        st.sampled_from(["#a", "#b", "C123"]),
        st.sampled_from([DAILY, LATER, WEEKLY]),
        st.sampled_from(["", "program: Autumn"]),
    ),
    max_size=5,
    unique_by=lambda each: (each.kind, each.channel),
)


def wanted(
    database: Database, *those: Subscription, now: int = NOW, at_once: frozenset[str] = NEVER
) -> list[Subscription]:
    """What there is after asking for those, without keys."""
    with database.write() as tx:
        subscriptions.reconcile(tx, those, now, at_once)
        return [replace(each, id=0) for each in subscriptions.every(tx)]


def due_at(subscription: Subscription, due: int) -> Subscription:
    return replace(subscription, next_due=due)


def test_a_new_one_is_due_at_its_next_time(database: Database) -> None:
    weekly = Subscription(0, "leaderboard", "#posters", WEEKLY)
    assert wanted(database, DIGEST, weekly, ALERT) == [
        due_at(DIGEST, next_due(DAILY, NOW)),
        due_at(weekly, next_due(WEEKLY, NOW)),
        ALERT,
    ]


def test_a_new_one_can_be_due_at_once(database: Database) -> None:
    at_once = frozenset({"digest"})
    assert wanted(database, DIGEST, at_once=at_once) == [due_at(DIGEST, NOW)]
    assert wanted(database, DIGEST, now=NOW + 9, at_once=at_once) == [due_at(DIGEST, NOW)]
    changed = replace(DIGEST, schedule=LATER)
    expected = [due_at(changed, moved(due_at(DIGEST, NOW), LATER, NOW))]
    assert wanted(database, changed, at_once=at_once) == expected


def test_one_that_stays_as_it_is_loses_nothing_missed(database: Database) -> None:
    wanted(database, DIGEST)
    due = next_due(DAILY, NOW)
    assert wanted(database, DIGEST, now=due + 3 * 86_400) == [due_at(DIGEST, due)]


def test_other_words_keep_the_due_time(database: Database) -> None:
    wanted(database, DIGEST)
    other = replace(DIGEST, words="poster: library")
    due = next_due(DAILY, NOW)
    assert wanted(database, other, now=due + 60) == [due_at(other, due)]


def test_another_schedule_loses_nothing_missed(database: Database) -> None:
    wanted(database, DIGEST)
    first = due_at(DIGEST, next_due(DAILY, NOW))
    other = replace(DIGEST, schedule=LATER)
    later = first.next_due + 3 * 86_400 if first.next_due else 0
    assert wanted(database, other, now=later) == [due_at(other, moved(first, LATER, later))]


def test_one_that_is_not_wanted_goes(database: Database) -> None:
    wanted(database, DIGEST, ALERT)
    assert wanted(database, ALERT) == [ALERT]
    assert wanted(database) == []


def test_a_channel_named_twice_gets_it_once(database: Database) -> None:
    assert wanted(database, ALERT, ALERT) == [ALERT]


@given(wishes, wishes)
@modest(max_examples=25)
def test_what_is_wanted_is_what_there_is(
    database: Database, before: list[Subscription], after: list[Subscription]
) -> None:
    emptied(database)
    wanted(database, *before)
    found = wanted(database, *after, now=NOW + 86_400)
    assert {replace(each, next_due=None) for each in found} == set(after)
    for each in found:
        assert each.schedule
        due = next_due(each.schedule, NOW + 86_400)
        for old in before:
            if (old.kind, old.channel) == (each.kind, each.channel) and old.schedule:
                due = next_due(old.schedule, NOW)
                if old.schedule != each.schedule:
                    due = moved(due_at(old, due), each.schedule, NOW + 86_400)
        assert each.next_due == due


def test_the_due_come_longest_due_first(database: Database) -> None:
    weekly = Subscription(0, "leaderboard", "#posters", WEEKLY)
    wanted(database, weekly, DIGEST, ALERT)
    first, second = sorted([next_due(DAILY, NOW), next_due(WEEKLY, NOW)])
    with database.read() as tx:
        assert subscriptions.due(tx, first - 1) == []
        assert [each.next_due for each in subscriptions.due(tx, first)] == [first]
        assert [each.next_due for each in subscriptions.due(tx, second)] == [first, second]
        assert [each.kind for each in subscriptions.of_kind(tx, "alert")] == ["alert"]
        assert subscriptions.of_kind(tx, "spike") == []


def test_of_many_only_one_moves_it_on(database: Database) -> None:
    wanted(database, DIGEST, at_once=frozenset({"digest"}))
    with database.read() as tx:
        (found,) = subscriptions.due(tx, NOW)

    def move() -> bool:
        with database.write(durable=True) as tx:
            return subscriptions.move_on(tx, found, NOW + 86_400)

    assert sorted(together([move] * 4)) == [False, False, False, True]
    with database.read() as tx:
        assert subscriptions.every(tx) == [replace(found, next_due=NOW + 86_400)]
