from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.alert import Kind
from bot.domain.detection.watch import Thresholds
from bot.services.alerting import Wanted
from bot.services.backtest import Backtest, Span
from bot.store import first_load
from bot.store.database import StoreError
from bot.store.opening import open_store
from tests.services.street import DAY, HOUR, NOW, PREVIEW, TICK, ZONE, Street

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain.alert import Alert
    from bot.domain.model import Impression
    from bot.store.database import Database

_TOLD = Wanted(first_scans=False, milestones=False)


def replayed(street: Street, now: int, since: int | None = None) -> list[Alert]:
    test = Backtest(street.database, ZONE, Thresholds())
    done: list[tuple[int, int]] = []
    span = test.span(since, now)
    found = test.run(span, lambda *far: done.append(far))
    assert [far for far, _ in done] == [*range(1, len(span.hours) + 1)]
    assert {whole for _, whole in done} <= {len(span.hours)}
    return found


def brief(found: list[Alert]) -> list[tuple[object, ...]]:
    """What a backtest says of alerts."""
    return [
        (
            *(each.kind, each.scope, each.subject, each.started_at, each.fired_at),
            *(each.resolved_at, each.window, each.scans, each.expected, each.score, each.reason),
        )
        for each in found
    ]


START, END = NOW + 3 * DAY, NOW + 5 * DAY


def eventful(database: Database) -> Street:
    """Weeks of calm, then bursts, a program's hour, bots, and a silence that ends."""
    street = Street(database)
    street.settle(2)
    street.live(NOW, END, "p1")
    street.crowd("p5", 24, START + 300, HOUR)
    street.crowd("p3", 24, START + 6 * HOUR)
    for n in (0, 2, 4, 6):
        street.crowd(f"p{n}", 9, START + 20 * HOUR, HOUR)
    street.keep(street.scan("p7", START + 30 * HOUR - n, PREVIEW) for n in range(50))
    street.crowd("p1", 2, END - 2 * HOUR)
    return street


def rows_of(street: Street) -> list[Impression]:
    """All scans as the street made them, by time."""
    return sorted(street.all, key=lambda row: row.scanned_at)


def test_it_tells_what_production_would_have_told(database: Database, store: Database) -> None:
    """Scans come in as they were made, with a look every five minutes."""
    street, since, end = eventful(database), START, END
    found = replayed(street, end, since)
    assert {each.kind for each in found} == {Kind.SPIKE, Kind.QUIET}
    live = Street(store)
    live.settle(0)
    looking, coming, told = live.alerting(wanted=_TOLD), rows_of(street), []
    live.keep(row for row in coming if row.scanned_at < since)
    coming = [row for row in coming if row.scanned_at >= since]
    looking.watching.catch_up(since)
    looking.watching.watch.newly_quiet()
    looking.watching._knows_nothing = False
    for now in range(since + TICK, end + 1, TICK):
        live.keep(row for row in coming if now - TICK <= row.scanned_at < now)
        told += looking.look(now, since)
    resolved = {each.key: each for each in live.kept()}
    assert brief([resolved[each.key] for each in told]) == brief(found)


def test_what_began_before_is_left_out(database: Database) -> None:
    street = eventful(database)
    found = replayed(street, END, START)
    assert all(each.started_at >= START for each in found if each.kind is Kind.SPIKE)
    assert all(START < each.fired_at <= END for each in found)
    assert "p3" in {each.subject for each in found}
    assert "p5" not in {each.subject for each in found}
    assert street.kept() == []
    assert street.said() == []
    with database.read() as tx:
        assert tx.rows("select count(*) from watch") == [(0,)]


@pytest.mark.parametrize("since", [None, NOW - DAY, NOW + DAY])
def test_without_scans_there_is_nothing_to_replay(database: Database, since: int | None) -> None:
    assert replayed(Street(database), NOW, since) == []


def test_a_scan_that_claims_to_be_of_the_future_is_not_waited_for(database: Database) -> None:
    street = Street(database)
    street.settle(1)
    street.keep([street.scan("p1", NOW + 9999 * DAY)])
    span = Backtest(database, ZONE, Thresholds()).span(None, NOW + 7)
    assert span == Span(span.first, span.first, NOW)
    assert span.hours.stop == NOW // HOUR


def test_nothing_is_looked_for_while_a_first_load_is_under_way(tmp_path: Path) -> None:
    database = open_store(f"sqlite:///{tmp_path / 'filling.db'}")
    first_load.begin(database)
    street = Street(database)
    street.settle(2)
    looking = street.alerting()
    assert street.watched(looking, NOW + TICK) == []
    with pytest.raises(StoreError, match="posterpulse sync"):
        replayed(street, NOW)
    first_load.finish(database)
    street.crowd("p1", 30, street.now)
    assert street.watched(looking, street.now + TICK)
    assert replayed(street, street.now)
    database.close()
