from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sandbox.fake_vantio import FakeVantio
from bot.services.asking import Asking
from bot.services.directory import Directory
from bot.services.ingest import Feed, Ingest, feeds_of
from bot.services.polling import Polling
from bot.store import counts, directory, health, outbox, quarantine
from bot.store.opening import open_store
from bot.vantio.client import Vantio
from bot.vantio.errors import Garbled, Limited, Unauthorized, Unavailable, VantioError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.database import Database

DAY = 86_400
START = 1_790_000_000
NOW = START + 10 * DAY


def row(number: int, at: int | None = None, **more: object) -> dict[str, Any]:
    return {
        "id": f"imp_{number:05}",
        "poster_id": f"poster_{number % 7}",
        "program_id": f"prog_{number % 2}",
        "student_id": f"user_{number % 3}",
        "scanned_at": START + number * 60 if at is None else at,
        "ip_address": f"192.0.2.{number % 50}",
        **more,
    }


@pytest.fixture
def vantio() -> Iterator[FakeVantio]:
    with FakeVantio([row(n) for n in range(450)]) as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    yield opened
    opened.close()


class Poller:
    """The real parts around one simulated Vantio."""

    def __init__(
        self,
        vantio: FakeVantio,
        store: Database,
        programs: tuple[str, ...] = (),
        key: str | None = None,
        timeout: float = 5.0,
    ) -> None:
        self.now = NOW
        self.client = Vantio(vantio.url, key or vantio.key, timeout=timeout)
        asking = Asking(self.client, store, Event(), self.clock, first_wait=0.01)
        self.ingest = Ingest(store, asking, feeds_of(programs), self.clock, full_every=DAY)
        names = Directory(store, asking, [*programs] or [None], self.clock, every=6 * 3600)
        self.polling = Polling(self.ingest, names, asking, store, ["U1", "U2"], self.clock)

    def clock(self) -> int:
        return self.now


@pytest.fixture
def poller(vantio: FakeVantio, store: Database) -> Iterator[Poller]:
    made = Poller(vantio, store)
    yield made
    made.client.close()


def ids(store: Database) -> set[str]:
    with store.read() as tx:
        return {id_ for (id_,) in tx.rows("select id from impression")}


def asked_for_impressions(vantio: FakeVantio) -> int:
    return sum(asked.path.endswith("/impressions") for asked in vantio.requests)


def test_the_first_poll_takes_all_in_as_history_and_the_next_only_what_is_new(
    poller: Poller, vantio: FakeVantio, store: Database
) -> None:
    first = poller.ingest.sync()
    assert (first.new, first.complete, first.history) == (450, True, True)
    vantio.add(row(900, NOW - 60))
    second = poller.ingest.sync()
    assert (second.new, second.requests, second.history) == (1, 1, False)
    assert len(ids(store)) == 451
    with store.read() as tx:
        assert counts.everything(tx) == 451


@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
@pytest.mark.parametrize("cap", [1, 7, 100])
def test_any_order_and_any_page_cap(store: Database, order: Any, cap: int) -> None:
    with FakeVantio([row(n) for n in range(120)], order=order, cap=cap) as vantio:
        poller = Poller(vantio, store)
        poller.ingest.sync()
        vantio.add(*(row(n, NOW - n) for n in range(500, 530)))
        poller.ingest.sync()
        poller.client.close()
    assert len(ids(store)) == 150


def test_a_feed_that_refuses_the_limit_is_asked_for_fewer_rows(
    poller: Poller, vantio: FakeVantio, store: Database
) -> None:
    vantio.fault("server_error", times=2, status=400)
    assert poller.ingest.sync().complete
    assert len(ids(store)) == 450
    assert vantio.requests[-1].query["limit"] == "25"


def test_chosen_programs_are_swept_each_on_its_own(vantio: FakeVantio, store: Database) -> None:
    poller = Poller(vantio, store, ("prog_1",))
    assert poller.ingest.sync().new == 225
    assert poller.ingest.fresh_until() == NOW
    poller.client.close()
    assert Feed("prog_1").name == "impressions/prog_1"


def test_a_row_that_is_no_scan_goes_to_quarantine_whole_and_costs_the_others_nothing(
    poller: Poller, vantio: FakeVantio, store: Database
) -> None:
    vantio.add(row(700, None, scanned_at="yesterday-ish", ip_address="192.0.2.77"), "junk", None)
    result = poller.ingest.sync()
    assert (result.new, result.quarantined) == (450, 3)
    assert poller.ingest.sync(full=True).quarantined == 0
    with store.read() as tx:
        assert quarantine.count(tx) == 3
        stored = str(tx.rows("select reason, body, times from quarantine"))
    assert "yesterday-ish" in stored
    assert "192.0.2.77" not in stored


def test_no_raw_address_is_stored_anywhere(poller: Poller, store: Database) -> None:
    poller.ingest.sync()
    store.close()
    files = [Path(f"{store.name}{suffix}") for suffix in ("", "-wal")]
    assert b"192.0.2." not in b"".join(file.read_bytes() for file in files if file.exists())


def test_a_crash_in_the_middle_resumes_where_it_stopped(
    poller: Poller, vantio: FakeVantio, store: Database
) -> None:
    pages = []

    def power_cut(_: object) -> None:
        pages.append(1)
        if len(pages) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        poller.ingest.sync(progress=power_cut)
    before = asked_for_impressions(vantio)
    again = Poller(vantio, store)
    assert again.ingest.sync().history
    again.client.close()
    assert len(ids(store)) == 450
    assert asked_for_impressions(vantio) - before <= 6


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
    poller: Poller, vantio: FakeVantio, store: Database, kind: Any, detail: Any, error: Any
) -> None:
    vantio.fault(kind, times=4, after=2, feed="impressions", **detail)
    with pytest.raises(error) as raised:
        poller.polling.poll()
    assert vantio.key not in str(raised.value)
    assert "\n" not in str(raised.value)
    with store.read() as tx:
        (source,) = health.sources(tx)
        notices = outbox.counts(tx)
    assert source.down_since == NOW
    assert notices == ({"waiting": 2} if error is Unauthorized else {})
    for _ in range(5):
        if _polls(poller):
            break
    assert len(ids(store)) == 450
    with store.read() as tx:
        (source,) = health.sources(tx)
    assert source.down_since is None


def _polls(poller: Poller) -> bool:
    try:
        poller.client._not_before = 0.0
        poller.polling.poll()
    except VantioError:
        return False
    return True


def test_a_short_wait_that_vantio_asks_for_is_kept(poller: Poller, vantio: FakeVantio) -> None:
    vantio.fault("rate_limited", retry_after=1)
    assert poller.ingest.sync().new == 450


def test_spurious_empty_pages_lose_nothing(
    poller: Poller, vantio: FakeVantio, store: Database
) -> None:
    for after in (0, 1, 2):
        vantio.fault("empty", after=after)
    poller.ingest.sync()
    poller.ingest.sync()
    assert len(ids(store)) == 450


def test_late_scans_are_found_by_the_next_full_sweep(
    poller: Poller, vantio: FakeVantio, store: Database
) -> None:
    poller.ingest.sync()
    vantio.add(row(800, START + 30))
    poller.now += DAY
    assert poller.ingest.sync().new == 1
    assert "imp_00800" in ids(store)


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


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
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
    order: Any,
    cap: int,
    faults: list[Any],
    batches: list[int],
) -> None:
    path = tmp_path_factory.mktemp("law") / "store.db"
    store = open_store(f"sqlite:///{path}")
    with FakeVantio([row(n) for n in range(90)], order=order, cap=cap) as vantio:
        for after, fault in enumerate(faults):
            vantio.fault(fault, after=after, **({"retry_after": 0} if "rate" in fault else {}))
        poller, number = Poller(vantio, store), 1000
        for batch in batches:
            vantio.add(*(row(number + n) for n in range(batch)))
            number += batch
            _polls(poller)
        while not _polls(poller):
            pass
        poller.ingest.sync(full=True)
        expected = {str(each["id"]) for each in _all(vantio)}
        poller.client.close()
    assert ids(store) == expected
    with store.read() as tx:
        assert counts.everything(tx) == len(expected)
    store.close()


def _all(vantio: FakeVantio) -> list[dict[str, Any]]:
    with Vantio(vantio.url, vantio.key) as client:
        found, offset = [], 0
        while page := client.impressions(offset=offset):
            if not page.size:
                return [{"id": each.id} for each in found]
            found += page.rows
            offset += page.size
    raise AssertionError
