from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.fake_vantio import FakeVantio
from bot.sandbox.vantio_faults import Detail
from bot.store import counts, directory, health, outbox
from bot.store.opening import open_store
from bot.vantio.errors import Garbled, Limited, Unauthorized, Unavailable, VantioError
from tests.services.poller import NOW, START, Poller, asked_for_impressions, ids, polls, row

if TYPE_CHECKING:
    from bot.sandbox.vantio_faults import Kind
    from bot.sandbox.vantio_feed import Order
    from bot.store.database import Database


@pytest.mark.parametrize(
    ("kind", "detail", "error"),
    [
        ("unauthorized", {}, Unauthorized),
        ("rate_limited", {"retry_after": 3600}, Limited),
        ("server_error", {}, Unavailable),
        ("cut", {}, Unavailable),
        ("broken_json", {}, Garbled),
        ("not_json", {}, Garbled),
        ("wrong_shape", {}, Garbled),
    ],
)
def test_trouble_is_told_apart_noted_and_survived(
    poller: Poller,
    vantio: FakeVantio,
    store: Database,
    kind: Kind,
    detail: Detail,
    error: type[VantioError],
) -> None:
    vantio.fault(kind, times=20, after=2, **Detail(feed="impressions", **detail))
    with pytest.raises(error) as raised:
        poller.polling.poll()
    assert vantio.key not in str(raised.value)
    assert "\n" not in str(raised.value)
    with store.read() as tx:
        (source,) = health.sources(tx)
        notices = outbox.counts(tx)
    assert source.down_since == NOW
    assert notices == ({"waiting": 2} if error is Unauthorized else {})
    for _ in range(20):
        if polls(poller):
            break
    assert len(ids(store)) == 450
    with store.read() as tx:
        (source,) = health.sources(tx)
    assert source.down_since is None


def test_a_short_wait_that_vantio_asks_for_is_kept(poller: Poller, vantio: FakeVantio) -> None:
    vantio.fault("rate_limited", retry_after=1)
    result = poller.ingest.sync()
    assert result.new == 450
    assert result.requests == asked_for_impressions(vantio)


def test_spurious_empty_pages_lose_nothing(
    poller: Poller, vantio: FakeVantio, store: Database
) -> None:
    for after in (0, 1, 2):
        vantio.fault("empty", after=after)
    poller.ingest.sync()
    poller.ingest.sync()
    assert len(ids(store)) == 450


def test_a_scan_that_comes_late_is_found_by_the_next_poll(
    poller: Poller, vantio: FakeVantio, store: Database
) -> None:
    poller.ingest.sync()
    vantio.add(row(800, START + 30))
    result = poller.ingest.sync()
    assert (result.new, result.missing, result.complete) == (1, 1, True)
    assert "imp_00800" in ids(store)


def test_a_scan_that_vanishes_leaves_all_numbers_and_may_come_back(
    poller: Poller, vantio: FakeVantio, store: Database
) -> None:
    poller.ingest.sync()
    vantio.remove("imp_00123")
    assert poller.ingest.sync().deleted == 1
    with store.read() as tx:
        assert counts.everything(tx) == 449
        assert tx.rows("select deleted_at from deleted") == [(NOW,)]
    vantio.add(row(123))
    assert poller.ingest.sync().new == 1
    with store.read() as tx:
        assert counts.everything(tx) == 450
        assert tx.rows("select deleted_at from deleted") == []


def test_an_offset_beyond_the_end_may_be_refused(
    poller: Poller, vantio: FakeVantio, store: Database
) -> None:
    poller.ingest.sync()
    vantio.remove(*(f"imp_{number:05}" for number in range(5)))
    vantio.fault("server_error", status=400, after=1)
    result = poller.ingest.sync()
    assert (result.deleted, result.complete) == (5, True)
    assert len(ids(store)) == 445


def test_names_are_refreshed_now_and_then(poller: Poller, store: Database) -> None:
    users = [{"id": "user_1", "first_name": "Maya", "last_name": "Khan", "email": "m@example.edu"}]
    posters = [{"id": "poster_1", "location": "Gym", "student_id": "user_1", "program_id": "p"}]
    with FakeVantio([row(1)], posters, users) as vantio:
        named = Poller(vantio, store)
        named.polling.poll()
        before = len(vantio.requests)
        named.polling.poll()
        assert [asked.path[-11:] for asked in vantio.requests[before:]] == ["impressions"] * (
            len(vantio.requests) - before
        )
        named.client.close()
    with store.read() as tx:
        assert [each.location for each in directory.posters(tx)] == ["Gym"]
        assert [each.first_name for each in directory.ambassadors(tx)] == ["Maya"]
    assert poller.now == NOW


@settings(max_examples=15)
@given(
    order=st.sampled_from(["newest", "oldest", "shuffled"]),
    cap=st.integers(3, 40),
    faults=st.lists(
        st.sampled_from(["server_error", "empty", "broken_json", "cut", "rate_limited"]),
        max_size=6,
    ),
    batches=st.lists(st.integers(0, 60), min_size=1, max_size=4),
)
def test_whatever_happens_the_store_comes_to_equal_the_feed(
    tmp_path_factory: pytest.TempPathFactory,
    order: Order,
    cap: int,
    faults: list[Kind],
    batches: list[int],
) -> None:
    path = tmp_path_factory.mktemp("law") / "store.db"
    store = open_store(f"sqlite:///{path}")
    with FakeVantio([row(n) for n in range(90)], order=order, cap=cap) as vantio:
        for after, fault in enumerate(faults):
            vantio.fault(fault, after=after, retry_after=0)
        poller, number = Poller(vantio, store), 1000
        for batch in batches:
            vantio.add(*(row(number + n) for n in range(batch)))
            number += batch
            polls(poller)
        for _ in range(25):  # until every fault is over
            polls(poller)
        poller.ingest.sync(full=True)
        poller.client.close()
    expected = {str(row(n)["id"]) for n in [*range(90), *range(1000, number)]}
    assert ids(store) == expected
    with store.read() as tx:
        assert counts.everything(tx) == len(expected)
    store.close()
