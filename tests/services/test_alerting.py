from __future__ import annotations

from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest
from bot.domain.spike import Sensitivity, decide

from bot.domain.model import Ambassador, Poster, Programs, Spike
from bot.domain.subscription import Subscription
from bot.services.alerting import Alerting
from bot.store import directory, subscriptions
from tests.domain.clocks import at
from tests.services.dying import FragileDatabase, Fuse, Killed
from tests.services.world import fill, outgoing, scans

if TYPE_CHECKING:
    from bot.store.database import Database

ZONE = "Europe/Berlin"
NOW = at("2026-11-25 14:30", ZONE)
HOUR, DAY = 3600, 86_400
WEEK = 7 * DAY
REST = 6 * HOUR
CHANNELS = ("#posters", "#general")


def alerting(database: Database, zone: str = ZONE) -> Alerting:
    programs = Programs({"autumn": "Autumn launch"})
    return Alerting(database, programs, Sensitivity(10, 3.0, REST), zone)


def subscribe(database: Database, *channels: str) -> None:
    with database.write() as tx:
        wanted = [Subscription(0, "alert", channel) for channel in channels]
        subscriptions.reconcile(tx, wanted, NOW, frozenset())


def usually(database: Database, weeks: int, count: int, poster: str = "library") -> None:
    """So many scans in this hour of each of the weeks before, and a first one before them all."""
    fill(database, *scans(NOW - weeks * WEEK - DAY, 1, poster))
    for week in range(1, weeks + 1):
        fill(database, *scans(NOW - week * WEEK - 600, count, poster))


def told(database: Database) -> list[tuple[str, str]]:
    return [(each.kind, each.channel) for each in outgoing(database)]


def test_a_burst_is_told_once_in_every_channel_and_then_rests(database: Database) -> None:
    subscribe(database, *CHANNELS)
    usually(database, 4, 4)
    fill(database, *scans(NOW - 60, 40))
    look = alerting(database).look
    [spike] = look(NOW)
    assert spike == Spike("library", NOW, HOUR, 40, 4.0, spike.reason)
    assert told(database) == [("spike alert", channel) for channel in CHANNELS]
    for later in range(300, REST, 300):
        fill(database, *scans(NOW + later, 20))
        assert look(NOW + later) == []
    fill(database, *scans(NOW + REST, 40))
    assert len(look(NOW + REST)) == 1
    assert len(outgoing(database)) == 4


def test_the_message_names_place_person_and_numbers(database: Database) -> None:
    subscribe(database, "#posters")
    with database.write() as tx:
        place = Poster("library", "autumn", "maya", "Main library, ground floor", NOW - 60 * DAY)
        directory.save_posters(tx, [place])
        directory.save_ambassadors(tx, [Ambassador("maya", "autumn", "Maya", "Krüger")])
    usually(database, 4, 4)
    fill(database, *scans(NOW - 60, 40), *scans(NOW - 60, 40, "gym"))
    alerting(database).look(NOW)
    [sent] = outgoing(database)
    whole = str(sent.message)
    assert "Main library, ground floor" in sent.message["text"]
    assert "40 scans in the last hour, usually about 4" in sent.message["text"]
    assert "Maya K." in whole
    assert "Autumn launch" in whole
    assert ZONE in whole
    assert "Krüger" not in whole


@pytest.mark.parametrize(
    ("weeks", "before", "scanned", "speaks"),
    [
        (2, 4, 40, True),
        (1, 4, 40, False),  # too little history
        (4, 20, 40, False),  # not three times as many
        (4, 1, 9, False),  # below the floor
        (4, 0, 10, True),
    ],
)
def test_only_what_stands_out_is_told(
    database: Database, weeks: int, before: int, scanned: int, *, speaks: bool
) -> None:
    subscribe(database, "#posters")
    usually(database, weeks, before)
    fill(database, *scans(NOW - 60, scanned))
    assert bool(alerting(database).look(NOW)) is speaks


def test_weeks_before_a_poster_was_up_do_not_count(database: Database) -> None:
    subscribe(database, "#posters")
    usually(database, 6, 4, "gym")
    fill(database, *scans(NOW - 10 * DAY), *scans(NOW - 60, 40))
    assert alerting(database).look(NOW) == []
    with database.write() as tx:
        directory.save_posters(tx, [Poster("library", created_at=NOW - 20 * DAY)])
    assert [spike.poster for spike in alerting(database).look(NOW)] == ["library"]


def test_the_hour_is_the_last_one_to_the_second(database: Database) -> None:
    subscribe(database, "#posters")
    usually(database, 4, 0)
    fill(database, *scans(NOW - HOUR, 50), *scans(NOW + 1, 50))
    assert alerting(database).look(NOW) == []
    fill(database, *scans(NOW - HOUR + 1, 5), *scans(NOW, 5))
    assert [spike.scans for spike in alerting(database).look(NOW)] == [10]


def test_the_usual_hour_is_that_of_the_clock_on_the_wall(database: Database) -> None:
    """Berlin left summer time on 25 October: lunch hours before it are nearer than they look."""
    now = at("2026-10-28 12:30", ZONE)
    subscribe(database, "#posters")
    fill(database, *scans(at("2026-09-01 12:00", ZONE)))
    for day in ("2026-10-21", "2026-10-14", "2026-10-07", "2026-09-30"):
        fill(database, *scans(at(f"{day} 12:00", ZONE), 30))
    fill(database, *scans(now - 60, 30))
    assert alerting(database).look(now) == []
    assert len(alerting(database, "UTC").look(now)) == 1


def test_without_a_channel_nobody_is_told_and_nothing_is_noted(database: Database) -> None:
    usually(database, 4, 0)
    fill(database, *scans(NOW - 60, 40))
    assert alerting(database).look(NOW) == []
    subscribe(database, "#posters")
    assert len(alerting(database).look(NOW + 60)) == 1


def test_what_was_scanned_before_the_bot_watched_is_history(database: Database) -> None:
    subscribe(database, "#posters")
    usually(database, 4, 0)
    fill(database, *scans(NOW - 60, 40))
    assert alerting(database).look(NOW, since=NOW - 30) == []
    assert len(alerting(database).look(NOW, since=NOW - 3600)) == 1


def test_two_processes_at_once_tell_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(database, *CHANNELS)
    usually(database, 4, 0)
    fill(database, *scans(NOW - 60, 40))
    both = Barrier(2)

    def decide_together(*facts: object) -> object:
        both.wait(60)
        return decide(*facts)  # type: ignore[arg-type] # passed on as they came

    monkeypatch.setattr("bot.services.alerting.decide", decide_together)
    found: list[Spike] = []
    threads = [
        Thread(target=lambda now=now: found.extend(alerting(database).look(now)))
        for now in (NOW, NOW + 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1
    assert [channel for _, channel in told(database)] == list(CHANNELS)


def test_dying_anywhere_leaves_no_alert_half_told(database: Database) -> None:
    subscribe(database, *CHANNELS)
    posters = ["gym", "hall", "library"]
    for dies_at in range(20):
        now = NOW + dies_at * 8 * HOUR  # never the same hour of the week
        for poster in posters:
            fill(database, *scans(now - 10 * WEEK, 1, poster), *scans(now - 60, 99, poster))
        before, fuse, lived = len(outgoing(database)), Fuse(dies_at), True
        try:
            alerting(FragileDatabase(database, fuse)).look(now)
        except Killed:
            lived = False
        assert (len(outgoing(database)) - before) % len(CHANNELS) == 0
        alerting(database).look(now + 60)
        new = outgoing(database)[before:]
        subjects = {(each.channel, each.intent.split("/")[2]) for each in new}
        assert len(new) == len(subjects) == len(CHANNELS) * len(posters)
        if lived:
            return
    pytest.fail("it never came to an end")
