from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import Step, Unit, instant, local, midnight, valid_zone, zones_like

from .clocks import ZONES, at, instants, zones


@given(instants, zones)
def test_an_instant_is_the_first_that_shows_its_wall_reading(now: int, zone: str) -> None:
    found = instant(local(now, zone), zone)
    assert found <= now
    assert local(found, zone) == local(now, zone)


@pytest.mark.parametrize(
    ("wall", "zone", "expected"),
    [
        ("2026-03-29 02:30", "Europe/Berlin", "2026-03-29T01:00Z"),
        ("2026-10-25 02:30", "Europe/Berlin", "2026-10-25T00:30Z"),
        ("2026-10-04 02:15", "Australia/Lord_Howe", "2026-10-03T15:30Z"),
        ("2026-09-06 00:00", "America/Santiago", "2026-09-06T04:00Z"),
        ("2011-12-30 12:00", "Pacific/Apia", "2011-12-30T10:00Z"),
    ],
)
def test_gaps_and_repeats(wall: str, zone: str, expected: str) -> None:
    found = instant(datetime.fromisoformat(wall), zone)
    assert datetime.fromtimestamp(found, ZoneInfo("UTC")) == datetime.fromisoformat(expected)


@given(st.dates(date(2009, 1, 1), date(2031, 1, 1)), zones)
def test_days_tile_the_line(day: date, zone: str) -> None:
    begin, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    lost = (day, zone) == (date(2011, 12, 30), "Pacific/Apia")
    assert end - begin == 0 if lost else 23 * 3600 <= end - begin <= 25 * 3600
    if not lost:
        assert local(begin, zone).date() == day
        assert local(begin - 1, zone).date() < day


def test_lengths_of_days_at_changes() -> None:
    lengths = {
        (zone, day): midnight(day + timedelta(days=1), zone) - midnight(day, zone)
        for zone, day in [
            ("Europe/Berlin", date(2026, 3, 29)),
            ("Europe/Berlin", date(2026, 10, 25)),
            ("Australia/Lord_Howe", date(2026, 4, 5)),
            ("America/Santiago", date(2026, 9, 6)),
        ]
    }
    assert [length / 3600 for length in lengths.values()] == [23, 25, 24.5, 23]


@given(st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)), st.integers(1, 30))  # noqa: DTZ001 - wall readings
def test_steps_in_months_stay_in_the_month(wall: datetime, count: int) -> None:
    back = Step(Unit.MONTH, count).shift(wall, -1)
    assert (wall.year - back.year) * 12 + wall.month - back.month == count
    assert back.day <= wall.day
    assert back.time() == wall.time()


@pytest.mark.parametrize(
    ("wall", "unit", "expected"),
    [
        ("2026-03-31 14:05", Unit.MONTH, "2026-02-28 14:05"),
        ("2024-03-31 14:05", Unit.MONTH, "2024-02-29 14:05"),
        ("2026-01-30 14:05", Unit.MONTH, "2025-12-30 14:05"),
        ("2026-05-31 14:05", Unit.QUARTER, "2026-02-28 14:05"),
        ("2024-02-29 14:05", Unit.YEAR, "2023-02-28 14:05"),
        ("2026-03-01 14:05", Unit.WEEK, "2026-02-22 14:05"),
    ],
)
def test_one_step_back(wall: str, unit: Unit, expected: str) -> None:
    back = Step(unit).shift(datetime.fromisoformat(wall), -1)
    assert back == datetime.fromisoformat(expected)


@pytest.mark.parametrize("zone", ZONES)
def test_known_zones(zone: str) -> None:
    assert valid_zone(zone)


@pytest.mark.parametrize(
    "zone", ["", "Berlin", "Europe/Berlim", "../etc/passwd", "a\0b", "/", "Europe"]
)
def test_unknown_zones(zone: str) -> None:
    assert not valid_zone(zone)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Europe/Berlim", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
    ],
)
def test_zones_that_were_meant(typed: str, meant: str) -> None:
    assert meant in zones_like(typed)


def test_at_is_wall_time() -> None:
    assert at("2026-07-01 12:00", "Europe/Berlin") % 86_400 == 10 * 3600
