from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.model import Ambassador, Impression, Poster, Reject
from bot.services.quarantine import Retried, retry
from bot.services.taking import take_in
from bot.store import counts, directory, quarantine
from bot.vantio import wire
from tests.services.poller import NOW, ids, row
from tests.store.samples import emptied, modest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.store.database import Database, Transaction, Value


def broken(number: int, **more: object) -> Reject:
    """What today's parser makes of a scan without a poster."""
    read = wire.impression(row(number) | {"poster_id": None} | more)
    assert isinstance(read, Reject)
    return read


def sound(number: int, **more: object) -> Impression:
    read = wire.impression(row(number) | more)
    assert isinstance(read, Impression)
    return read


def misread(fields: dict[str, Any]) -> Reject:
    """A row that an older parser could not read, as it lies in quarantine."""
    return Reject("not understood", json.dumps(fields, separators=(",", ":")))


def put(database: Database, feed: str, *rejects: Reject, at: int = NOW) -> None:
    with database.write() as tx:
        quarantine.add(tx, feed, rejects, at)


def kept(database: Database) -> list[str]:
    """The feeds of what is in quarantine."""
    with database.read() as tx:
        return sorted(each.feed for each in quarantine.newest(tx))


def take(database: Database, *scans: Impression, feed: str = "impressions") -> None:
    with database.write() as tx:
        take_in(tx, feed, scans, (), NOW)


# --- a mended row


def test_a_mended_row_takes_the_place_of_the_broken_one(database: Database) -> None:
    for feed in ("impressions", "impressions/prog_1", "import/impressions", "posters", "users"):
        put(database, feed, broken(1), broken(2))
    take(database, sound(1), feed="impressions/prog_0")
    assert kept(database) == sorted(
        ["impressions", "impressions/prog_1", "import/impressions", *["posters", "users"] * 2]
    )
    take(database, sound(2), sound(3))
    assert kept(database) == ["posters", "posters", "users", "users"]


def test_a_row_that_was_there_already_counts_as_mended_too(database: Database) -> None:
    take(database, sound(1))
    put(database, "impressions", broken(1))
    take(database, sound(1))
    assert kept(database) == []


def test_ids_are_compared_by_their_characters(database: Database) -> None:
    put(database, "impressions", broken(1, id="imp_a"), broken(1, id="imp_ä"))
    take(database, sound(1, id="IMP_A"), sound(2, id="imp_a\u0308"))
    assert len(kept(database)) == 2


def test_rows_without_an_id_stay(database: Database) -> None:
    junk: list[object] = [
        "junk",
        None,
        [],
        {},
        {"id": True},
        {"id": " "},
        {"id": {}},
        {"id": "a\x00b"},
    ]
    read = [wire.impression(each) for each in [*junk, {"id": "x" * 201}]]
    put(database, "impressions", *(made for made in read if isinstance(made, Reject)))
    take(database, *(sound(1, id=word) for word in ("True", "None", "junk", "x" * 200)))
    assert len(kept(database)) == len(junk) + 1
    with database.read() as tx:
        assert tx.rows("select distinct row from quarantine") == [(None,)]


IDS = st.text(max_size=210) | st.integers() | st.floats() | st.booleans() | st.none()


@modest()
@given(id_=IDS)
@example(id_=" 7 ")
@example(id_="a\u200bb")
@example(id_=7.0)
@example(id_=10**19)
def test_a_row_is_known_by_the_same_id_broken_and_mended(database: Database, id_: object) -> None:
    mended = wire.impression(row(1, id=id_))
    put(emptied(database), "impressions", broken(1, id=id_))
    if isinstance(mended, Impression):
        take(database, mended)
    assert len(kept(database)) == isinstance(mended, Reject)


class Counting:
    """Counts the statements of a transaction."""

    def __init__(self, tx: Transaction) -> None:
        self.tx, self.statements = tx, 0

    def rows(self, sql: str, *listed: Value, **values: Value) -> list[tuple[Any, ...]]:
        self.statements += 1
        return self.tx.rows(sql, *listed, **values)

    def execute(self, sql: str, *listed: Value, **values: Value) -> int:
        self.statements += 1
        return self.tx.execute(sql, *listed, **values)

    def many(self, sql: str, values: Any) -> None:  # noqa: ANN401 - as the protocol has it
        self.statements += len(values)
        self.tx.many(sql, values)

    def pack(self, ids: Sequence[str]) -> Sequence[Value]:
        return self.tx.pack(ids)

    def unpack(self, value: Value) -> str:
        return self.tx.unpack(value)


@pytest.mark.parametrize(("rejects", "most"), [(0, 1), (3, 3)])
def test_ids_that_match_nothing_cost_next_to_nothing(
    database: Database, rejects: int, most: int
) -> None:
    put(database, "impressions", *(broken(1000 + number) for number in range(rejects)))
    with database.write() as tx:
        counting = Counting(tx)
        quarantine.release(counting, "impressions", [f"imp_{number:05}" for number in range(1000)])
    assert counting.statements <= most


# --- trying again


def test_a_row_that_can_be_read_now_is_taken_in_and_leaves(database: Database) -> None:
    put(database, "impressions/prog_1", misread(row(1)), broken(2), Reject("no row", '"junk"'))
    assert retry(database, NOW) == Retried(tried=3, left=2)
    assert Retried(3, 2).taken_in == 1
    assert ids(database) == {"imp_00001"}
    with database.read() as tx:
        assert counts.everything(tx) == 1
        assert [each.times for each in quarantine.newest(tx)] == [1, 1]
    assert retry(database, NOW) == Retried(tried=2, left=2)
    assert ids(database) == {"imp_00001"}


def test_what_is_no_json_stays_and_stops_nothing(database: Database) -> None:
    put(database, "impressions", Reject("odd", "{"), Reject("odd", "[" * 99_999), misread(row(1)))
    put(database, "elsewhere", misread(row(2)))
    assert retry(database, NOW) == Retried(tried=4, left=3)


def test_nothing_to_try(database: Database) -> None:
    assert retry(database, NOW) == Retried(0, 0)


def test_an_address_that_was_removed_is_nobody(database: Database) -> None:
    scans = [row(number, ip_address=wire.REMOVED, user_agent="Mozilla") for number in (1, 2)]
    put(database, "impressions", *map(misread, scans))
    assert retry(database, NOW).taken_in == 2
    with database.read() as tx:
        assert tx.rows("select scanner from impression") == [(None,), (None,)]


def test_a_scan_that_the_store_has_counts_once(database: Database) -> None:
    take(database, sound(1))
    put(database, "impressions", misread(row(1)), misread(row(1, user_agent="other")))
    assert retry(database, NOW) == Retried(tried=2, left=0)
    with database.read() as tx:
        assert counts.everything(tx) == 1


def test_a_broken_row_leaves_with_the_one_that_mends_it(database: Database) -> None:
    put(database, "impressions", *(broken(number) for number in range(250)))
    put(database, "import/impressions", misread(row(3)))
    assert retry(database, NOW) == Retried(tried=251, left=249)
    assert len(kept(database)) == 249


def test_posters_and_users_come_into_the_directory(database: Database) -> None:
    put(database, "posters", misread({"id": "poster_1", "location": "Library"}))
    put(database, "import/posters", misread({"id": "poster_2", "program_id": "prog_1"}))
    put(database, "users", misread({"id": "user_1", "first_name": "Maya", "email": wire.REMOVED}))
    assert retry(database, NOW) == Retried(tried=3, left=0)
    with database.read() as tx:
        assert directory.posters(tx) == [
            Poster("poster_1", location="Library"),
            Poster("poster_2", program="prog_1"),
        ]
        assert directory.ambassadors(tx) == [Ambassador("user_1", first_name="Maya")]


def test_what_the_directory_knows_has_the_last_word(database: Database) -> None:
    with database.write() as tx:
        directory.save_posters(tx, [Poster("poster_1", location="Gym")])
        directory.save_ambassadors(tx, [Ambassador("user_1", email="maya@example.org")])
    old = {"id": "poster_1", "location": "Library", "program_id": "prog_1"}
    put(database, "posters", misread(old))
    put(database, "users", misread({"id": "user_1", "first_name": "Maya", "email": wire.REMOVED}))
    assert retry(database, NOW).taken_in == 2
    with database.read() as tx:
        assert directory.posters(tx) == [Poster("poster_1", program="prog_1", location="Gym")]
        assert directory.ambassadors(tx) == [
            Ambassador("user_1", first_name="Maya", email="maya@example.org")
        ]


def test_an_interruption_loses_nothing_and_the_next_time_does_the_rest(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(database, "impressions", *(misread(row(number)) for number in range(450)))
    remove = quarantine.remove

    def interrupted(tx: Transaction, keys: Iterable[int]) -> None:
        # The second batch is taken in, but has not left yet.
        if counts.everything(tx) > 200:
            raise KeyboardInterrupt
        remove(tx, keys)

    with monkeypatch.context() as patch:
        patch.setattr(quarantine, "remove", interrupted)
        with pytest.raises(KeyboardInterrupt):
            retry(database, NOW)
    done = len(ids(database))
    assert 0 < done < 450
    assert len(kept(database)) == 450 - done
    assert retry(database, NOW) == Retried(tried=450 - done, left=0)
    assert len(ids(database)) == 450
    with database.read() as tx:
        assert counts.everything(tx) == 450


def test_rows_that_came_last_are_first(database: Database) -> None:
    for number, at in ((1, 20), (2, 30), (3, 10), (4, 30), (1, 40)):
        put(database, "impressions", broken(number), at=at)
    with database.read() as tx:
        found = quarantine.newest(tx, 3)
        assert [(each.first_seen, each.last_seen, each.times) for each in found] == [
            (20, 40, 2),
            (30, 30, 1),
            (30, 30, 1),
        ]
        assert found[1].key > found[2].key
        assert len(quarantine.newest(tx)) == 4
