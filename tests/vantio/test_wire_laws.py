"""Whole bodies that are no page, and what holds for any bytes and any JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.model import Reject
from bot.vantio import wire

FIELDS = (
    *("id", "poster_id", "program_id", "student_id", "scanned_at"),
    *("user_agent", "ip_address", "metadata"),
)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (b"", "an empty body"),
        (b" \n", "an empty body"),
        (b"<html>", "a web page instead of JSON"),
        (b'{"impressions": [{"id"', "not JSON"),
        (b'{"impressions": []} x', "not JSON"),
        (b"[]", "a list instead of"),
        (b"null", "a bare value instead of"),
        (b"{}", "it has nothing"),
        (b'{"impressions": {}}', "without the list 'impressions'"),
        (b'{"error": "secret", "message": "secret"}', "it has 'error', 'message'"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_body_without_the_list_is_unreadable(told: bytes, says: str) -> None:
    with pytest.raises(wire.Unreadable, match=says) as caught:
        wire.impressions(told)

    assert "secret" not in str(caught.value)
    assert len(str(caught.value)) < 160


texts = st.text(st.characters(codec=None) | st.sampled_from("\ud800\x00\x85 "), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.just(10**300),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
times = st.integers(946_684_800, 4_102_444_800) | st.datetimes().map(str) | values
keys = st.sampled_from(
    [*FIELDS, "location", "created_at", "first_name", "last_name", "email", "client_ip"]
)
odd_rows = values | st.dictionaries(keys, values)
good_rows = st.fixed_dictionaries(
    {"id": st.text("ab1", min_size=1), "poster_id": texts, "scanned_at": times},
    optional=dict.fromkeys(
        ("program_id", "student_id", "user_agent", "location", "first_name", "email"), texts
    )
    | {"metadata": st.fixed_dictionaries({"device_type": texts}), "created_at": times},
)
rows = odd_rows | good_rows

READERS: list[Any] = [
    (wire.impression, wire.impression_row),
    (wire.poster, wire.poster_row),
    (wire.ambassador, wire.ambassador_row),
]


@pytest.mark.parametrize(("read", "write"), READERS)
@given(row=rows)
@example(row={"id": "a", "location": "a \x00 b", "first_name": "\x00 a", "last_name": "a" * 500})
def test_any_row_is_understood_or_rejected_and_comes_back_the_same(
    read: Any,  # noqa: ANN401 - one law for three types
    write: Any,  # noqa: ANN401 - one law for three types
    row: object,
) -> None:
    made = read(row)
    if isinstance(made, Reject):
        json.loads(made.body)
        (made.reason + made.body).encode()
    else:
        written = json.loads(json.dumps(write(made)))
        json.dumps(written, ensure_ascii=False).encode()
        assert read(written) == made
        assert write(read(written)) == write(made)


@given(st.lists(rows, max_size=5))
def test_a_page_has_every_row_once(listed: list[object]) -> None:
    page = wire.impressions(json.dumps({"impressions": listed}).encode())

    assert len(page.rows) + len(page.rejects) == page.size == len(listed)


@given(st.binary() | values.map(json.dumps).map(str.encode))
@example(b'{"impressions": [' + b"[" * 50_000)
@example(b'{"impressions": [' + b"9" * 50_000 + b"]}")
@example(b"\xff\xfe[\x00]\x00")
def test_any_bytes_are_a_page_or_unreadable(told: bytes) -> None:
    for read in (wire.impressions, wire.posters, wire.ambassadors):
        try:
            assert read(told).size >= 0
        except wire.Unreadable as error:
            assert str(error)  # noqa: PT017 - refusing is one of two right ends
