from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.fake_vantio import FakeVantio
from bot.services import sweeping
from bot.services.taking import Feed
from bot.store import counts, cursors, quarantine
from bot.store.stretch import ALL, FAR, tallied
from tests.services.poller import NOW, Poller, asked_for_impressions, ids, row
from tests.store import brute

if TYPE_CHECKING:
    from bot.sandbox.vantio_feed import Order
    from bot.services.taking import Sync
    from bot.store.database import Database
    from bot.store.stretch import Stretch


def test_the_first_poll_takes_all_in_as_history_and_the_next_only_what_is_new(
    poller: Poller, vantio: FakeVantio, store: Database
) -> None:
    first = poller.ingest.sync()
    assert (first.new, first.complete, first.history) == (450, True, True)
    vantio.add(row(900, NOW - 60))
    second = poller.ingest.sync()
    assert (second.new, second.requests, second.history) == (1, 3, False)
    assert len(ids(store)) == 451
    assert poller.ingest.watched_since() == NOW
    with store.read() as tx:
        assert counts.everything(tx) == 451


@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
def test_tallies_follow_a_first_load_in_order(
    monkeypatch: pytest.MonkeyPatch, store: Database, order: Order
) -> None:
    monkeypatch.setattr(sweeping, "_TALLIED", 200)
    rows = [row(n) for n in range(900)]
    met: list[Stretch] = []

    def look(_: Sync) -> None:
        with store.read() as tx:
            brute.agrees(tx)
            met.append(tallied(tx))

    with FakeVantio(rows, order=order, cap=10) as vantio:
        poller = Poller(vantio, store)
        poller.polling.poll(progress=look)
        poller.client.close()
    moved = [(low, high) for low, high in dict.fromkeys(met) if low < high != -low]
    if store.dialect == "postgres":
        assert moved == []
    elif order == "newest":
        assert len(moved) >= 3
        assert moved == sorted(moved, reverse=True)
        assert {high for _, high in moved} == {FAR}
    elif order == "oldest":
        assert len(moved) >= 3
        assert moved == sorted(moved)
        assert {low for low, _ in moved} == {-FAR}
    assert met[-1] == ALL
    assert len(ids(store)) == 900


@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
@pytest.mark.parametrize("cap", [1, 7, 100])
def test_any_order_and_any_page_cap(store: Database, order: Order, cap: int) -> None:
    with FakeVantio([row(n) for n in range(120)], order=order, cap=cap) as vantio:
        poller = Poller(vantio, store)
        poller.ingest.sync()
        vantio.add(*(row(n, NOW - n) for n in range(500, 530)))
        poller.ingest.sync()
        poller.client.close()
    assert len(ids(store)) == 150


def test_chosen_programs_are_swept_each_on_its_own(vantio: FakeVantio, store: Database) -> None:
    poller = Poller(vantio, store, ("prog_1",))
    assert poller.ingest.sync().new == 225
    with store.read() as tx:
        assert cursors.fresh_until(tx, ["impressions/prog_1"]) == NOW
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
    vantio.add(*(row(number) for number in range(450, 4_000)))

    def power_cut(so_far: Sync) -> None:
        if so_far.new:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        poller.ingest.sync(progress=power_cut)
    before, there = asked_for_impressions(vantio), len(ids(store))
    assert 0 < there < 4_000
    again = Poller(vantio, store)
    assert again.ingest.sync().history
    again.client.close()
    assert len(ids(store)) == 4_000
    assert asked_for_impressions(vantio) - before <= (4_000 - there) / 99 + 50
