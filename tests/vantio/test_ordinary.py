"""The short way through a plain row ends where the careful one does."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.model import Impression
from bot.vantio import ordinary, wire

PLAIN: dict[str, Any] = {
    "id": "0b6f7e1c-6a41-4c1f-9a38-2d1f0c6e5b7a",
    "poster_id": "poster_1",
    "program_id": "prog_1",
    "student_id": None,
    "scanned_at": "2024-01-15T10:30:07Z",
    "user_agent": "Mozilla/5.0 (iPhone)",
    "ip_address": "192.0.2.1",
    "metadata": {"device_type": "mobile"},
}
LONG = "x" * 401
odd_texts = st.sampled_from(
    ["", " ", " a", "a ", "a\x00", "\ud800", "\u2028", "ä", "\u00a0a", LONG[:200], LONG[:201], LONG]
)
clocks = st.from_regex(r"[0-2]\d:[0-6]\d:[0-6]\d", fullmatch=True)
zones = st.sampled_from(
    ["Z", "z", "", ".5Z", ".123Z", ".999999Z", ".\uff11\uff12\uff13Z", "+02:00", " Z", "ZZ"]
)
days = st.dates(date(1999, 12, 30), date(2100, 1, 2)).map(str) | st.sampled_from(
    [
        "1999-12-31",
        "2000-01-01",
        "2099-12-31",
        "2100-01-01",
        "2024-W03-1",
        "2024-02-30",
        "\uff12024-01-15",
    ]
)
times = st.builds("{}{}{}{}".format, days, st.sampled_from("Tt "), clocks, zones)
values = (
    odd_texts
    | st.text(max_size=8)
    | st.sampled_from([None, True, False, 0, 1, 1.0, [], [1], {}, {"a": 1}])
    | st.just(10**300)
)
devices = st.fixed_dictionaries({}, optional={"device_type": values, "location": values})
changes: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(PLAIN, values)
changes |= {"scanned_at": times | values, "metadata": devices | values}
nearly_plain_rows = st.lists(st.sampled_from(sorted(changes)), max_size=2).flatmap(
    lambda names: st.fixed_dictionaries({name: changes[name] for name in names}).map(
        lambda some: PLAIN | some
    )
)
rows = nearly_plain_rows | st.fixed_dictionaries({}, optional=changes) | values


@given(rows)
@example(PLAIN | {"scanned_at": "2099-12-31T23:59:59Z"})
@example(PLAIN | {"scanned_at": "2100-01-01T00:00:01Z"})
@example(PLAIN | {"scanned_at": "1999-12-31T23:59:59Z"})
@example(PLAIN | {"scanned_at": "2024-01-15T24:00:00Z"})
@example(PLAIN | {"scanned_at": "20240115T103000.500Z"})
@example(PLAIN | {"scanned_at": "2024-01-15T10:30:00+02:00"})
@example(PLAIN | {"program_id": True})
@example(PLAIN | {"metadata": {"device_type": "x" * 41}})
def test_both_ways_agree_on_every_row(row: object) -> None:
    short, careful = ordinary.impression(row), wire.odd_impression(row)

    assert short is None or short == careful
    assert wire.impression(row) == careful
    if isinstance(careful, Impression):
        assert [*map(type, wire.impression(row))] == [*map(type, careful)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"scanned_at": "2024-01-15T10:30:07.123Z"},
        {"metadata": None},
        {"metadata": {}},
        {"ip_address": None, "user_agent": None, "program_id": None},
        {"poster_id": "Plakat ü"},
    ],
)
def test_what_most_rows_look_like_takes_the_short_way(change: dict[str, Any]) -> None:
    assert ordinary.impression(PLAIN | change) is not None


def test_more_texts_and_hours_than_are_remembered_are_read_as_well() -> None:
    for number in range(20_000):
        day, hour = divmod(number, 24)
        at = f"20{20 + day // 300:02}-{day // 28 % 12 + 1:02}-{day % 28 + 1:02}T{hour:02}:00:00Z"
        row = PLAIN | {"poster_id": f"p{number}", "student_id": f"u{number}", "scanned_at": at}
        assert ordinary.impression(row) == wire.odd_impression(row)
    assert ordinary.impression(PLAIN) == wire.odd_impression(PLAIN), "without an ambassador"


def test_a_scan_shows_no_address() -> None:
    scan = ordinary.impression(PLAIN)

    assert scan is not None
    assert scan.address == "192.0.2.1"
    for shown in (repr(scan), str(scan), f"{scan}", f"{scan!r}"):
        assert "192.0.2.1" not in shown
        assert shown.startswith("Impression(id='0b6f")


def test_a_hole_is_where_a_row_could_not_be_read() -> None:
    listed = [PLAIN, 7, PLAIN | {"id": " 7 ", "poster_id": None}, PLAIN, {"id": 7.0}]
    page = wire.impressions(json.dumps({"impressions": listed}).encode())

    assert page.holes == (1, 2, 4)
    assert [reject.id for reject in page.rejects] == [None, "7", "7"]
    assert page.size == len(page.rows) + len(page.holes)


@given(st.lists(rows, max_size=8))
def test_rows_and_holes_make_up_the_list(listed: list[object]) -> None:
    page = wire.impressions(json.dumps({"impressions": listed}).encode())
    alone = [wire.impression(wire.LENIENT_JSON.decode(json.dumps(row))) for row in listed]

    assert [alone[hole] for hole in page.holes] == list(page.rejects)
    assert [made for place, made in enumerate(alone) if place not in page.holes] == [*page.rows]
