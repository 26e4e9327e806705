from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.store import lanes, outbox, pauses
from bot.store.pauses import Pause

if TYPE_CHECKING:
    from bot.store.database import Database, Transaction

MANY = 10_000


def say(tx: Transaction, intent: str, channel: str, now: int = 100) -> None:
    outbox.add(tx, intent, "digest", channel, "{}", now)


def claimed(tx: Transaction, now: float = 100) -> str:
    parcel = outbox.claim(tx, now, "me")
    return parcel.intent if parcel else ""


def test_nothing_is_claimed_until_its_channel_is_found(database: Database) -> None:
    with database.write() as tx:
        say(tx, "a", "#one")
        assert claimed(tx) == ""
        assert lanes.seek(tx, 100_000) == "#one"
        assert lanes.seek(tx, 100_001) is None
        lanes.find(tx, "#one", "#one", "C1")
        assert claimed(tx) == "a"
        say(tx, "b", "#one")
        assert lanes.seek(tx, 10**9) is None
        assert lanes.places(tx) == {"#one": "C1"}


def test_a_search_that_came_to_nothing_is_made_again(database: Database) -> None:
    with database.write() as tx:
        say(tx, "a", "#one")
        assert [lanes.seek(tx, at) for at in (0, 14_999, 15_000)] == ["#one", None, "#one"]


def test_a_name_found_late_joins_the_lane_as_it_rests(database: Database) -> None:
    with database.write() as tx:
        say(tx, "a", "#one")
        lanes.find(tx, "#one", "#one", "C1")
        lanes.rest(tx, "C1", 101_500)
        say(tx, "b", "one")
        lanes.find(tx, "one", "one", "C1")
        assert [claimed(tx, now) for now in (101.4, 101.5)] == ["", "a"]
        lanes.rest(tx, "C1", 101_000)
        assert lanes.next_ready(tx, 101) is None


def test_a_later_end_of_a_rest_counts(database: Database) -> None:
    with database.write() as tx:
        say(tx, "a", "#one")
        lanes.find(tx, "#one", "#one", "C1")
        for until in (103_000, 101_000):
            lanes.rest(tx, "C1", until)
        assert lanes.next_ready(tx, 100) == 103_000


def test_a_channel_that_is_found_under_another_id_takes_all_along(database: Database) -> None:
    with database.write() as tx:
        for intent, name in (("a", "#one"), ("b", "one")):
            say(tx, intent, name)
            lanes.find(tx, name, name, "C1")
        lanes.find(tx, "C1", "#one", "C2")
        assert lanes.places(tx) == {"#one": "C2", "one": "C2"}
        parcel = outbox.claim(tx, 100, "me")
        assert parcel
        assert (parcel.intent, parcel.lane, parcel.to) == ("a", "C2", "C2")


def test_a_pause_is_put_off_but_not_begun_again(database: Database) -> None:
    with database.write() as tx:
        say(tx, "a", "#one")
        lanes.find(tx, "#one", "#one", "C1")
        first, second = Pause("#one", 200, "shut", "Open it."), Pause("#one", 300, "gone", "Look.")
        assert pauses.begin(tx, "C1", first, dark=False)
        assert not pauses.begin(tx, "C1", second, dark=False)
        kept = Pause("#one", 200, "gone", "Look.")
        assert pauses.every(tx) == [kept]
        assert pauses.of(tx, "a") == kept
        assert pauses.claim(tx, 799) is None
        assert pauses.claim(tx, 800) is not None
        assert pauses.claim(tx, 800) is None
        assert claimed(tx, 800) == ""
        assert pauses.end(tx, "C1", 800) == kept
        assert pauses.end(tx, "C1", 800) is None
        assert claimed(tx, 800) == "a"


@pytest.mark.parametrize("question", ["claim", "rest"])
def test_a_long_queue_in_one_channel_costs_the_others_nothing(
    database: Database, question: str
) -> None:
    """Both go from each lane to its head; neither walks through what waits behind it."""
    with database.write() as tx:
        say(tx, "first", "#one")
        say(tx, "other", "#two")
        lanes.find(tx, "#one", "#one", "C1")
        tx.many(
            """insert into outbox
                (intent, kind, channel, message, created_at, state, due_at, lane)
            values (?, 'digest', '#one', '{}', 100, 'waiting', 100, 'C1')""",
            [(str(number),) for number in range(MANY)],
        )
    with database.write() as tx:
        if database.dialect == "postgres":
            tx.execute("analyze outbox")
        explain = "explain query plan " if database.dialect == "sqlite" else "explain "
        asked = lanes.DUE if question == "claim" else lanes.NEXT
        plan = "\n".join(str(row) for row in tx.rows(explain + asked, now=100, now_ms=100_000))
    assert "outbox_lane" in plan
    assert "outbox_due" not in plan
    assert "Seq Scan on outbox" not in plan
    assert "SCAN head" not in plan
