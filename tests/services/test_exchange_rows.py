from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.domain.model import Reject
from bot.services.exchange.files import FileProblem, format_of, sniffed
from bot.services.exchange.kinds import POSTERS
from bot.services.exchange.rows import LONGEST
from tests.services.exchanging import FORMATS, read, stream_of

if TYPE_CHECKING:
    from bot.services.exchange.files import Format


def test_a_line_is_a_row_and_blank_lines_are_none() -> None:
    assert read('{"id": 1}\n\n  \r\n{"id": 2}') == [{"id": 1}, {"id": 2}]


@pytest.mark.parametrize(
    "document",
    [
        '[{"id": 1}, {"id": 2}]',
        '{"impressions": [{"id": 1}, {"id": 2}]}',
        '[\n  {\n    "id": 1\n  },\n  {"id": 2}\n]\n',
        '{\n "impressions": [\n {"id": 1}, {"id": 2}\n ]\n}',
        '{"impressions": [{"id": 1}]}\n{"impressions": [{"id": 2}]}\n',
    ],
)
def test_lists_and_answers_of_the_api_are_taken_apart(document: str) -> None:
    assert read(document) == [{"id": 1}, {"id": 2}]


def test_a_line_that_is_not_json_costs_the_others_nothing() -> None:
    first, broken, last = read('{"id": 1}\nid=2 from 10.1.2.3\n{"id": 3}\n')
    assert (first, last) == ({"id": 1}, {"id": 3})
    assert broken == Reject("line 2 is not JSON", '"id=2 from (removed)"')


def test_a_broken_beginning_is_not_taken_for_a_document() -> None:
    broken, row = read('{"id": [\n{"id": 2}\n')
    assert broken.reason == "line 1 is not JSON"
    assert row == {"id": 2}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("::1 and 2001:db8::7, 192.168.0.1:8080.", "(removed) and (removed), (removed)"),
        ('"maya@example.org"x', '"(removed)"x'),
        (r"ip:192.0.2.7 \n192.0.2.8, [2001:db8::7]:80", r"ip(removed) \n(removed), [(removed)]:80"),
        ("at 10:30:00 on 1.2.2026 v1.2.3", "at 10:30:00 on 1.2.2026 v1.2.3"),
    ],
)
def test_a_broken_line_is_kept_without_addresses(text: str, kept: str) -> None:
    (broken,) = read(f"so {text}")
    assert json.loads(broken.body) == f"so {kept}"


def test_a_bare_text_is_kept_without_addresses() -> None:
    assert read('"from 10.1.2.3"') == ["from (removed)"]


def test_byte_order_mark_and_broken_bytes_are_tolerated() -> None:
    assert read(b'\xef\xbb\xbf{"id": "a\xff"}') == [{"id": "a\N{REPLACEMENT CHARACTER}"}]
    (row,) = read(b"\xef\xbb\xbfID, poster_id ,scanned_at\n1,a\xff,2\n", "csv")
    assert row == {"id": "1", "poster_id": "a\N{REPLACEMENT CHARACTER}", "scanned_at": "2"}


def test_what_python_cannot_count_or_nest_spoils_one_row_only() -> None:
    deep = "[" * 100_000
    huge, broken, row = read(f'{{"id": {"9" * 5000}}}\n{deep}x\n{{"id": 2}}\n')
    assert huge == {"id": "9" * 5000}
    assert broken.reason == "line 2 is not JSON"
    assert row == {"id": 2}


@pytest.mark.parametrize("form", FORMATS)
def test_binary_files_and_endless_lines_are_refused(form: Format) -> None:
    with pytest.raises(FileProblem, match=r"^scans: this is a binary file"):
        read(b"SQLite format 3\0", form)
    with pytest.raises(FileProblem, match=r"^scans: line 1 is too long"):
        read(b"x" * (LONGEST + 1), form)


def test_a_huge_document_is_refused() -> None:
    with pytest.raises(FileProblem, match="one huge JSON document"):
        read("[\n" + '{"id": "' + "x" * 2**20 + '"},\n' + ("y" * 2**20 + "\n") * 16)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_cells_become_a_row(separator: str) -> None:
    header = separator.join(["id", "poster_id", "scanned_at", "metadata", "student_id"])
    cells = separator.join(["1", '"a""b\nc"', "'=2", '"{""device_type"": ""x""}"', ""])
    assert read(f"{header}\r\n{cells}\r\n\r\n{separator * 4}\r\n", "csv") == [
        {
            "id": "1",
            "poster_id": 'a"b\nc',
            "scanned_at": "=2",
            "metadata": {"device_type": "x"},
            "student_id": None,
        }
    ]


def test_a_csv_row_that_is_none_costs_the_others_nothing() -> None:
    header = "id,poster_id,scanned_at\n"
    unclosed = '3,"' + "x" * 200_000 + "\n"
    found = read(f"{header}1,a,2\n2,a,2,10.1.2.3\n{unclosed}4,a,2,,\n", "csv")
    assert [row if isinstance(row, Reject) else row["id"] for row in found] == [
        "1",
        Reject("line 3 has more cells than columns", '"2,a,2,(removed)"'),
        Reject("line 4 is not CSV", json.dumps('3,"' + "x" * (10_000 - 3))),
        "4",
    ]


def test_missing_columns_are_named_with_what_was_probably_meant() -> None:
    with pytest.raises(FileProblem) as caught:
        read("id,poster,scaned_at\n1,2,3\n", "csv")
    assert str(caught.value) == (
        "scans: the header row lacks poster_id and scanned_at; it has “id”, “poster”, “scaned_at”."
        " Did you mean poster_id by “poster” and scanned_at by “scaned_at”?"
    )
    with pytest.raises(FileProblem, match="lacks id; it has nothing"):
        read("", "csv", POSTERS)


def test_the_format_of_a_name_or_of_a_stream() -> None:
    names = ("a.jsonl", "a.NDJSON", "b.json", "a.b.csv", "csv", "a.txt")
    assert [format_of(n) for n in names] == ["jsonl", "jsonl", "jsonl", "csv", None, None]
    begins = ("", '\n {"id"', "\ufeff[", "id,poster_id", "\ufeffid;")
    assert [sniffed(stream_of(b)) for b in begins] == ["jsonl", "jsonl", "jsonl", "csv", "csv"]


@pytest.mark.parametrize("first", ["x" * 200_000, "id,poster_id\r1,2\r"])
def test_a_first_line_that_is_not_csv_is_refused(first: str) -> None:
    with pytest.raises(FileProblem, match=r"^scans: its first line is not CSV\.$"):
        read(first, "csv")
