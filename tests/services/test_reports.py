from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain import command
from bot.domain.detection.watch import Thresholds
from bot.domain.model import Ambassador, Impression, Poster, Programs
from bot.domain.naming import UnknownNameError
from bot.domain.period import Period
from bot.services.backtest import Backtest
from bot.services.condition import Condition
from bot.services.digests import DIGEST, LEADERBOARD, Publisher
from bot.services.noise import Noise
from bot.services.questions import Questions
from bot.services.rehearsal import Rehearsal
from bot.services.reports import Reports
from bot.store import directory, health, impressions
from tests.domain.clocks import at
from tests.services.world import fill, scans
from tests.store.samples import by_row, no_hash

if TYPE_CHECKING:
    from bot.domain.model import Answer
    from bot.store.database import Database

ZONE = "Europe/Berlin"
NOW = at("2026-11-25 15:00", ZONE)
HOUR, DAY = 3600, 86_400
WEEK = "2026-11-18..2026-11-24"
PROGRAMS = Programs({"autumn": "Autumn launch", "spring": "Spring fair"})


def ask(database: Database, words: str, now: int = NOW, zone: str = ZONE) -> Answer:
    return Reports(database, PROGRAMS).answer(command.parse(words, now, zone), now)


def describe(database: Database) -> None:
    posters = [
        Poster("p1", "autumn", "maya", "Main library", NOW - 30 * DAY),
        Poster("p2", "autumn", "tomas", "Main hall"),
        Poster("p3", "spring", "", "Gym"),
    ]
    people = [
        Ambassador("maya", "autumn", "Maya", "Lind", "maya@campus.example"),
        Ambassador("tomas", "autumn", "Tomas", "Okafor"),
    ]
    with database.write() as tx:
        directory.save_posters(tx, posters)
        directory.save_ambassadors(tx, people)


def campus(database: Database) -> None:
    """A week of three posters, and another week before it."""
    describe(database)
    for back in range(1, 15):
        moment = NOW - back * DAY
        fill(
            database,
            *scans(moment, 4 if back < 8 else 2, "p1", "autumn", "maya"),
            *scans(moment, 3, "p2", "autumn", "tomas"),
            *scans(moment, 1, "p3", "spring", ""),
        )
    fill(database, *scans(NOW - 30 * DAY, 1, "p3", "spring", ""))


def test_top_ranks_posters_with_place_person_and_movement(database: Database) -> None:
    campus(database)
    found = ask(database, f"top {WEEK}")
    assert (found.total, found.total_before, found.ranked) == (7 * 8, 7 * 6, 3)
    first, second, third = found.rows
    assert (first.rank, first.id, first.name) == (1, "p1", "Main library")
    assert (first.scans, first.before, first.moved) == (28, 14, 1)
    assert first.detail == "Maya L. · Autumn launch"
    assert (second.id, second.scans, second.before, second.moved) == ("p2", 21, 21, -1)
    assert (third.id, third.detail, third.moved) == ("p3", "Spring fair", 0)
    assert sum(first.series) == first.scans


def test_the_leaderboard_ranks_people_and_leaves_nobody_out_of_the_total(
    database: Database,
) -> None:
    campus(database)
    found = ask(database, f"leaderboard {WEEK}")
    assert [(row.rank, row.name, row.scans) for row in found.rows] == [
        (1, "Maya L.", 28),
        (2, "Tomas O.", 21),
    ]
    assert (found.total, found.ranked) == (56, 2)


@pytest.mark.parametrize(
    ("filters", "total", "spoken"),
    [
        ("program:autumn", 49, ("program: Autumn launch",)),
        ("poster:library", 28, ("poster: Main library",)),
        ("ambassador:tomas", 21, ("ambassador: Tomas O.",)),
        ("program:spring ambassador:maya", 0, ("program: Spring fair", "ambassador: Maya L.")),
    ],
)
@pytest.mark.parametrize("verb", ["top", "leaderboard", "trend", "poster p1", "program autumn"])
def test_filters_hold_for_every_verb_and_are_said(
    database: Database, verb: str, filters: str, total: int, spoken: tuple[str, ...]
) -> None:
    campus(database)
    found = ask(database, f"{verb} {WEEK} {filters}")
    alone = ask(database, f"{verb} {WEEK}")
    assert found.filters == spoken
    assert found.total == sum(bucket.scans for bucket in found.series) <= alone.total
    if verb in {"top", "leaderboard", "trend"}:
        assert found.total == total


def test_one_poster_is_told_with_its_facts(database: Database) -> None:
    campus(database)
    found = ask(database, f"poster library {WEEK}")
    assert found.subject is not None
    assert (found.subject.id, found.subject.name, found.total) == ("p1", "Main library", 28)
    assert dict(found.subject.facts) == {
        "Ambassador": "Maya L.",
        "Program": "Autumn launch",
        "Up since": "26 Oct 2026",
        "Place": "1 of 3",
        "Id": "p1",
    }


def test_one_program_is_told_with_its_best(database: Database) -> None:
    campus(database)
    found = ask(database, f'program "autumn launch" {WEEK}')
    assert found.subject is not None
    assert (found.subject.id, found.total, found.ranked) == ("autumn", 49, 2)
    assert [row.id for row in found.rows] == ["p1", "p2"]
    assert dict(found.subject.facts) == {"Posters with scans": "2", "Ambassadors": "2"}


def test_people_are_estimated_only_where_nearly_all_scans_say_who(database: Database) -> None:
    rows = scans(NOW - DAY, 20, "p1")
    with database.write() as tx:
        impressions.add(tx, rows[:18], by_row(lambda row: int(row.id.rsplit("-", 1)[1]) % 5))
        impressions.add(tx, rows[18:], no_hash)
    assert ask(database, "poster p1 last 7 days").scanners == 5
    fill(database, *scans(NOW - DAY - 1, 1, "p1"))
    assert ask(database, "poster p1 last 7 days").scanners is None


@pytest.mark.parametrize("words", ["last 7 days", "yesterday", "last month", "this week"])
def test_nothing_is_compared_with_a_time_before_the_first_scan(
    database: Database, words: str
) -> None:
    asked = ask(database, f"trend {words}").comparison
    before = asked.before
    fill(database, *scans(before.start + 1), *scans(asked.period.start + 1))
    found = ask(database, f"top {words}")
    assert (found.total_before, {row.before for row in found.rows}) == (None, {None})
    fill(database, *scans(before.start))
    assert ask(database, f"top {words}").total_before == 2


def test_all_time_begins_with_the_first_scan_and_has_nothing_before(database: Database) -> None:
    first = at("2026-06-03 10:00", ZONE)
    fill(database, *scans(first), *scans(NOW - 1))
    found = ask(database, "trend all time")
    assert (found.total, found.total_before, found.series[0].start) == (2, None, first)
    assert len(found.series) < 40


def test_an_empty_store_answers_with_nothing(database: Database) -> None:
    for words in ("top", "leaderboard", "trend all time"):
        found = ask(database, words)
        assert (found.total, found.total_before, found.rows) == (0, None, ())


def test_ties_share_a_rank_and_stand_in_the_order_of_their_names(database: Database) -> None:
    describe(database)
    fill(
        database,
        *scans(NOW - HOUR, 2, "p1"),
        *scans(NOW - HOUR, 2, "p2"),
        *scans(NOW - HOUR, 5, "p3"),
        *scans(NOW - HOUR, 1, "p4"),
    )
    rows = ask(database, "top today").rows
    assert [(row.rank, row.name) for row in rows] == [
        (1, "Gym"),
        (2, "Main hall"),
        (2, "Main library"),
        (4, "p4"),
    ]


def test_a_silent_vantio_is_owned_up_to_and_slack_is_not(database: Database) -> None:
    with database.write() as tx:
        health.down(tx, "Vantio", at("2026-11-25 14:05", ZONE), "no answer", "wait")
        health.down(tx, "Slack", NOW, "no answer", "wait")
    [note] = ask(database, "top").notes
    assert note.startswith(f"Vantio has not answered since 25 Nov 14:05 ({ZONE})")
    with database.write() as tx:
        health.up(tx, "Vantio", NOW)
    assert ask(database, "top").notes == ()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("top poster:librarry-mian", "Did you mean “Main library” (p1)"),
        ("poster main", "could be several posters: “Main library” (p1), “Main hall” (p2)"),
        ("top poster:zzzz", "“top all time” lists the posters"),
        ("top ambassador:zzzz", "“leaderboard all time” lists the ambassadors"),
        ("program zzzz", "give each a name in config.toml"),
    ],
)
def test_a_name_that_means_nobody_or_several_says_what_to_type(
    database: Database, words: str, told: str
) -> None:
    describe(database)
    with pytest.raises(UnknownNameError) as caught:
        ask(database, words)
    assert told in str(caught.value)


def test_the_digest_the_command_and_the_export_agree(database: Database) -> None:
    campus(database)
    early, late = at("2026-11-24", ZONE), at("2026-11-25", ZONE)
    rows: list[Impression] = scans(early, 3, "p2", "autumn", "tomas")
    fill(database, *rows, *scans(late - 1, 2, "p3", "spring", ""), *scans(late, 9, "p3"))
    reports = Reports(database, PROGRAMS)
    publisher = Publisher(database, reports, lambda: NOW, [], ZONE, 0)
    condition = Condition(database, PROGRAMS, ZONE, [], 60)
    rehearsal = Rehearsal(database, PROGRAMS, lambda: Backtest(database, ZONE, Thresholds()))
    noise = Noise(database, PROGRAMS, ZONE)
    questions = Questions(reports, condition, noise, rehearsal, ZONE)
    exported = len(list(impressions.stream(database, early, late)))
    for kind, words in ((DIGEST, "top 5 yesterday"), (LEADERBOARD, "leaderboard 10 last week")):
        published, _ = publisher.render(publisher.edition(kind, NOW), "", NOW)
        answered = questions.ask(words, NOW).answer
        assert answered is not None
        assert (published.total, published.rows) == (answered.total, answered.rows)
        assert (published.series, published.total_before) == (
            answered.series,
            answered.total_before,
        )
        if kind == DIGEST:
            assert published.total == exported == 8 + 5


def test_every_number_lies_inside_the_period_that_is_told(database: Database) -> None:
    fill(database, *scans(NOW - 1), *scans(NOW), *scans(NOW + 60))
    found = ask(database, "top today")
    assert found.comparison.period == Period(
        at("2026-11-25", ZONE), NOW, ZONE, "today", found.comparison.period.step
    )
    assert found.total == 1
