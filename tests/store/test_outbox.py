from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import pytest

from bot.store import lanes, outbox
from bot.store.outbox import Buried

from .samples import together

if TYPE_CHECKING:
    from bot.store.database import Database, Transaction
    from bot.store.outbox import Parcel


def put(tx: Transaction, intent: str, now: int = 100) -> bool:
    """Add a message to a channel of its own, whose id is known."""
    channel = f"#{intent}"
    added = outbox.add(tx, intent, "digest", channel, '{"text": "100 % :now"}', now)
    lanes.find(tx, channel, channel, f"C{intent}")
    return added


def taken(tx: Transaction, now: int = 100, who: str = "me") -> Parcel:
    found = outbox.claim(tx, now, who)
    assert found is not None
    return found


def test_an_intent_is_added_once(database: Database) -> None:
    with database.write() as tx:
        assert put(tx, "digest/1")
        assert not put(tx, "digest/1", 200)
        assert put(tx, "Digest/1")
        outbox.sent(tx, taken(tx).key, "C1", "1.0", 100, None)
        assert not put(tx, "digest/1", 300)
        assert outbox.counts(tx) == {"sent": 1, "waiting": 1}


def test_a_claim_says_what_to_send(database: Database) -> None:
    with database.write() as tx:
        put(tx, "digest/1")
        parcel = taken(tx, 150)
        assert (parcel.intent, parcel.kind, parcel.channel) == ("digest/1", "digest", "#digest/1")
        assert (parcel.lane, parcel.to, parcel.thread_ts) == ("Cdigest/1", "Cdigest/1", None)
        assert (parcel.message, parcel.attempts, parcel.first_at) == (
            '{"text": "100 % :now"}',
            1,
            100,
        )
        assert outbox.claim(tx, 150, "me") is None


def test_the_longest_due_goes_first_and_none_early(database: Database) -> None:
    with database.write() as tx:
        for intent, now in (("b", 200), ("a", 100), ("c", 100), ("d", 400)):
            put(tx, intent, now)
        assert [taken(tx, 300).intent for _ in range(3)] == ["a", "c", "b"]
        assert outbox.claim(tx, 399, "me") is None


def test_many_claimers_take_each_once(database: Database) -> None:
    with database.write() as tx:
        for number in range(40):
            put(tx, f"digest/{number}")

    def work(who: str) -> list[str]:
        found: list[str] = []
        for _ in range(40):
            with database.write(durable=True) as tx:
                parcel = outbox.claim(tx, 100, who)
            found += [parcel.intent] if parcel else []
        return found

    shares = together([partial(work, f"worker {number}") for number in range(4)])
    assert sorted(chain(*shares)) == sorted(f"digest/{number}" for number in range(40))


def test_many_lookers_take_each_once(database: Database) -> None:
    with database.write() as tx:
        for number in range(12):
            put(tx, f"digest/{number}")
            taken(tx)

    def look() -> list[str]:
        found: list[str] = []
        for _ in range(20):
            with database.write(durable=True) as tx:
                parcel = outbox.claim_unknown(tx, 500, "looker", 400)
            found += [parcel.intent] if parcel else []
        return found

    assert len(list(chain(*together([look] * 4)))) == 12


def test_only_the_claimer_releases(database: Database) -> None:
    with database.write() as tx:
        put(tx, "digest/1")
        key = taken(tx, who="me").key
        outbox.release(tx, key, "another", 100, "mine!")
        assert outbox.outcome(tx, "digest/1") == ("sending", None)
        outbox.release(tx, key, "me", 130, "ratelimited")
        assert outbox.outcome(tx, "digest/1") == ("waiting", "ratelimited")
        assert outbox.claim(tx, 129, "me") is None
        assert taken(tx, 130).attempts == 2


def test_who_was_overtaken_releases_nothing(database: Database) -> None:
    with database.write() as tx:
        put(tx, "digest/1")
        key = taken(tx, 100, "slow").key
        assert outbox.claim_unknown(tx, 300, "quick", 200) is not None
        outbox.release(tx, key, "slow", 300, "late")
        assert outbox.outcome(tx, "digest/1") == ("sending", None)


def test_an_unknown_outcome_waits_until_it_has_settled(database: Database) -> None:
    with database.write() as tx:
        put(tx, "digest/1")
        taken(tx, 100)
        assert outbox.claim_unknown(tx, 300, "looker", 100) is None
        looked = outbox.claim_unknown(tx, 300, "looker", 101)
        assert looked is not None
        assert looked.attempts == 1
        assert outbox.claim_unknown(tx, 359, "looker", 300) is None
        assert outbox.claim_unknown(tx, 360, "looker", 300) is not None


@pytest.mark.parametrize("now", [1_800_000_000, 2**31 - 1, 2**31, 2**40])
def test_looking_works_whatever_the_year(database: Database, now: int) -> None:
    with database.write() as tx:
        put(tx, "digest/1", now - 100)
        taken(tx, now - 100)
        assert outbox.claim_unknown(tx, now, "looker", now) is not None


def test_a_released_one_can_be_looked_for_again(database: Database) -> None:
    with database.write() as tx:
        put(tx, "digest/1")
        key = taken(tx, 100).key
        outbox.claim_unknown(tx, 300, "looker", 200)
        outbox.release(tx, key, "looker", 300, "it did not arrive")
        assert taken(tx, 301).attempts == 2
        assert outbox.claim_unknown(tx, 302, "looker", 302) is not None


def test_a_receipt_ends_it(database: Database) -> None:
    with database.write() as tx:
        put(tx, "digest/1")
        key = taken(tx).key
        outbox.release(tx, key, "me", 100, "ratelimited")
        outbox.sent(tx, taken(tx).key, "C123", "1771.5", 140, None)
        assert outbox.outcome(tx, "digest/1") == ("sent", None)
        assert tx.rows("select sent_to, sent_ts, sent_at from outbox") == [("C123", "1771.5", 140)]
        assert outbox.claim(tx, 10**9, "me") is None
        assert outbox.claim_unknown(tx, 10**9, "me", 10**9) is None
        assert outbox.claim_repeated(tx, 10**9, "me") is None


def test_a_last_look_comes_up_until_it_has_happened(database: Database) -> None:
    with database.write() as tx:
        put(tx, "digest/1")
        outbox.sent(tx, taken(tx).key, "C123", "1771.5", 140, 740)
        assert outbox.claim_repeated(tx, 739, "me") is None
        looked = outbox.claim_repeated(tx, 740, "me")
        assert looked is not None
        assert looked.intent == "digest/1"
        assert outbox.claim_repeated(tx, 1339, "me") is None
        assert outbox.claim_repeated(tx, 1340, "me") == looked
        outbox.looked(tx, looked.key)
        assert outbox.claim_repeated(tx, 10**9, "me") is None


def test_the_buried_say_why(database: Database) -> None:
    with database.write() as tx:
        for intent, now in (("a", 100), ("b", 200), ("c", 300)):
            put(tx, intent, now)
            outbox.bury(tx, taken(tx, now).key, f"{intent} % 'gone'")
        assert outbox.buried(tx, 200) == [
            Buried("digest", "#c", 300, "c % 'gone'"),
            Buried("digest", "#b", 200, "b % 'gone'"),
        ]
        assert outbox.outcome(tx, "a") == ("buried", "a % 'gone'")
        assert outbox.claim(tx, 10**9, "me") is None


def test_the_late_are_those_that_still_wait(database: Database) -> None:
    with database.write() as tx:
        for intent, now in (("sent", 100), ("buried", 110), ("sending", 120)):
            put(tx, intent, now)
        outbox.sent(tx, taken(tx, 200).key, "C1", "1.0", 200, None)
        outbox.bury(tx, taken(tx, 200).key, "never")
        taken(tx, 200)
        put(tx, "waiting", 130)
        assert [outbox.late(tx, before) for before in (120, 121, 131)] == [0, 1, 2]


def test_a_message_that_arrived_is_never_buried(database: Database) -> None:
    with database.write() as tx:
        put(tx, "digest/1")
        key = taken(tx).key
        outbox.sent(tx, key, "C1", "1.0", 100, None)
        outbox.bury(tx, key, "It may have been posted.")
        assert outbox.outcome(tx, "digest/1") == ("sent", None)


def test_an_intent_that_is_not_there(database: Database) -> None:
    with database.read() as tx:
        assert outbox.outcome(tx, "digest/1") is None
        assert outbox.counts(tx) == {}
        assert outbox.buried(tx, 0) == []
