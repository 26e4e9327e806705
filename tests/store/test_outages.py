from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.alert import Alert, Kind, Scope
from bot.domain.outage import Outage
from bot.store import alerts, first_load, gauges, health, impressions, outbox

from .samples import no_hash, scan

if TYPE_CHECKING:
    from bot.store.database import Database


def test_an_outage_lasts_ends_and_is_forgotten(database: Database) -> None:
    with database.write() as tx:
        health.up(tx, "Vantio", 5)
        assert health.outages(tx) == []
        health.down(tx, "Vantio", 10, "no answer", "wait")
        health.down(tx, "Vantio", 20, "wrong key", "set it", urgent=True)
        health.down(tx, "Vantio", 30, "no answer", "wait")
        health.down(tx, "Slack", 15, "away", "wait")
        vantio = Outage("Vantio", 10, None, urgent=True, problem="no answer", remedy="wait")
        slack = Outage("Slack", 15, None, urgent=False, problem="away", remedy="wait")
        assert health.outages(tx) == [vantio, slack]
        assert vantio.lasted(40) == 30
    with database.write() as tx:
        health.up(tx, "Vantio", 50)
        health.up(tx, "Vantio", 60)
        (ended, still) = health.outages(tx)
        assert (ended.ended, ended.lasted(1000)) == (50, 40)
        assert still == slack
        health.forget(tx, ended)
        assert health.outages(tx) == [slack]


def test_one_that_begins_again_in_the_second_of_its_end_lasts(database: Database) -> None:
    with database.write() as tx:
        health.down(tx, "Vantio", 10, "no answer", "wait")
        health.up(tx, "Vantio", 10)
        health.down(tx, "Vantio", 10, "no answer", "wait")
        assert [each.ended for each in health.outages(tx)] == [None]


def test_scans_are_told_from_tallies_only(database: Database) -> None:
    first_load.begin(database)
    with database.write() as tx:
        impressions.add(tx, [scan(1), scan(2)], no_hash)
        assert gauges.scans(tx) == (None if first_load.under_way(tx) else 2)
    first_load.finish(database)
    with database.read() as tx:
        assert gauges.scans(tx) == 2


def test_the_oldest_message_to_be_sent(database: Database) -> None:
    with database.write() as tx:
        assert gauges.waiting_since(tx) is None
        outbox.add(tx, "a", "digest", "#a", "{}", 10)
        outbox.add(tx, "b", "digest", "#a", "{}", 20)
        assert gauges.waiting_since(tx) == 10
        outbox.withdraw(tx, "a")
        assert gauges.waiting_since(tx) == 20


def test_alerts_that_run(database: Database) -> None:
    def alert(kind: Kind, resolved_at: int | None) -> Alert:
        return Alert(kind, Scope.POSTER, "p", 1, 2, 3600, 9, 1.0, "", resolved_at=resolved_at)

    with database.write() as tx:
        for kind, resolved in ((Kind.SPIKE, None), (Kind.SPIKE, 9), (Kind.QUIET, None)):
            alerts.add(tx, alert(kind, resolved))
        assert gauges.alerts_running(tx) == {"quiet": 1, "spike": 1}
