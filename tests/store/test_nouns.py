from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.model import Reject, Spike
from bot.domain.scanner import fingerprint
from bot.store import alerts, cursors, health, impressions, proof, quarantine, scanner_keys
from bot.store.health import Source

from .samples import START, no_hash, scan, together

if TYPE_CHECKING:
    from bot.store.database import Database


def test_a_cursor_keeps_when_its_sweep_last_finished(database: Database) -> None:
    with database.write() as tx:
        assert cursors.load(tx, "impressions") is None
        assert cursors.fresh_until(tx, ["impressions"]) is None
        assert cursors.fresh_until(tx, []) is None
        cursors.save(tx, "impressions", "{1}")
        assert cursors.fresh_until(tx, ["impressions"]) is None
        cursors.save(tx, "impressions", "{2}", 200)
        cursors.save(tx, "impressions", "{3}")
        assert cursors.load(tx, "impressions") == "{3}"
        assert cursors.fresh_until(tx, ["impressions"]) == 200


def test_the_slowest_feed_says_how_fresh_all_are(database: Database) -> None:
    with database.write() as tx:
        cursors.save(tx, "a", "", 300)
        cursors.save(tx, "b", "", 200)
        cursors.save(tx, "c", "", 100)
        assert cursors.fresh_until(tx, ["a", "b"]) == 200
        assert cursors.fresh_until(tx, ["a", "unheard of"]) is None


def test_a_source_goes_down_and_comes_up_once(database: Database) -> None:
    with database.write() as tx:
        assert not health.up(tx, "Vantio", 10)
        assert health.down(tx, "Vantio", 20, "no answer", "wait")
        assert not health.down(tx, "Vantio", 30, "wrong key", "set it")
        assert health.sources(tx) == [Source("Vantio", 10, 20, "wrong key", "set it")]
        assert health.up(tx, "Vantio", 40)
        assert not health.up(tx, "Vantio", 50)
        assert health.sources(tx) == [Source("Vantio", 50, None, None, None)]


def test_sources_do_not_mix(database: Database) -> None:
    with database.write() as tx:
        assert health.down(tx, "Vantio", 20, "no answer", "wait")
        assert health.down(tx, "Slack", 21, "no answer", "wait")
        assert health.up(tx, "Slack", 22)
        assert [each.name for each in health.sources(tx)] == ["Slack", "Vantio"]
        assert [each.down_since for each in health.sources(tx)] == [None, 20]


def test_proving_that_a_store_takes_writes_leaves_nothing(database: Database) -> None:
    proof.prove(database)
    proof.prove(database)
    with database.read() as tx:
        assert health.sources(tx) == []
        assert proof.size(database, tx) > 10_000


def test_quarantine_counts_what_comes_again(database: Database) -> None:
    reject = Reject("no id", '{"poster_id":"p % :x"}')
    with database.write() as tx:
        assert quarantine.add(tx, "impressions", [reject, reject], 10) == 1
        assert quarantine.add(tx, "impressions", [Reject("no time", reject.body)], 20) == 0
        assert quarantine.add(tx, "posters", [reject], 30) == 1
        assert quarantine.add(tx, "impressions", [], 40) == 0
        assert quarantine.count(tx) == 2
        rows = tx.rows(
            "select feed, body, reason, times, first_seen, last_seen from quarantine order by feed"
        )
    assert rows == [
        ("impressions", reject.body, "no time", 3, 10, 20),
        ("posters", reject.body, "no id", 1, 30, 30),
    ]


def test_quarantine_takes_a_row_of_any_size(database: Database) -> None:
    body = '"' + "x" * 500_000 + '"'
    with database.write() as tx:
        assert quarantine.add(tx, "impressions", [Reject("not an object", body)], 10) == 1
        assert quarantine.add(tx, "impressions", [Reject("not an object", body)], 10) == 0


def test_a_month_has_one_secret_and_each_its_own(database: Database) -> None:
    def ask() -> bytes:
        with database.write() as tx:
            return scanner_keys.secret_of(tx, "2026-11")

    (november,) = set(together([ask] * 4))
    with database.write() as tx:
        december = scanner_keys.secret_of(tx, "2026-12")
    someone = scan(1, address="192.0.2.1")
    assert len(november) == 32
    assert fingerprint(november, someone) != fingerprint(december, someone)


def test_forgotten_secrets_never_come_back(database: Database) -> None:
    with database.write() as tx:
        secrets = {month: scanner_keys.secret_of(tx, month) for month in ("2026-09", "2026-10")}
        assert scanner_keys.forget_before(tx, "2026-10") == 1
        assert scanner_keys.forget_before(tx, "2026-10") == 0
        assert scanner_keys.secret_of(tx, "2026-10") == secrets["2026-10"]
        assert scanner_keys.secret_of(tx, "2026-09") != secrets["2026-09"]


@pytest.mark.parametrize("expected", [0, 2.5, 1 / 3])
def test_the_last_spike_of_each_poster(database: Database, expected: float) -> None:
    with database.write() as tx:
        rows = [scan(n, START, f"poster_{n}") for n in range(3)]
        impressions.add(tx, rows, no_hash)
        for poster, at in (("poster_1", 100), ("poster_1", 300), ("poster_0", 200)):
            alerts.add_spike(tx, Spike(poster, at, 3600, 40, expected, "100 % more: a 'burst'"))
        assert alerts.last_spikes(tx, 0) == {"poster_0": 200, "poster_1": 300}
        assert alerts.last_spikes(tx, 201) == {"poster_1": 300}
        assert alerts.last_spikes(tx, 300) == {"poster_1": 300}
        assert alerts.last_spikes(tx, 301) == {}
        kept = tx.rows("select scans, expected, reason from alert where at = 200")
    assert kept == [(40, expected, "100 % more: a 'burst'")]
