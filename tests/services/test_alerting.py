from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

import pytest

from bot.domain.alert import Kind, Scope, Verdict
from bot.domain.noise import QuietHours, Rule
from bot.domain.noise import Scope as Cover
from bot.store import impressions
from tests.domain.clocks import at
from tests.services.street import CHANNELS, DAY, HOUR, MINUTE, NOW, PREVIEW, TICK, ZONE, Street

if TYPE_CHECKING:
    from bot.store.database import Database


@pytest.fixture
def street(database: Database) -> Street:
    made = Street(database)
    made.settle()
    return made


def test_a_burst_is_told_once_and_its_message_lives_on(street: Street) -> None:
    looking = street.alerting()
    assert looking.look(street.now) == []
    street.crowd("p3", 24, street.now + TICK)
    [alert] = street.watched(looking, street.now + TICK)
    assert (alert.kind, alert.scope, alert.subject) == (Kind.SPIKE, Scope.POSTER, "p3")
    assert alert.verdict is Verdict.CROWD
    for channel in CHANNELS:
        [first] = street.said(channel)
        assert "Hall 3 - Door" in first
        [details] = street.messages(channel, threads=True)
        assert "Maya K." in str(street.messages(channel)[0].message)
        assert "Most likely a crowd" in details.message["text"]
    street.crowd("p3", 20, street.now + TICK, 200)
    assert street.watched(looking, street.now + TICK) == []
    [second] = street.said()
    assert second != first
    assert street.watched(looking, street.now + 3 * HOUR) == []
    assert all("it is over" in text for channel in CHANNELS for text in street.said(channel))
    [over] = street.kept()
    assert over.resolved_at
    assert over.total == over.evidence.scans == over.evidence.scanners


def test_more_of_the_same_goes_on_and_is_no_second_alert(street: Street) -> None:
    looking = street.alerting()
    street.crowd("p3", 24)
    street.watched(looking, street.now + 2 * HOUR)
    assert street.kept()[0].resolved_at
    street.crowd("p3", 24)
    assert street.watched(looking, street.now + TICK) == []
    assert "it is over" not in street.said()[0]
    street.watched(looking, street.now + 10 * HOUR)
    street.crowd("p3", 24)
    assert len(street.watched(looking, street.now + TICK)) == 1
    assert len(street.said()) == 2


def test_nobody_is_told_of_history(database: Database) -> None:
    street = Street(database)
    street.settle(4)
    street.crowd("p1", 30, street.now - 9 * DAY)
    street.crowd("p2", 30, street.now - 20)
    street.live(street.now, street.now + 2 * DAY)
    looking = street.alerting()
    since = street.now
    while street.now < NOW + 2 * DAY:
        street.now += TICK
        assert looking.look(street.now, since) == []
    street.crowd("p4", 30, street.now + TICK)
    assert [each.subject for each in looking.look(street.now + TICK, since)] == ["p4"]


@pytest.mark.parametrize(
    ("before", "after", "told"), [(30, 12, []), (12, 30, ["p2"]), (0, 30, ["p2"])]
)
def test_a_burst_around_the_start_is_news_if_most_of_it_came_after(
    street: Street, before: int, after: int, told: list[str]
) -> None:
    since = street.now + 290
    if before:
        street.crowd("p2", before, since, 280)
    street.crowd("p2", after, since + 400, 400)
    looking = street.alerting()
    assert [each.subject for each in looking.look(since + 420, since)] == told


def test_an_event_of_a_program_is_one_alert_and_keeps_back_its_posters(
    database: Database,
) -> None:
    street = Street(database, posters=40)
    street.settle()
    looking = street.alerting()
    looking.look(street.now)
    for n in (0, 2, 4, 6):
        street.crowd(f"p{n}", 6, street.now + TICK)
    street.crowd("p8", 24, street.now + TICK)
    found = street.watched(looking, street.now + HOUR)
    assert [each.scope for each in found] == [Scope.PROGRAM, Scope.POSTER]
    [text] = street.said()
    assert "Autumn launch" in text
    assert found[0].subject == "g0"
    assert found[0].verdict is Verdict.PROGRAM_WIDE
    assert found[0].evidence.posters >= 5
    assert "Hall 0 - Door" in str(street.messages(threads=True)[0].message)


def test_bots_and_one_device_are_no_event(street: Street) -> None:
    looking = street.alerting()
    street.keep(street.scan("p1", street.now - n, PREVIEW) for n in range(60))
    street.keep(street.scan("p2", street.now - n, who=7) for n in range(60))
    assert street.watched(looking, street.now + HOUR) == []
    assert street.said() == []


def test_evidence_counts_who_scanned(street: Street) -> None:
    street.now += 5 * HOUR
    looking = street.alerting()
    looking.look(street.now)
    scan, end = street.scan, street.now + TICK
    street.keep(scan("p1", end - 10 - n, who=n % 9) for n in range(18))
    street.keep(scan("p1", end - 5, PREVIEW, who=500) for _ in range(3))
    [alert] = street.watched(looking, end)
    evidence = alert.evidence
    assert (evidence.scans, evidence.bots, evidence.told) == (21, 3, 21)
    assert (evidence.scanners, evidence.busiest, evidence.agents) == (10, 3, 2)
    assert evidence.busy == (("p1", 21),)


def test_late_scans_raise_nothing(street: Street) -> None:
    looking = street.alerting()
    looking.look(street.now)
    street.crowd("p1", 30, street.now - 8 * HOUR)
    street.crowd("p2", 30, street.now - 40 * DAY)
    assert street.watched(looking, street.now + HOUR) == []


def test_what_vanishes_upstream_counts_no_more(street: Street) -> None:
    looking = street.alerting()
    looking.look(street.now)
    rows = [street.scan("p1", street.now + 100 - n) for n in range(30)]
    street.keep(rows)
    assert len(street.watched(looking, street.now + TICK)) == 1
    with street.database.write() as tx:
        impressions.delete(tx, [row.id for row in rows[5:]], street.now)
    street.watched(looking, street.now + TICK)
    assert street.kept()[0].now <= 7
    street.watched(looking, street.now + 6 * HOUR)
    assert street.kept()[0].resolved_at
    assert street.kept()[0].total <= 6


@pytest.mark.parametrize("cover", [Cover.POSTER, Cover.PROGRAM, Cover.OVERALL])
def test_what_is_muted_is_told_elsewhere_only(street: Street, cover: Cover) -> None:
    looking = street.alerting()
    street.crowd("p1", 24)
    [alert] = street.watched(looking, street.now + TICK)
    noise = looking.telling.noise
    assert noise.mute(alert.key, CHANNELS[0], cover, street.now + 2 * DAY, "U1", street.now)
    street.watched(looking, street.now + 10 * HOUR)
    street.crowd("p1", 24)
    assert len(street.watched(looking, street.now + TICK)) == 1
    assert [len(street.messages(channel)) for channel in CHANNELS] == [1, 2]
    looking.release(street.now + 3 * DAY)
    assert len(street.messages()) == 1


def test_quiet_hours_hold_alerts_and_tell_of_them_in_one_message(street: Street) -> None:
    rule = Rule(QuietHours(time(13), time(23), ZONE))
    looking = street.alerting(rule)
    for n in (1, 2):
        street.crowd(f"p{n}", 24)
        assert len(street.watched(looking, street.now + TICK)) == 1
        street.watched(looking, street.now + 7 * HOUR)
    assert street.said() == []
    assert looking.release(at("2026-11-18 22:59", ZONE)) == 0
    assert looking.release(at("2026-11-18 23:00", ZONE)) == len(CHANNELS)
    assert looking.release(at("2026-11-18 23:00", ZONE)) == 0
    [held] = street.messages()
    assert held.kind == "held alerts"
    assert all(f"Hall {n} - Door" in str(held.message) for n in (1, 2))


def test_what_exceeds_the_day_waits_for_the_morning(street: Street) -> None:
    looking = street.alerting(Rule(most_a_day=1))
    for n in (1, 2, 5):
        street.crowd(f"p{n}", 24)
        assert len(street.watched(looking, street.now + TICK)) == 1
        street.watched(looking, street.now + 270 * MINUTE)
    assert len(street.messages()) == 1
    with street.database.write() as tx:
        tx.execute("update outbox set state = 'sent'")
    assert looking.release(at("2026-11-19 08:59", ZONE)) == 0
    assert looking.release(at("2026-11-19 09:00", ZONE)) == len(CHANNELS)
    held = street.messages()[1]
    assert all(f"Hall {n} - Door" in str(held.message) for n in (2, 5))


def test_a_poster_that_nobody_described_is_watched_like_any_other(database: Database) -> None:
    street = Street(database, posters=0)
    street.settle()
    street.posters = 8
    street.live(street.now - 30 * DAY, street.now)
    looking = street.alerting()
    looking.look(street.now)
    street.crowd("p5", 24, street.now + TICK)
    assert [each.subject for each in street.watched(looking, street.now + TICK)] == ["p5"]
    assert "p5" in street.said()[0]


def test_without_a_channel_the_alert_is_kept_and_nobody_told(street: Street) -> None:
    street.subscribe()
    looking = street.alerting()
    street.crowd("p1", 24)
    assert len(street.watched(looking, street.now + TICK)) == 1
    street.subscribe("#late")
    street.crowd("p1", 24, street.now + TICK)
    assert street.watched(looking, street.now + HOUR) == []
    assert street.said("#late") == []
