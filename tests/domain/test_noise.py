from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.alert import Alert, Kind
from bot.domain.alert import Scope as Reach
from bot.domain.model import Poster
from bot.domain.noise import (
    Concern,
    Held,
    Mute,
    Muted,
    QuietHours,
    Rule,
    Scope,
    Sent,
    Why,
    concern,
    decide,
    place,
    quiet_hours,
    today,
)

from .clocks import at, instants, zones

BERLIN = "Europe/Berlin"
NOW = at("2026-11-24 14:05", BERLIN)
HOUR, DAY = 3600, 86_400
LIBRARY = Concern("p_1", "Library", "prog_1")
NIGHT = QuietHours(time(22), time(7), BERLIN)
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 30, 45, 59]))
# At and around changes of clocks, as these are what goes wrong.
near = st.builds(
    lambda day, seconds: day + seconds,
    st.sampled_from(
        [
            *(at(f"2026-03-{day:02}", BERLIN) for day in (28, 29, 30)),
            *(at(f"2026-10-{day:02}", BERLIN) for day in (24, 25, 26)),
            *(at(f"2026-11-{day:02}", BERLIN) for day in (1, 2)),
            *(at(f"2011-12-{day:02}", "UTC") for day in (29, 30, 31)),
        ]
    ),
    st.integers(0, DAY),
)


def mute(scope: Scope, subject: str, until: int = NOW + 1) -> Mute:
    return Mute("#alerts", scope, subject, until, "U1", NOW - HOUR)


def shows(hours: QuietHours, instant: int) -> bool:
    """Whether the clock on the wall shows a time within the hours, told without the product."""
    wall = datetime.fromtimestamp(instant, ZoneInfo(hours.zone))
    minutes, begin, end = (60 * t.hour + t.minute for t in (wall.time(), hours.begin, hours.end))
    return (minutes - begin) % 1440 < (end - begin) % 1440


def offset(instant: int, zone: str) -> timedelta | None:
    return datetime.fromtimestamp(instant, ZoneInfo(zone)).utcoffset()


@given(clocks, clocks, zones, instants | near)
@example(time(22), time(2, 30), BERLIN, at("2026-03-28 23:00", BERLIN))
@example(time(22), time(2, 30), BERLIN, at("2026-10-24 23:00", BERLIN))
@example(time(22), time(2, 30), BERLIN, at("2026-10-25 03:00", BERLIN) - 2700)
@example(time(2, 30), time(7), BERLIN, at("2026-10-25 02:45", BERLIN))
@example(time(22), time(7), "Pacific/Apia", at("2011-12-29 23:00", "Pacific/Apia"))
def test_quiet_hours_end_at_their_end_whatever_the_clocks_do(
    begin: time, end: time, zone: str, now: int
) -> None:
    hours = quiet_hours(f"{begin:%H:%M}-{end:%H:%M}", zone)
    if hours is None:
        assert begin == end
        return
    assert hours.now(now) == shows(hours, now)
    over = hours.over(now)
    assert not shows(hours, over)
    if not shows(hours, now):
        assert over == now
        return
    assert now < over <= now + 26 * HOUR
    if offset(now, zone) == offset(over, zone):
        assert datetime.fromtimestamp(over, ZoneInfo(zone)).time() == end
        quiet = [shows(hours, each) for each in range(now, over, 300)]
        changed = {offset(each, zone) for each in range(now, over, 300)}
        assert all(quiet) or len(changed) > 1


@pytest.mark.parametrize(
    ("hours", "shown", "quiet"),
    [
        ("22:00-07:00", "21:59", False),
        ("22:00-07:00", "22:00", True),
        ("22:00-07:00", "00:00", True),
        ("22:00-07:00", "06:59", True),
        ("22:00-07:00", "07:00", False),
        ("12:00-13:30", "11:59", False),
        ("12:00-13:30", "12:00", True),
        ("12:00-13:30", "13:30", False),
        ("00:00-06:00", "00:00", True),
        ("20:00-00:00", "00:00", False),
    ],
)
def test_the_ends_of_quiet_hours(hours: str, shown: str, *, quiet: bool) -> None:
    found = quiet_hours(hours, BERLIN)
    assert found
    assert found.now(at(f"2026-11-24 {shown}", BERLIN)) is quiet


def test_no_quiet_hours() -> None:
    assert quiet_hours("", BERLIN) is None
    assert quiet_hours("08:00-08:00", BERLIN) is None


@given(
    clocks,
    clocks,
    zones,
    st.lists(st.integers(0, 3 * DAY), min_size=1, max_size=40),
    instants | near,
    st.integers(0, 4),
)
def test_each_alert_is_told_once_and_never_in_quiet_hours(
    begin: time, end: time, zone: str, gaps: list[int], start: int, most: int
) -> None:
    rule = Rule(quiet_hours(f"{begin:%H:%M}-{end:%H:%M}", zone), most)
    told: list[int] = []
    for now in sorted(start + gap for gap in gaps):
        since = today(now, zone)
        sent_today = sum(1 for each in told if each >= since)
        match decide(LIBRARY, [], rule, sent_today, now, zone):
            case Sent():
                told.append(now)
                when = now
            case Held(when, why):
                assert now < when <= now + 60 * HOUR
                assert why is Why.QUIET_HOURS or (most and sent_today >= most)
            case Muted():
                pytest.fail("nothing is muted")
        assert rule.quiet is None or not shows(rule.quiet, when)
    days = [datetime.fromtimestamp(each, ZoneInfo(zone)).date() for each in told]
    assert not most or all(days.count(day) <= most for day in days)


def test_what_exceeds_the_most_of_a_day_comes_the_next_morning() -> None:
    rule = Rule(most_a_day=3)
    morning = at("2026-11-25 09:00", BERLIN)
    assert decide(LIBRARY, [], rule, 2, NOW, BERLIN) == Sent()
    assert decide(LIBRARY, [], rule, 3, NOW, BERLIN) == Held(morning, Why.ENOUGH_TODAY)
    late = Rule(QuietHours(time(20), time(10), BERLIN), 3)
    ten = at("2026-11-25 10:00", BERLIN)
    assert decide(LIBRARY, [], late, 3, NOW, BERLIN) == Held(ten, Why.ENOUGH_TODAY)
    night = at("2026-11-24 23:00", BERLIN)
    seven = at("2026-11-25 07:00", BERLIN)
    assert decide(LIBRARY, [], Rule(NIGHT, 3), 9, night, BERLIN) == Held(seven, Why.QUIET_HOURS)


@pytest.mark.parametrize(
    ("scope", "subject", "poster", "sibling", "program", "overall"),
    [
        (Scope.POSTER, "p_1", True, False, False, False),
        (Scope.PLACE, "library", True, True, False, False),
        (Scope.PLACE, "", False, False, False, False),
        (Scope.PROGRAM, "prog_1", True, False, True, False),
        (Scope.PROGRAM, "", False, False, False, False),
        (Scope.OVERALL, "", True, True, True, True),
    ],
)
def test_what_a_mute_covers(
    scope: Scope, subject: str, *, poster: bool, sibling: bool, program: bool, overall: bool
) -> None:
    muted = mute(scope, subject)
    assert LIBRARY.muted_by(muted) is poster
    assert Concern("p_2", "Library", "prog_2").muted_by(muted) is sibling
    assert Concern(program="prog_1").muted_by(muted) is program
    assert Concern().muted_by(muted) is overall


def test_a_mute_ends_by_itself() -> None:
    running = [mute(Scope.POSTER, "p_2", NOW + DAY), mute(Scope.POSTER, "p_1", NOW + HOUR)]
    assert decide(LIBRARY, running, Rule(), 0, NOW, BERLIN) == Muted("muted by U1")
    assert decide(LIBRARY, running, Rule(), 0, NOW + HOUR, BERLIN) == Sent()
    # Muted comes before held: it is not told later either.
    assert isinstance(decide(LIBRARY, running, Rule(most_a_day=1), 5, NOW, BERLIN), Muted)


def test_what_an_alert_concerns() -> None:
    def alert(scope: Reach, subject: str) -> Alert:
        return Alert(Kind.SPIKE, scope, subject, NOW, NOW, HOUR, 9, 1.0, "much")

    hall = Poster("p_1", "prog_1", location=" Main  Hall - First Floor - Left")
    assert concern(alert(Reach.POSTER, "p_1"), hall) == Concern("p_1", "Main Hall", "prog_1")
    assert concern(alert(Reach.PROGRAM, "prog_1"), Poster("prog_1")) == Concern(program="prog_1")
    assert concern(alert(Reach.OVERALL, ""), Poster("")) == Concern()


@pytest.mark.parametrize(
    ("location", "building"),
    [
        ("Library - First Floor", "Library"),
        ("Library-West", "Library-West"),
        (" Dorm  E ", "Dorm E"),
        ("", ""),
        (None, ""),
    ],
)
def test_the_building_of_a_location(location: str | None, building: str) -> None:
    assert place(location) == building


def test_days_begin_at_midnight_in_the_zone() -> None:
    assert today(NOW, BERLIN) == at("2026-11-24", BERLIN)
    assert today(NOW, "UTC") == int(datetime(2026, 11, 24, tzinfo=UTC).timestamp())
