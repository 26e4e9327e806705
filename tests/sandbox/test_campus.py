from __future__ import annotations

import ipaddress
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.campus import Campus
from bot.sandbox.rhythm import KINDS, pace

if TYPE_CHECKING:
    from bot.sandbox.population import Row

NOW = datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC).timestamp()  # a Wednesday
DOCUMENTATION = [
    ipaddress.ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
]
CAMPUS = Campus(now=NOW)


def when(scan: Row) -> datetime:
    return datetime.fromisoformat(scan["scanned_at"])


def scans_at(*places: str) -> list[Row]:
    ids = {poster["id"] for poster in CAMPUS.posters if poster["location"] in places}
    return [scan for scan in CAMPUS.impressions if scan["poster_id"] in ids]


def busiest(scans: list[Row], seconds: int) -> int:
    """How many scans come within so many seconds at most."""
    times = [when(scan).timestamp() for scan in scans]
    return max(sum(start <= other < start + seconds for other in times) for start in times)


def test_the_world_has_the_promised_size() -> None:
    assert len(CAMPUS.programs) == 3
    assert len(CAMPUS.posters) == 40
    assert len(CAMPUS.users) == 12
    assert 15_000 <= len(CAMPUS.impressions) <= 25_000


def test_a_seed_and_a_now_make_one_world() -> None:
    again = Campus(now=NOW)

    assert again.impressions == CAMPUS.impressions
    assert (again.posters, again.users) == (CAMPUS.posters, CAMPUS.users)
    assert again.live(NOW, NOW + 600) == CAMPUS.live(NOW, NOW + 600)


def test_another_seed_makes_another_world() -> None:
    assert Campus(seed=8, now=NOW, days=4).impressions != Campus(now=NOW, days=4).impressions


def test_history_is_in_order_before_now_and_without_a_repeated_id() -> None:
    times = [when(scan).timestamp() for scan in CAMPUS.impressions]

    assert times == sorted(times)
    assert times[0] >= NOW - 60 * 86_400
    assert NOW - 3600 < times[-1] < NOW
    assert len({scan["id"] for scan in CAMPUS.impressions}) == len(CAMPUS.impressions)


def test_locations_are_distinct_and_a_few_are_unknown() -> None:
    known = [poster["location"] for poster in CAMPUS.posters if poster["location"]]

    assert len(set(known)) == len(known)
    assert 1 <= len(CAMPUS.posters) - len(known) <= 2
    assert min(map(len, known)) < 10
    assert max(map(len, known)) > 40


def test_everything_refers_to_something_that_exists() -> None:
    programs, users = set(CAMPUS.programs), {user["id"]: user for user in CAMPUS.users}
    posters = {poster["id"]: poster for poster in CAMPUS.posters}

    assert len(users) == 12
    assert len(posters) == 40
    assert {user["program_id"] for user in CAMPUS.users} == programs
    for poster in CAMPUS.posters:
        assert users[poster["student_id"]]["program_id"] == poster["program_id"]
    for scan in CAMPUS.impressions:
        poster = posters[scan["poster_id"]]
        assert scan["student_id"] == poster["student_id"]
        assert scan["program_id"] == poster["program_id"]


def test_addresses_are_nobodys() -> None:
    addresses = {scan["ip_address"] for scan in CAMPUS.impressions}

    assert None in addresses
    for address in addresses - {None}:
        assert any(ipaddress.ip_address(address) in net for net in DOCUMENTATION)
    assert all(user["email"].endswith("@example.edu") for user in CAMPUS.users)


def test_most_scans_are_by_phones_and_a_few_by_link_previews() -> None:
    agents = Counter(str(scan["user_agent"]) for scan in CAMPUS.impressions)
    total = len(CAMPUS.impressions)

    assert sum(n for agent, n in agents.items() if "Mobile" in agent) > 0.7 * total
    assert 0 < sum(n for agent, n in agents.items() if "LinkExpanding" in agent) < 0.05 * total


def test_some_scans_say_more_and_some_say_nothing() -> None:
    said = [scan["metadata"] for scan in CAMPUS.impressions if "metadata" in scan]

    assert 0.4 < len(said) / len(CAMPUS.impressions) < 0.8
    assert {"device_type": "mobile", "location": "campus_center"} in said


def test_a_weekday_noon_beats_the_small_hours_by_far() -> None:
    hours = Counter(when(s).hour for s in CAMPUS.impressions if when(s).weekday() < 5)

    assert hours[12] > 20 * hours[4] > 0


def test_nights_are_quiet_on_the_clock_of_the_campus() -> None:
    zone = ZoneInfo("Pacific/Auckland")
    scans = Campus(now=NOW, days=14, zone="Pacific/Auckland").impressions
    hours = Counter(when(scan).astimezone(zone).hour for scan in scans)

    assert hours[12] > 20 * hours[4]


def test_lecture_halls_are_empty_at_the_weekend_and_dorms_are_not() -> None:
    def weekend_share(*places: str) -> float:
        scans = scans_at(*places)
        return sum(when(scan).weekday() >= 5 for scan in scans) / len(scans)

    assert weekend_share("Engineering - Room 101", "Science Building - Atrium") < 0.1
    assert weekend_share("Dorm A - Front Door", "Dorm C - Laundry Room") > 0.3


def test_corridors_are_full_when_classes_change() -> None:
    minutes = Counter(when(scan).minute // 5 for scan in scans_at("Campus Center - Main Entrance"))

    assert min(minutes[10], minutes[11], minutes[0]) > 1.5 * minutes[5]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_pace_of_a_week_averages_to_one(kind: str) -> None:
    week = [
        pace(kind, datetime(2026, 11, day, hour, minute, tzinfo=UTC))
        for day in range(16, 23)
        for hour in range(24)
        for minute in range(60)
    ]

    assert sum(week) / len(week) == pytest.approx(1)
    assert min(week) > 0


def test_few_posters_are_busy_and_many_are_quiet() -> None:
    counts = sorted(Counter(s["poster_id"] for s in CAMPUS.impressions).values(), reverse=True)

    assert sum(counts[:5]) > 0.4 * len(CAMPUS.impressions)
    assert counts[20] < 0.1 * counts[0]


def test_late_posters_have_no_scan_before_they_were_put_up() -> None:
    opens = NOW - 60 * 86_400
    first: dict[str, datetime] = {}
    for scan in CAMPUS.impressions:
        first.setdefault(scan["poster_id"], when(scan))
    created = {p["id"]: datetime.fromisoformat(p["created_at"]) for p in CAMPUS.posters}
    late = {poster for poster, moment in created.items() if moment.timestamp() > opens}

    assert len(late) == 5
    assert all(first[poster] >= created[poster] for poster in late & first.keys())


def test_one_popular_poster_is_lost() -> None:
    scans = scans_at("Bus Stop North")
    gone = (NOW - when(scans[-1]).timestamp()) / 86_400

    assert len(scans) > 400
    assert 7 < gone < 10
    assert not any(s["poster_id"] == scans[0]["poster_id"] for s in CAMPUS.live(NOW, NOW + 7200))


def test_another_is_gone_for_so_short_that_it_is_not_missed_yet() -> None:
    scans = scans_at("Dining Hall - Tray Return")
    gone = NOW - when(scans[-1]).timestamp()
    usual = Counter(when(scan).hour for scan in scans)
    missed = sum(n / 60 for hour, n in usual.items() if (11 - hour) % 24 <= gone / 3600)

    assert 3600 < gone < 36 * 3600
    assert 8 < missed < 20
    assert not any(s["poster_id"] == scans[0]["poster_id"] for s in CAMPUS.live(NOW, NOW + 7200))


def test_history_has_bursts() -> None:
    per_hour = Counter((s["poster_id"], s["scanned_at"][:13]) for s in CAMPUS.impressions)
    quiet_enough = scans_at("Dorm A - Front Door", "Gym - Climbing Wall")
    usual = len(quiet_enough) / (2 * 60 * 24)

    assert max(per_hour[s["poster_id"], s["scanned_at"][:13]] for s in quiet_enough) > 20 * usual


@given(cuts=st.lists(st.floats(0, 400), max_size=6))
def test_live_time_is_the_same_however_it_is_cut(cuts: list[float]) -> None:
    edges = [NOW, *(NOW + cut for cut in sorted(cuts)), NOW + 400]
    pieces = [scan for start, end in pairwise(edges) for scan in CAMPUS.live(start, end, speed=9)]

    def by_time(scan: Row) -> tuple[str, str]:
        return scan["scanned_at"], scan["id"]

    assert sorted(pieces, key=by_time) == CAMPUS.live(NOW, NOW + 400, speed=9)


def test_live_scans_lie_in_the_span_that_was_asked_for() -> None:
    scans = CAMPUS.live(NOW + 100, NOW + 700, speed=50)

    assert scans
    assert all(NOW + 100 <= when(scan).timestamp() < NOW + 700 for scan in scans)
    assert not {s["id"] for s in scans} & {s["id"] for s in CAMPUS.impressions}


def test_a_higher_speed_makes_more_scans() -> None:
    slow, fast = (len(CAMPUS.live(NOW, NOW + 7200, speed=speed)) for speed in (1, 40))

    assert fast > 3 * slow


def test_the_first_live_burst_begins_after_10_seconds_and_grows() -> None:
    early = CAMPUS.live(NOW, NOW + 10)
    burst = CAMPUS.live(NOW + 10, NOW + 10 + 120)
    [(poster, size)] = Counter(scan["poster_id"] for scan in burst).most_common(1)

    assert len(early) < 5
    assert 30 <= size <= 47
    seen = [scan["poster_id"] for scan in CAMPUS.live(NOW, NOW + 55)].count(poster)
    assert 5 <= seen < 0.6 * size
    usual_day = sum(scan["poster_id"] == poster for scan in CAMPUS.impressions) / 60
    assert usual_day < size / 2


def test_live_bursts_go_on_every_ten_minutes_or_so_on_other_posters() -> None:
    scans = CAMPUS.live(NOW, NOW + 7200)
    counts = Counter(scan["poster_id"] for scan in scans)
    wild = [
        group
        for poster, _ in counts.most_common(16)
        if busiest(group := [s for s in scans if s["poster_id"] == poster], 120) >= 30
    ]

    assert 11 <= len(wild) <= 13


@pytest.mark.parametrize("seed", range(5))
def test_in_the_first_minutes_there_are_a_first_a_hundredth_and_a_busy_program(seed: int) -> None:
    campus = Campus(seed, now=NOW)
    before = Counter(scan["poster_id"] for scan in campus.impressions)
    live = campus.live(NOW, NOW + 180)
    after = before + Counter(scan["poster_id"] for scan in live)
    (fresh,) = after.keys() - before.keys()
    assert fresh == campus.posters[38]["id"]
    assert any(before[id_] < 100 <= after[id_] for id_ in before)
    rush = campus.live(NOW + 185, NOW + 235)
    [(program, _)] = Counter(scan["program_id"] for scan in rush).most_common(1)
    posters = Counter(scan["poster_id"] for scan in rush if scan["program_id"] == program)
    assert len(posters) >= 10
    assert max(posters.values()) <= 6
    first = Counter(scan["program_id"] for scan in live).most_common(1)[0][0]
    assert program != first


def test_a_burst_can_be_ordered() -> None:
    poster = CAMPUS.posters[20]["id"]
    scans = CAMPUS.burst(poster, NOW, 30, seconds=10)

    assert len(scans) == 30
    assert {scan["poster_id"] for scan in scans} == {poster}
    assert all(NOW <= when(scan).timestamp() < NOW + 10 for scan in scans)


def test_a_burst_needs_a_poster() -> None:
    with pytest.raises(KeyError):
        CAMPUS.burst("poster_nowhere", NOW, 30)


def test_without_a_now_history_ends_at_present() -> None:
    before = datetime.now(tz=UTC).timestamp()
    campus = Campus(days=1)

    assert int(before) <= campus.now <= datetime.now(tz=UTC).timestamp()
