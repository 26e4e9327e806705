from __future__ import annotations

import json

import pytest

from bot.domain.model import Ambassador, Impression, Poster, Reject
from bot.vantio import wire

AT = 1_705_314_600  # 2024-01-15T10:30:00Z
SCAN: dict[str, object] = {
    "id": "imp_123abc",
    "poster_id": "poster_123abc",
    "program_id": "prog_123abc",
    "student_id": "user_123abc",
    "scanned_at": "2024-01-15T10:30:00Z",
    "user_agent": "Mozilla/5.0 (iPhone)",
    "ip_address": "192.0.2.1",
    "metadata": {"device_type": "mobile", "location": "campus_center"},
}


def scan(**changes: object) -> Impression:
    made = wire.impression(SCAN | changes)
    assert isinstance(made, Impression)
    return made


def reject(row: object) -> Reject:
    made = wire.impression(row)
    assert isinstance(made, Reject)
    return made


def body(*rows: object, key: str = "impressions") -> bytes:
    return json.dumps({key: rows}).encode()


def test_the_documented_row_is_understood() -> None:
    page = wire.impressions(body(SCAN))

    assert page == wire.Page(
        (
            Impression(
                id="imp_123abc",
                poster="poster_123abc",
                program="prog_123abc",
                ambassador="user_123abc",
                scanned_at=AT,
                agent="Mozilla/5.0 (iPhone)",
                device="mobile",
                address="192.0.2.1",
            ),
        ),
        (),
        1,
    )


def test_a_scan_counts_whatever_else_it_lacks() -> None:
    least = {"id": "i", "poster_id": "p", "scanned_at": AT}
    rest = ("program_id", "student_id", "user_agent", "ip_address", "metadata")
    bare = Impression("i", "p", "", "", AT)

    assert wire.impression(least) == bare
    for junk in (None, "", False, (), {"device_type": None}):
        assert wire.impression(least | dict.fromkeys(rest, junk)) == bare


def test_rows_keep_their_order_and_bad_ones_cost_nothing() -> None:
    rows: list[object] = [SCAN | {"id": "b"}, None, SCAN | {"id": "a"}, [], SCAN | {"id": None}]
    page = wire.impressions(body(*rows))

    assert [row.id for row in page.rows] == ["b", "a"]
    assert [bad.reason for bad in page.rejects] == ["not an object", "not an object", "no id"]
    assert page.size == 5


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (" imp_1\n", "imp_1"),
        (17, "17"),
        (17.0, "17"),
        (-1.5, "-1.5"),
        (10**199, "1" + "0" * 199),
        ("é" * 200, "é" * 200),
        ("a\ud800b", "a\ufffdb"),
    ],
)
def test_an_id_becomes_text(told: object, text: str) -> None:
    assert scan(id=told).id == text


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (None, "no id"),
        ("", "no id"),
        (" \t", "no id"),
        (True, "id is neither text nor a number"),
        ([], "id is neither text nor a number"),
        ({"id": 1}, "id is neither text nor a number"),
        ("a\x00b", "id has control characters"),
        ("a\nb", "id has control characters"),
        ("a\x85b", "id has control characters"),
        ("a" * 201, "id is longer than 200 characters"),
        (10**200, "id is no usable number"),
        pytest.param(10**5000, "id is no usable number", id="huge"),
        (float("nan"), "id is no usable number"),
        (float("inf"), "id is no usable number"),
    ],
)
def test_an_unusable_id_is_a_reject(told: object, reason: str) -> None:
    assert reject(SCAN | {"id": told}).reason == reason
    assert reject(SCAN | {"poster_id": told}).reason == reason.replace("id", "poster_id", 1)
    assert scan(program_id=told).program == ""
    assert scan(student_id=told).ambassador == ""


@pytest.mark.parametrize(
    "told",
    [
        "2024-01-15T10:30:00Z",
        "2024-01-15t10:30:00z",
        "2024-01-15 10:30:00",
        "2024-01-15T10:30",
        "2024-01-15T10:30:00.999999999Z",
        "2024-01-15T10:30:00,5Z",
        "2024-01-15T12:30:00+02:00",
        "2024-01-15 05:00:00-0530",
        "2024-01-15T10:30:00+00",
        " 2024-01-15 10:30:00 UTC ",
        "20240115T103000Z",
        AT,
        AT + 0.9,
        str(AT),
        f"{AT}.75",
        "1.7053146E9",
        AT * 1000,
        AT * 1000 + 999,
        f" {AT * 1000 + 999}",
    ],
)
def test_a_time_is_understood_in_any_shape(told: object) -> None:
    assert scan(scanned_at=told).scanned_at == AT


def test_digits_are_an_epoch_even_where_they_could_be_a_compact_date() -> None:
    assert scan(scanned_at="1712011200000").scanned_at == 1_712_011_200


def test_the_first_and_last_second_believed() -> None:
    assert scan(scanned_at="2000-01-01T00:00:00Z").scanned_at == 946_684_800
    assert scan(scanned_at="2100-01-01T00:00:00Z").scanned_at == 4_102_444_800
    assert reject(SCAN | {"scanned_at": 946_684_799}).reason.startswith("scanned_at is not between")
    assert reject(SCAN | {"scanned_at": 4_102_444_801}).reason.startswith("scanned_at is not betw")


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (None, "no scanned_at"),
        ("", "no scanned_at"),
        ("yesterday", "scanned_at is not a time: 'yesterday'"),
        ("2024-02-30T00:00:00Z", "scanned_at is not a time: '2024-02-30T00:00:00Z'"),
        ("nan", "scanned_at is not a time: 'nan'"),
        ("\ud800", r"scanned_at is not a time: '\ud800'"),
        ("x" * 99, f"scanned_at is not a time: '{'x' * 40}...'"),
        (True, "scanned_at is not a time: True"),
        ([], "scanned_at is not a time: a list"),
        ({}, "scanned_at is not a time: an object"),
        (0, "scanned_at is not between 2000 and 2100: 0"),
        (-1e300, "scanned_at is not between 2000 and 2100: no usable number"),
        (float("nan"), "scanned_at is not between 2000 and 2100: no usable number"),
        (float("inf"), "scanned_at is not between 2000 and 2100: no usable number"),
        pytest.param(10**5000, "scanned_at is not between 2000 and 2100: no usable", id="huge"),
        ("9" * 500, f"scanned_at is not between 2000 and 2100: '{'9' * 40}...'"),
        ("0001-01-01T00:00:00+23:59", "scanned_at is not between 2000 and 2100: '0001-01-01"),
    ],
)
def test_an_unusable_time_is_a_reject(told: object, reason: str) -> None:
    assert reject(SCAN | {"scanned_at": told}).reason.startswith(reason)


def test_text_is_cut_and_cleaned() -> None:
    assert scan(user_agent="a\x00\x1b[31mb\ud800").agent == "a[31mb\ufffd"
    assert scan(user_agent="a" * 500).agent == "a" * 400
    assert scan(user_agent=" \n").agent is None
    assert scan(metadata={"device_type": "d" * 50}).device == "d" * 40
    assert scan(metadata={"device_type": 5}).device is None


@pytest.mark.parametrize(
    "key", ["ip", "IP", "ip_address", "Client-IP", "clientIp", "x-forwarded-for"]
)
@pytest.mark.parametrize("value", ["192.0.2.77", ["192.0.2.77"], {"v4": "192.0.2.77"}])
def test_a_reject_keeps_no_address(key: str, value: object) -> None:
    kept = reject({"ip_address": "192.0.2.77", "metadata": {"net": [{key: value}]}}).body

    assert "192.0.2.77" not in kept
    assert json.loads(kept) == {
        "ip_address": "(removed)",
        "metadata": {"net": [{key: "(removed)"}]},
    }


def test_a_reject_keeps_no_mail_and_the_rest_whole() -> None:
    row = {"zip": "10115", "trip": [1.5, None, True, "\ud800é"], "E-Mail": "a@b.example"}

    assert reject(row).body == (
        r'{"zip":"10115","trip":[1.5,null,true,"\ufffd\u00e9"],"E-Mail":"(removed)"}'
    )


def test_a_row_too_big_or_too_deep_spoils_only_itself() -> None:
    deep = "[" * 300 + "]" * 300
    huge = "9" * 5000
    good = json.dumps(SCAN)
    page = wire.impressions(
        f'{{"impressions": [{{"id": {huge}}}, {{"x": {deep}}}, {{"id": 1e999}}, {good}]}}'.encode()
    )

    assert [row.id for row in page.rows] == ["imp_123abc"]
    assert huge in page.rejects[0].body
    assert "too deep" in page.rejects[1].body
    assert page.rejects[2].reason == "id is no usable number"


def test_broken_text_spoils_only_itself() -> None:
    raw = body(SCAN | {"user_agent": "@"}, SCAN).replace(b"@", b"a\xff\x01b")
    page = wire.impressions(b"\xef\xbb\xbf" + raw)

    assert [row.agent for row in page.rows] == ["a\ufffdb", "Mozilla/5.0 (iPhone)"]


def test_the_last_of_two_equal_keys_wins() -> None:
    page = wire.impressions(
        b'{"impressions": 1, "impressions": [{"id": "a", "id": "b", "poster_id": "p",'
        b' "scanned_at": 1705314600}]}'
    )

    assert page.rows[0].id == "b"


def test_a_poster_and_an_ambassador_need_an_id_only() -> None:
    paper = {
        "id": 7,
        "program_id": "prog_1",
        "student_id": "user_1",
        "location": " Campus Center\n\x00Main  Entrance ",
        "created_at": "2024-01-15T10:30:00Z",
    }
    person = {
        "id": "user_1",
        "first_name": "Maya\u2028",
        "last_name": "Kim",
        "email": "m@k.example",
    }

    assert wire.poster(paper) == Poster("7", "prog_1", "user_1", "Campus Center Main Entrance", AT)
    assert wire.poster({"id": "p", "created_at": "once"}) == Poster("p")
    assert wire.poster({"location": "Hall"}) == Reject("no id", '{"location":"Hall"}')
    assert wire.poster("p") == Reject("not an object", '"p"')
    assert wire.ambassador(person) == Ambassador("user_1", "", "Maya", "Kim", "m@k.example")
    assert wire.ambassador({"email": "m@k.example"}) == Reject("no id", '{"email":"(removed)"}')
    assert wire.ambassador(None) == Reject("not an object", "null")
    assert wire.posters(body(paper, key="posters")).rows[0].id == "7"
    assert wire.ambassadors(body(person, 1, key="users")).size == 2


def test_a_scan_is_exported_in_the_shape_of_the_api() -> None:
    shown = SCAN | {"metadata": {"device_type": "mobile"}}

    assert wire.impression_row(scan()) == shown
    assert wire.impression_row(Impression("i", "p", "", "", AT)) == dict.fromkeys(SCAN) | {
        "id": "i",
        "poster_id": "p",
        "scanned_at": "2024-01-15T10:30:00Z",
        "metadata": {},
    }
    assert wire.poster_row(Poster("p"))["created_at"] is None
    assert wire.ambassador_row(Ambassador("u", created_at=AT))["created_at"] == SCAN["scanned_at"]
