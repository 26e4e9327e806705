from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.alert import Alert, Evidence, Kind, Scope, Verdict
from bot.domain.model import Reject
from bot.domain.scanner import fingerprint
from bot.store import alerts, cursors, health, proof, quarantine, scanner_keys
from bot.store.health import Source

from .samples import scan, together

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


def test_alerts_are_kept_with_all_that_is_known_of_them(database: Database) -> None:
    evidence = Evidence(9, 1, 8, 7, 2, 3, 4, (("p2", 5), ("p 'one'", 4)))
    spike = Alert(
        Kind.SPIKE, Scope.POSTER, "p1", 100, 200, 3600, 9, 2.5, "100 % more: a 'burst'", 3.25, None,
        7, 2.25, 12, 8, Verdict.CROWD, evidence,
    )  # fmt: skip
    with database.write() as tx:
        kept = alerts.add(tx, spike)
        assert kept == replace(spike, key=kept.key)
        assert alerts.by_key(tx, [kept.key]) == alerts.unresolved(tx, Kind.SPIKE) == [kept]
        over = replace(kept, resolved_at=300, now=1, total=15)
        alerts.change(tx, over)
        assert alerts.unresolved(tx, Kind.SPIKE) == []
        assert alerts.ended(tx, Kind.SPIKE, 300) == [over]
        assert alerts.ended(tx, Kind.SPIKE, 301) == []


def test_alerts_of_one_message_are_found_together(database: Database) -> None:
    quiet = Alert(Kind.QUIET, Scope.POSTER, "p", 100, 200, 3600, 0, 9.0, "no scan")
    with database.write() as tx:
        first = alerts.add(tx, quiet)
        others = [alerts.add(tx, replace(quiet, group=first.key)) for _ in range(3)]
        alerts.add(tx, quiet)
        alerts.add(tx, replace(quiet, fired_at=201, group=first.key))
        assert alerts.group(tx, first.key) == [first, *others]
        assert alerts.group(tx, others[0].key) == [others[0]]


def test_what_an_alert_told_was_reached(database: Database) -> None:
    told = Alert(Kind.MILESTONE, Scope.PROGRAM, "g", 1, 1, 3600, 1000, 0.0, "", resolved_at=1)
    with database.write() as tx:
        for scans in (10_000, 1000):
            alerts.add(tx, replace(told, scans=scans))
        alerts.add(tx, replace(told, scope=Scope.POSTER, subject="p", scans=100))
        assert alerts.reached(tx, Kind.MILESTONE) == {
            (Scope.PROGRAM, "g"): 10_000,
            (Scope.POSTER, "p"): 100,
        }
        assert alerts.reached(tx, Kind.FIRST_SCAN) == {}
