from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.alert import Kind, Scope
from bot.services.alerting import Wanted
from bot.services.fixed_thresholds import FixedThreshold
from bot.services.occasions import milestone
from bot.store import impressions
from tests.services.street import DAY, HOUR, MINUTE, PREVIEW, TICK, Street

if TYPE_CHECKING:
    from bot.domain.alert import Alert
    from bot.store.database import Database

EVERYTHING = Wanted()
CALM = Wanted(gone_quiet=False)


@pytest.fixture
def street(database: Database) -> Street:
    made = Street(database)
    made.settle(2)
    return made


def occasions(found: list[Alert]) -> list[tuple[Kind, Scope, str, int]]:
    return [(each.kind, each.scope, each.subject, each.scans) for each in found if not each.score]


def add_up(street: Street, poster: str, total: int, at: int) -> None:
    """Let a poster have so many scans in all, the new ones a minute apart up to then."""
    with street.database.read() as tx:
        ((has,),) = tx.rows(
            "select count(*) from impression i join poster p on p.key = i.poster where p.id = :id",
            id=poster,
        )
    street.keep(street.scan(poster, at - 1 - MINUTE * n) for n in range(total - has))


@pytest.mark.parametrize(
    ("total", "found"), [(0, 0), (99, 0), (100, 100), (999, 100), (1000, 1000), (54_321, 10_000)]
)
def test_the_numbers_that_are_round(total: int, found: int) -> None:
    assert milestone(total, 100) == found


def test_the_first_scan_of_a_new_poster_is_told_once(street: Street) -> None:
    since = street.now
    looking = street.alerting(wanted=CALM)
    assert looking.look(street.now, since) == []
    street.keep([street.scan("p9", street.now + 10), street.scan("p9", street.now + 20)])
    assert occasions(looking.look(street.now + TICK, since)) == [
        (Kind.FIRST_SCAN, Scope.POSTER, "p9", 1)
    ]
    assert "first scan" in street.said()[0]
    street.keep([street.scan("p9", street.now + 30)])
    assert looking.look(street.now + 2 * TICK, since) == []
    assert street.alerting(wanted=CALM).look(street.now + 3 * TICK, since) == []


def test_a_preview_is_no_first_scan_and_takes_none_away(street: Street) -> None:
    looking = street.alerting(wanted=CALM)
    street.keep([street.scan("p9", street.now - 10, PREVIEW)])
    assert looking.look(street.now) == []
    street.keep([street.scan("p9", street.now + 10)])
    assert [kind for kind, *_ in occasions(looking.look(street.now + TICK))] == [Kind.FIRST_SCAN]


def test_first_scans_before_the_watch_are_history(street: Street) -> None:
    street.keep([street.scan("p9", street.now - 10), street.scan("p8", street.now - 2 * DAY)])
    looking = street.alerting(wanted=CALM)
    assert looking.look(street.now, street.now - 5) == []
    street.keep([street.scan(each, street.now + 10) for each in ("p8", "p9")])
    assert looking.look(street.now + TICK, street.now - 5) == []


def test_a_first_scan_during_an_outage_is_told_afterwards(street: Street) -> None:
    looking = street.alerting(wanted=CALM)
    looking.look(street.now)
    street.keep([street.scan("p9", street.now + HOUR)])
    found = occasions(looking.look(street.now + 4 * HOUR))
    assert found == [(Kind.FIRST_SCAN, Scope.POSTER, "p9", 1)]


def test_a_round_number_is_told_once(street: Street) -> None:
    looking = street.alerting(wanted=CALM)
    add_up(street, "p1", 99, street.now - 3 * DAY)
    assert occasions(looking.look(street.now)) == []
    add_up(street, "p1", 100, street.now + TICK)
    assert occasions(looking.look(street.now + TICK)) == [(Kind.MILESTONE, Scope.POSTER, "p1", 100)]
    assert "100 scans" in street.said()[0]
    assert looking.look(street.now + 2 * TICK) == []
    assert street.alerting(wanted=CALM).look(street.now + 2 * TICK) == []


def test_a_number_that_is_reached_again_after_rows_vanished_is_no_news(street: Street) -> None:
    looking = street.alerting(wanted=CALM)
    add_up(street, "p1", 99, street.now - 3 * DAY)
    looking.look(street.now)
    last = street.scan("p1", street.now + 10)
    street.keep([last])
    assert len(occasions(looking.look(street.now + TICK))) == 1
    with street.database.write() as tx:
        impressions.delete(tx, [last.id], street.now)
    looking.look(street.now + TICK)
    street.keep([street.scan("p1", street.now + TICK + 10)])
    assert street.alerting(wanted=CALM).look(street.now + 2 * TICK) == []


def test_of_several_numbers_at_once_the_largest_is_told(street: Street) -> None:
    looking = street.alerting(wanted=CALM)
    looking.look(street.now)
    add_up(street, "p1", 1000, street.now + 900 * MINUTE)
    found = occasions(looking.look(street.now + 901 * MINUTE))
    assert (Kind.MILESTONE, Scope.POSTER, "p1", 1000) in found
    assert (Kind.MILESTONE, Scope.PROGRAM, "g1", 1000) in found
    assert (Kind.MILESTONE, Scope.OVERALL, "", 1000) in found
    assert len(found) == 3


def test_what_was_reached_long_ago_is_history(street: Street) -> None:
    add_up(street, "p1", 1010, street.now - 3 * DAY)
    looking = street.alerting(wanted=CALM)
    assert occasions(looking.look(street.now)) == []
    add_up(street, "p1", 1011, street.now + TICK)
    assert occasions(looking.look(street.now + TICK)) == []
    add_up(street, "p2", 400, street.now - 9 * DAY)  # an import, which comes all at once
    assert occasions(looking.look(street.now + 2 * TICK)) == []


def test_occasions_that_nobody_wants_are_not_told(street: Street) -> None:
    looking = street.alerting(wanted=Wanted(first_scans=False, milestones=False))
    add_up(street, "p1", 99, street.now - 3 * DAY)
    looking.look(street.now)
    add_up(street, "p1", 100, street.now + TICK)
    street.keep([street.scan("p9", street.now + 10)])
    assert occasions(looking.look(street.now + TICK)) == []


def test_good_news_that_comes_all_at_once_is_one_message(street: Street) -> None:
    looking = street.alerting(wanted=CALM)
    add_up(street, "p1", 99, street.now - 3 * DAY)
    looking.look(street.now)
    street.keep(street.scan(each, street.now + 10) for each in ("p8", "p9"))
    assert len(looking.look(street.now + TICK)) == len(street.messages()) == 2
    add_up(street, "p1", 100, street.now + TICK)
    street.keep(street.scan(each, street.now + TICK + 10) for each in ("p10", "p11"))
    found = looking.look(street.now + 2 * TICK)
    assert len(found) == 3
    assert {each.group for each in found[1:]} == {found[0].key}
    for channel in ("#alerts", "#posters"):
        [*_, last] = street.said(channel)
        assert last == "🎉 2 posters have their first scan! 🏆 1 round number reached!"
        assert len(street.said(channel)) == 3
    assert looking.look(street.now + 3 * TICK) == []


def asked(*thresholds: FixedThreshold) -> Wanted:
    return Wanted(first_scans=False, milestones=False, thresholds=thresholds)


def thresholds(found: list[Alert]) -> list[tuple[str, int]]:
    return [(each.subject, each.scans) for each in found if each.kind is Kind.THRESHOLD]


def test_a_threshold_is_told_until_half_of_it_is_over(street: Street) -> None:
    looking = street.alerting(wanted=asked(FixedThreshold(12, HOUR)))
    looking.look(street.now)
    street.crowd("p1", 11)
    assert thresholds(street.watched(looking, street.now + TICK)) == []
    street.crowd("p1", 1)
    assert thresholds(street.watched(looking, street.now + TICK)) == [("p1", 12)]
    assert "12 scans" in str([each.message for each in street.messages()])
    street.crowd("p1", 2)
    assert thresholds(street.watched(looking, street.now + 40 * MINUTE)) == []
    again = street.alerting(wanted=asked(FixedThreshold(12, HOUR)))
    assert thresholds(street.watched(again, street.now + 2 * HOUR)) == []
    assert [each.resolved_at is None for each in street.kept(Kind.THRESHOLD)] == [False]
    street.crowd("p1", 12)
    assert thresholds(street.watched(again, street.now + TICK)) == [("p1", 12)]


def test_a_threshold_minds_its_filters(street: Street) -> None:
    wanted = asked(
        FixedThreshold(12, HOUR, 'program:"Autumn launch"'),
        FixedThreshold(15, HOUR, 'poster:"Hall 3 - Door"'),
        FixedThreshold(20, HOUR, "ambassador:maya"),
    )
    looking = street.alerting(wanted=wanted)
    for poster, size in (("p1", 16), ("p2", 16), ("p3", 16), ("p5", 20)):
        street.crowd(poster, size)
    assert [poster for poster, _ in thresholds(looking.look(street.now))] == ["p2", "p3", "p5"]


def test_a_wrong_filter_is_logged_once_and_stops_nothing_else(
    street: Street, caplog: pytest.LogCaptureFixture
) -> None:
    wanted = asked(FixedThreshold(5, HOUR, "program:nowhere"), FixedThreshold(12, HOUR))
    looking = street.alerting(wanted=wanted)
    looking.look(street.now)
    street.crowd("p1", 12)
    assert thresholds(street.watched(looking, street.now + 3 * HOUR)) == [("p1", 12)]
    [record] = [each for each in caplog.records if each.levelname == "ERROR"]
    assert record.message.startswith("alerts.thresholds: ")
    assert "nowhere" in record.message


def test_scans_before_the_watch_reach_no_threshold(street: Street) -> None:
    looking = street.alerting(wanted=asked(FixedThreshold(12, HOUR)))
    since = street.now
    street.crowd("p1", 20, since)
    assert thresholds(looking.look(since + 10, since)) == []
    street.crowd("p1", 11, since + 2 * TICK, TICK)
    assert thresholds(looking.look(since + 2 * TICK, since)) == []
    street.crowd("p1", 1, since + 3 * TICK, TICK)
    assert thresholds(looking.look(since + 3 * TICK, since)) == [("p1", 12)]
