from __future__ import annotations

import json
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest

from bot.domain.model import Programs
from bot.domain.subscription import Schedule, Subscription
from bot.services.digests import DIGEST, LEADERBOARD, Publisher
from bot.services.reports import Reports
from bot.store import subscriptions
from tests.domain.clocks import at
from tests.services.dying import FragileDatabase, Fuse, Killed
from tests.services.world import BOSS, fill, outgoing, scans

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.database import Database

ZONE = "Europe/Berlin"
DAY = 86_400
DUE = at("2026-11-24 09:00", ZONE)
LATER = DUE + 400 * DAY
DAILY = Schedule("09:00", ZONE)
MONDAYS = Schedule("09:00", ZONE, 0)


def subscribe(
    database: Database, *wanted: Subscription, now: int = DUE - 1, at_once: str = ""
) -> None:
    with database.write() as tx:
        subscriptions.reconcile(tx, wanted, now, frozenset({at_once}))


def digest(channel: str = "#posters", words: str = "", schedule: Schedule = DAILY) -> Subscription:
    return Subscription(0, DIGEST, channel, schedule, words)


def publisher(
    database: Database,
    fresh_until: Callable[[], int | None] = lambda: LATER,
    awake: int = 0,
    zone: str = ZONE,
) -> Publisher:
    reports = Reports(database, Programs({}))
    return Publisher(database, reports, fresh_until, [BOSS], zone, awake)


def due(database: Database) -> list[int | None]:
    with database.read() as tx:
        return [each.next_due for each in subscriptions.every(tx)]


def said(database: Database) -> list[str]:
    return [str(each.message) for each in outgoing(database)]


def test_what_is_due_goes_out_once_with_its_numbers(database: Database) -> None:
    fill(database, *scans(DUE - DAY, 5), *scans(DUE - 2 * DAY, 4), *scans(DUE, 7))
    subscribe(database, digest())
    publish = publisher(database).publish_due
    assert [publish(DUE - 1), publish(DUE), publish(DUE), publish(DUE + 3600)] == [0, 1, 0, 0]
    [sent] = outgoing(database)
    assert (sent.kind, sent.channel) == (DIGEST, "#posters")
    assert "5 scans" in sent.message["text"]
    assert "yesterday" in sent.message["text"]
    assert "Late" not in str(sent.message)
    assert due(database) == [DUE + DAY]


def test_it_waits_for_the_scans_to_arrive_then_owns_up_to_what_is_missing(
    database: Database,
) -> None:
    subscribe(database, digest())
    seen: list[int | None] = [None]
    publish = publisher(database, lambda: seen[0]).publish_due
    assert (publish(DUE), publish(DUE + 3599)) == (0, 0)
    assert publish(DUE + 3600) == 1
    assert "scans may be missing" in said(database)[0]
    seen[0] = at("2026-11-24 23:00", ZONE)
    assert publish(DUE + DAY) == 0
    seen[0] = at("2026-11-25", ZONE)
    assert publish(DUE + DAY + 60) == 1
    assert "may be missing" not in said(database)[1]


def test_its_patience_begins_when_the_bot_wakes(database: Database) -> None:
    subscribe(database, digest())
    publish = publisher(database, lambda: None, awake=DUE + 5 * 3600).publish_due
    assert publish(DUE + 6 * 3600 - 1) == 0
    assert publish(DUE + 6 * 3600) == 1


@pytest.mark.parametrize(
    ("kind", "schedule", "span", "many", "first"),
    [
        (DIGEST, DAILY, "Fri 20", "4 days", "Sat 21"),
        (LEADERBOARD, MONDAYS, "Mon 9", "2 weeks", "Mon 16"),
    ],
)
def test_what_was_missed_is_one_late_message(
    database: Database, kind: str, schedule: Schedule, span: str, many: str, first: str
) -> None:
    asleep = at("2026-11-20 12:00" if kind == DIGEST else "2026-11-13", ZONE)
    subscribe(database, Subscription(0, kind, "#posters", schedule), now=asleep)
    for day in range(20):
        fill(database, *scans(DUE - day * DAY, 1))
    assert publisher(database).publish_due(DUE + 2 * 3600) == 1
    [sent] = outgoing(database)
    late = f"Late: {many} in one message, the first due on {first} Nov 2026 09:00."
    assert late in str(sent.message)
    assert span in sent.message["text"]
    assert ("4 scans" if kind == DIGEST else "14 scans") in sent.message["text"]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-10-25", 25),
        ("Europe/Berlin", "2026-03-29", 23),
        ("America/Santiago", "2026-09-06", 23),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Asia/Kathmandu", "2026-10-04", 24),
    ],
)
def test_a_digest_covers_its_whole_day_whatever_the_clocks_do(
    database: Database, zone: str, day: str, hours: float
) -> None:
    begin = at(f"{day} 12:00", zone)
    begin -= int(hours * 3600) - (at(f"{day} 23:59", zone) + 60 - begin)
    end = begin + int(hours * 3600)
    for moment in (begin - 1, begin, end - 1, end):
        fill(database, *scans(moment))
    schedule = Schedule("02:30", zone)
    subscribe(database, digest(schedule=schedule), now=end)
    [first] = due(database)
    assert first is not None
    assert publisher(database, zone=zone).publish_due(first) == 1
    assert "2 scans" in outgoing(database)[0].message["text"]


def test_two_processes_at_once_publish_once(database: Database) -> None:
    subscribe(database, digest(), digest("#general"))
    both = Barrier(2)

    def fresh_until() -> int:
        both.wait(60)
        return LATER

    counts: list[int] = []
    publish = publisher(database, fresh_until).publish_due
    threads = [
        Thread(target=lambda now=now: counts.append(publish(now))) for now in (DUE, DUE + DAY)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 2
    assert sorted(each.channel for each in outgoing(database)) == ["#general", "#posters"]


@pytest.mark.parametrize("words", ["poster:nowhere-at-all", "colour:red", "poster:"])
def test_filters_that_do_not_work_are_told_once_and_hold_up_nobody(
    database: Database, words: str
) -> None:
    subscribe(database, digest("#posters", words), digest("#general"))
    publish = publisher(database).publish_due
    assert [publish(DUE), publish(DUE + 60)] == [1, 0]
    told, sent = sorted(outgoing(database), key=lambda each: each.channel, reverse=True)
    assert (told.channel, sent.channel) == (BOSS, "#general")
    assert "The digest for #posters could not be made." in told.message["text"]
    assert "Correct its filters in config.toml." in told.message["text"]
    assert due(database) == [DUE + DAY, DUE + DAY]


def test_a_filter_narrows_what_is_told(database: Database) -> None:
    fill(database, *scans(DUE - DAY, 5), *scans(DUE - DAY, 3, "gym"))
    subscribe(database, digest(words="poster:gym"))
    publisher(database).publish_due(DUE)
    assert "3 scans" in outgoing(database)[0].message["text"]


def test_the_first_comes_at_once_and_its_edition_never_again(database: Database) -> None:
    early = DUE - 3600
    subscribe(database, digest(), now=early, at_once=DIGEST)
    publish = publisher(database).publish_due
    assert publish(early) == 1
    assert due(database) == [DUE]
    assert [publish(DUE), publish(DUE + DAY)] == [0, 1]
    assert len(outgoing(database)) == 2


@pytest.mark.parametrize(("kind", "schedule"), [(DIGEST, DAILY), (LEADERBOARD, MONDAYS)])
def test_nothing_scanned_is_said_kindly(database: Database, kind: str, schedule: Schedule) -> None:
    subscribe(database, Subscription(0, kind, "#posters", schedule), now=DUE - 2 * DAY)
    publisher(database).publish_due(at("2026-11-24 09:00", ZONE))
    [sent] = outgoing(database)
    assert "o scans" in sent.message["text"]
    assert "data_table" not in json.dumps(sent.message)


def test_yesterday_is_not_said_after_midnight(database: Database) -> None:
    schedule = Schedule("23:55", ZONE)
    subscribe(database, digest(schedule=schedule))
    publisher(database).publish_due(at("2026-11-25 00:05", ZONE))
    [sent] = outgoing(database)
    assert "yesterday" not in sent.message["text"]
    assert "Mon 23 Nov 2026" in sent.message["text"]


def test_dying_anywhere_neither_loses_nor_doubles_an_edition(database: Database) -> None:
    for dies_at in range(40):
        channel = f"#c{dies_at}"
        subscribe(database, digest(channel), digest(f"{channel}b", "colour:red"))
        fuse, lived = Fuse(dies_at), True
        try:
            publisher(FragileDatabase(database, fuse)).publish_due(DUE)
        except Killed:
            lived = False
        publisher(database).publish_due(DUE + 60)
        out = [each.intent for each in outgoing(database) if channel in each.intent]
        assert (dies_at, len(out)) == (dies_at, 2)
        if lived:
            return
    pytest.fail("it never came to an end")
