from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.store import ahead, lanes, outbox, revisions

from .test_outbox import taken

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.database import Database, Transaction
    from bot.store.revisions import Edit


def put(tx: Transaction, intent: str, text: str = "a", thread_of: str | None = None) -> bool:
    added = outbox.add(tx, intent, "alert", "#posters", text, 100, thread_of)
    lanes.find(tx, "#posters", "#posters", "C1")
    return added


def posted(tx: Transaction, intent: str, ts: str = "1.0") -> None:
    put(tx, intent)
    outbox.sent(tx, taken(tx).key, "C1", ts, 100, None)


def edit(tx: Transaction, now: int, settled_before: int = 0) -> Edit:
    found = revisions.claim(tx, now, settled_before)
    assert found is not None
    return found


def test_what_waits_is_replaced(database: Database) -> None:
    with database.write() as tx:
        put(tx, "a")
        for text in ("b", "c"):
            outbox.revise(tx, "a", text, 110)
        parcel = taken(tx)
        assert parcel.message == "c"
        outbox.sent(tx, parcel.key, "C1", "1.0", 120, None, parcel.message)
        assert revisions.claim(tx, 10**9, 0) is None


def test_an_edit_too_far_ahead_to_have_been_meant_is_due(database: Database) -> None:
    with database.write() as tx:
        posted(tx, "a")
        outbox.revise(tx, "a", "b", 10_000)
        ahead.disbelieve(tx, 10_000 - 1860)
        assert revisions.claim(tx, 9999, 0) is None
        ahead.disbelieve(tx, 10_000 - 1861)
        assert edit(tx, 10_000 - 1861).message == "b"


@pytest.mark.parametrize(("text", "due"), [("b", ["b"]), ("a", [])])
def test_what_is_being_sent_is_revised_once_it_is_sent(
    database: Database, text: str, due: list[str]
) -> None:
    with database.write() as tx:
        put(tx, "a")
        parcel = taken(tx)
        for each in ("x", text):
            outbox.revise(tx, "a", each, 110)
        assert revisions.claim(tx, 10**9, 0) is None
        outbox.sent(tx, parcel.key, "C1", "1.0", 120, None, parcel.message)
        found = revisions.claim(tx, 120, 0)
        assert ([found.message] if found else []) == due


def test_what_was_not_posted_after_all_takes_its_revision(database: Database) -> None:
    with database.write() as tx:
        put(tx, "a")
        key = taken(tx).key
        outbox.revise(tx, "a", "b", 110)
        outbox.release(tx, key, "me", 120, "not now")
        assert taken(tx, 120).message == "b"


def test_an_early_post_that_is_found_late_is_brought_up_to_date(database: Database) -> None:
    with database.write() as tx:
        put(tx, "a")
        first = taken(tx)
        outbox.release(tx, first.key, "me", 110, "It did not arrive.")
        outbox.revise(tx, "a", "b", 120)
        outbox.sent(tx, first.key, "C1", "1.0", 130, None, first.message)
        assert edit(tx, 130).message == "b"


def test_the_first_edit_is_at_once_and_the_next_after_a_pause(database: Database) -> None:
    with database.write() as tx:
        posted(tx, "a", "7.5")
        outbox.revise(tx, "a", "b", 100)
        first = edit(tx, 100)
        assert (first.message, first.channel, first.ts) == ("b", "C1", "7.5")
        outbox.revise(tx, "a", "c", 101)
        outbox.revise(tx, "a", "d", 102)
        revisions.edited(tx, first, 102)
        assert revisions.claim(tx, 161, 0) is None
        revisions.edited(tx, edit(tx, 162), 162)
        assert tx.rows("select message, revision from outbox") == [("d", None)]
        outbox.revise(tx, "a", "e", 400)
        assert edit(tx, 400).message == "e"


def test_what_stands_already_costs_no_request(database: Database) -> None:
    with database.write() as tx:
        posted(tx, "a")
        outbox.revise(tx, "a", "b", 110)
        outbox.revise(tx, "a", "a", 111)
        assert revisions.claim(tx, 10**9, 0) is None


def test_nothing_is_certain_of_an_edit_that_was_never_concluded(database: Database) -> None:
    with database.write() as tx:
        posted(tx, "a")
        outbox.revise(tx, "a", "b", 110)
        edit(tx, 110)
        outbox.revise(tx, "a", "a", 111)
        assert revisions.claim(tx, 300, 110) is None
        assert edit(tx, 300, 111).message == "a"


@pytest.mark.parametrize("conclude", [revisions.release, revisions.drop])
def test_where_an_edit_certainly_failed_the_old_text_still_stands(
    database: Database, conclude: Callable[[Transaction, Edit, int], None]
) -> None:
    with database.write() as tx:
        posted(tx, "a")
        outbox.revise(tx, "a", "b", 110)
        failed = edit(tx, 110)
        outbox.revise(tx, "a", "a", 111)
        conclude(tx, failed, 112)
        assert revisions.claim(tx, 10**9, 10**9) is None


def test_a_dropped_revision_leaves_room_for_the_next_one(database: Database) -> None:
    with database.write() as tx:
        posted(tx, "a")
        outbox.revise(tx, "a", "b", 110)
        revisions.drop(tx, edit(tx, 110), 110)
        assert revisions.claim(tx, 10**9, 10**9) is None
        outbox.revise(tx, "a", "c", 111)
        assert revisions.claim(tx, 3709, 3709) is None
        assert edit(tx, 3710).message == "c"


def test_there_is_nothing_to_revise_in_what_is_not_sent(database: Database) -> None:
    with database.write() as tx:
        put(tx, "buried")
        outbox.bury(tx, taken(tx).key, "never")
        put(tx, "withdrawn")
        assert outbox.withdraw(tx, "withdrawn")
        for intent in ("buried", "withdrawn", "unknown"):
            outbox.revise(tx, intent, "b", 110)
        assert revisions.claim(tx, 10**9, 10**9) is None
        assert tx.rows("select distinct message from outbox") == [("a",)]


def test_only_what_waits_is_withdrawn(database: Database) -> None:
    with database.write() as tx:
        put(tx, "a")
        assert outbox.withdraw(tx, "a")
        assert not outbox.withdraw(tx, "a")
        assert outbox.claim(tx, 10**9, "me") is None
        assert not put(tx, "a")
        put(tx, "b")
        key = taken(tx).key
        assert not outbox.withdraw(tx, "b")
        outbox.sent(tx, key, "C1", "1.0", 100, None)
        assert not outbox.withdraw(tx, "b")
        assert not outbox.withdraw(tx, "unknown")
        assert outbox.counts(tx) == {"sent": 1, "withdrawn": 1}


def test_a_reply_waits_for_what_it_replies_to(database: Database) -> None:
    with database.write() as tx:
        put(tx, "top")
        assert put(tx, "reply", thread_of="top")
        top = taken(tx)
        assert (top.intent, top.to, top.thread_ts) == ("top", "C1", None)
        assert outbox.claim(tx, 10**9, "me") is None
        outbox.sent(tx, top.key, "C7", "7.5", 100, None)
        reply = taken(tx)
        assert (reply.intent, reply.to, reply.thread_ts) == ("reply", "C7", "7.5")


@pytest.mark.parametrize("fate", ["buried", "withdrawn"])
@pytest.mark.parametrize("early", [True, False])
def test_a_reply_shares_the_fate_of_what_it_replies_to(
    database: Database, fate: str, *, early: bool
) -> None:
    with database.write() as tx:
        put(tx, "top")
        if early:
            assert put(tx, "reply", thread_of="top")
        if fate == "buried":
            outbox.bury(tx, taken(tx).key, "never")
        else:
            outbox.withdraw(tx, "top")
        assert put(tx, "reply", thread_of="top") != early
        state, error = outbox.outcome(tx, "reply") or ("", "")
        assert state == "buried"
        assert "was not posted" in str(error)
        assert [each.error for each in outbox.buried(tx, 0)] == ["never"] * (fate == "buried")


def test_a_reply_to_nothing_is_never_stuck(database: Database) -> None:
    with database.write() as tx:
        assert put(tx, "reply", thread_of="unknown")
        assert outbox.counts(tx) == {"buried": 1}
