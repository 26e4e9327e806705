"""Every number once more, counted in plain Python."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import command
from bot.domain.command import Verb
from bot.domain.model import Impression, Programs
from bot.services.reports import Reports
from bot.store.opening import open_store
from tests.domain.clocks import at
from tests.services.world import fill, scans

if TYPE_CHECKING:
    from bot.domain.model import Answer
    from bot.domain.period import Period
    from bot.store.database import Database

DAY = 86_400
ZONES = [
    *("UTC", "Europe/Berlin", "America/New_York", "America/St_Johns"),
    *("Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"),
]
PERIODS = [
    *("today", "yesterday", "this week", "last week", "this month", "last month", "last 7 days"),
    *("last 90 minutes", "last 36 hours", "since monday", "all time", "on 2026-10-25"),
    *("2026-10-20..2026-11-02", "last 30 days", "this year", "last quarter"),
]
# Both changes of the clocks in the south and the north lie in these weeks.
moments = st.integers(at("2026-09-28", "UTC"), at("2026-11-20", "UTC"))
nows = st.integers(at("2026-11-03", "Asia/Kolkata"), at("2026-11-20", "UTC"))
posters, programs, ambassadors = (
    st.sampled_from(names)
    for names in (("p1", "p2", "p3", "p4"), ("g1", "g2", ""), ("a1", "a2", "a3", ""))
)
worlds = st.lists(st.tuples(moments, posters, programs, ambassadors), max_size=60)


@dataclass(frozen=True)
class Asked:
    words: str
    now: int
    zone: str
    program: str
    poster: str
    ambassador: str


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    verb = draw(st.sampled_from(["top 50", "leaderboard 50", "trend"]))
    chosen = {
        name: draw(st.sampled_from(("", "", each)))
        for name, each in (("program", "g1"), ("poster", "p1"), ("ambassador", "a1"))
    }
    filters = " ".join(f"{name}:{id_}" for name, id_ in chosen.items() if id_)
    words = f"{verb} {draw(st.sampled_from(PERIODS))} {filters}"
    return Asked(words, draw(nows), draw(st.sampled_from(ZONES)), **chosen)


def within(rows: list[Impression], period: Period, asked: Asked) -> list[Impression]:
    return [
        row
        for row in rows
        if period.start <= row.scanned_at < period.end
        and asked.program in ("", row.program)
        and asked.poster in ("", row.poster)
        and asked.ambassador in ("", row.ambassador)
    ]


def check_rows(found: Answer, now: list[Impression], before: list[Impression]) -> None:
    people = found.question.verb is Verb.LEADERBOARD
    field = "ambassador" if people else "poster"
    counted, earlier = (
        Counter(each for row in rows if (each := getattr(row, field))) for rows in (now, before)
    )
    assert {row.id: row.scans for row in found.rows} == counted
    assert found.ranked == len(counted)
    assert sum(row.scans for row in found.rows) == found.total - (len(now) - counted.total())
    for row in found.rows:
        assert row.rank == 1 + sum(scans > row.scans for scans in counted.values())
        assert sum(row.series) == row.scans
        compared = found.total_before is not None
        assert row.before == (earlier[row.id] if compared else None)


# Every id is known by one scan that lies long after everything that can be asked for.
KNOWN = [
    Impression(f"known{n}", f"p{n % 4 + 1}", ("g1", "g2")[n % 2], f"a{n % 3 + 1}", 1_900_000_000)
    for n in range(12)
]


@given(worlds, questions())
@settings(max_examples=250)
def test_every_number_is_what_a_recount_finds(
    world: list[tuple[int, str, str, str]], asked: Asked
) -> None:
    rows = [
        Impression(str(n), poster, program, ambassador, moment)
        for n, (moment, poster, program, ambassador) in enumerate(world)
    ]
    database = open_store("sqlite:///:memory:")
    try:
        fill(database, *rows, *KNOWN)
        question = command.parse(asked.words, asked.now, asked.zone)
        found = Reports(database, Programs({})).answer(question, asked.now)
    finally:
        database.close()
    period, before = found.comparison.period, found.comparison.before
    now, earlier = within(rows, period, asked), within(rows, before, asked)
    assert found.total == len(now) == sum(bucket.scans for bucket in found.series)
    first = min([row.scanned_at for row in rows] or [KNOWN[0].scanned_at])
    reaches_back = first <= before.start < before.end
    assert found.total_before == (len(earlier) if reaches_back else None)
    ends = [*(bucket.start for bucket in found.series), period.end][1:]
    for bucket, end in zip(found.series, ends, strict=True):
        inside = [row for row in now if bucket.start <= row.scanned_at < end]
        assert bucket.scans == len(inside)
    if question.verb is not Verb.TREND:
        check_rows(found, now, earlier)


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"])
def test_days_are_exact_where_the_hour_is_not_whole(database: Database, zone: str) -> None:
    begin, end = at("2026-11-02", zone), at("2026-11-03", zone)
    for moment in (begin - 1, begin, begin + 1, end - 1, end):
        fill(database, *scans(moment))
    question = command.parse("trend on 2026-11-02", end + DAY, zone)
    found = Reports(database, Programs({})).answer(question, end + DAY)
    assert (found.comparison.period.start, found.comparison.period.end) == (begin, end)
    assert found.total == 3
    assert [bucket.start for bucket in found.series] == [begin + 3600 * n for n in range(24)]
    assert (found.series[0].scans, found.series[-1].scans) == (2, 1)
