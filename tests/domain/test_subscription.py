from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.calendar import local
from bot.domain.digest import edition
from bot.domain.subscription import Schedule, Subscription, missed, moved, next_due

from .clocks import at, instants, zones

BERLIN = "Europe/Berlin"
clock = st.times().map(lambda time: f"{time:%H:%M}")


@pytest.mark.parametrize(
    ("schedule", "after", "due"),
    [
        (Schedule("09:00", BERLIN), "2026-11-24 08:59", "2026-11-24 09:00"),
        (Schedule("09:00", BERLIN), "2026-11-24 09:00", "2026-11-25 09:00"),
        (Schedule("09:00", BERLIN), "2026-03-28 09:00", "2026-03-29 09:00"),
        (Schedule("02:30", BERLIN), "2026-03-28 12:00", "2026-03-29 03:00"),
        (Schedule("02:30", BERLIN), "2026-10-24 12:00", "2026-10-25 02:30"),
        (Schedule("02:30", BERLIN), "2026-10-25 02:30", "2026-10-26 02:30"),
        (Schedule("09:00", BERLIN, 0), "2026-11-24 12:00", "2026-11-30 09:00"),
        (Schedule("09:00", BERLIN, 1), "2026-11-24 08:00", "2026-11-24 09:00"),
    ],
)
def test_next_due(schedule: Schedule, after: str, due: str) -> None:
    assert next_due(schedule, at(after, schedule.zone)) == at(due, schedule.zone)


def test_a_lost_day_has_no_due_time() -> None:
    schedule = Schedule("09:00", "Pacific/Apia")
    due = next_due(schedule, at("2011-12-29 09:00", schedule.zone))
    assert due == at("2011-12-31 09:00", schedule.zone)


@given(clock, zones, instants)
@example("23:30", "America/Nuuk", at("2026-03-26 12:00", "America/Nuuk"))
@example("02:15", "Australia/Lord_Howe", at("2026-04-03 12:00", "Australia/Lord_Howe"))
def test_due_once_every_local_day(clock: str, zone: str, after: int) -> None:
    schedule, dues = Schedule(clock, zone), [after]
    for _ in range(40):
        dues.append(next_due(schedule, dues[-1]))
    assert all(a < b for a, b in pairwise(dues))
    # A time that a gap swallows up to midnight belongs to the day before.
    on_time = [due for due in dues[1:] if f"{local(due, zone):%H:%M}" == clock]
    assert len({local(due, zone).date() for due in on_time}) == len(on_time)
    assert len(on_time) >= 39
    whole_days = (local(dues[-1], zone).date() - local(dues[1], zone).date()).days
    lost = zone == "Pacific/Apia" and dues[1] < at("2011-12-30", zone) <= dues[-1]
    if len(on_time) == 40:
        assert whole_days == 39 + lost


@given(clock, zones, instants, st.integers(0, 6))
def test_weekly_ones_fall_on_their_weekday(clock: str, zone: str, after: int, weekday: int) -> None:
    schedule = Schedule(clock, zone, weekday)
    due = next_due(schedule, after)
    assert due - after <= 8 * 86_400
    if f"{local(due, zone):%H:%M}" == clock:
        assert local(due, zone).weekday() == weekday


@given(clock, zones, instants, instants)
def test_missed_ones(clock: str, zone: str, first: int, now: int) -> None:
    schedule = Schedule(clock, zone)
    due = next_due(schedule, first)
    dues = missed(schedule, due, now)
    assert len(dues) <= 402
    assert list(dues) == sorted(set(dues))
    if due > now:
        assert dues == ()
    else:
        assert dues[-1] <= now < next_due(schedule, dues[-1])
        assert now - due > timedelta(days=400).total_seconds() or dues[0] == due


@pytest.mark.parametrize(
    ("clock", "zone", "weekday"),
    [
        ("9:00", BERLIN, None),
        ("24:00", BERLIN, None),
        ("", BERLIN, None),
        ("09:00", "Berlin", None),
        ("09:00", BERLIN, 7),
        ("09:00", BERLIN, -1),
    ],
)
def test_impossible_schedules(clock: str, zone: str, weekday: int | None) -> None:
    with pytest.raises(ValueError, match=r"no |weekday"):
        Schedule(clock, zone, weekday)


def test_schedules_say_when() -> None:
    assert Schedule("09:00", BERLIN).describe() == "daily at 09:00 (Europe/Berlin)"
    assert Schedule("09:00", BERLIN, 0).describe() == "Mondays at 09:00 (Europe/Berlin)"


@given(clock, clock, zones, instants, st.one_of(st.none(), st.tuples(*[st.integers(0, 6)] * 2)))
def test_another_schedule_tells_next_what_would_have_been_told(
    before: str, after: str, zone: str, now: int, days: tuple[int, int] | None
) -> None:
    kind, (old, new) = ("leaderboard", days) if days else ("digest", (None, None))
    due = next_due(Schedule(before, zone, old), now)
    there = Subscription(1, kind, "#posters", Schedule(before, zone, old), next_due=due)
    then = moved(there, Schedule(after, zone, new), now)
    assert edition(kind, [then], then, zone).period == edition(kind, [due], due, zone).period


def test_one_that_was_never_due_begins_anew() -> None:
    schedule, now = Schedule("09:00", BERLIN), at("2026-11-24 08:00", BERLIN)
    assert moved(Subscription(1, "digest", "#posters"), schedule, now) == next_due(schedule, now)
