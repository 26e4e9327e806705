from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from bot.sandbox.campus import Campus
    from bot.sandbox.fake_vantio import FakeVantio
    from tests.cli.conftest import Terminal

SCANS = [
    {
        "id": f"imp_{number}",
        "poster_id": poster,
        "program_id": "prog_spring",
        "student_id": "user_1",
        "scanned_at": f"2026-11-02T{10 + number % 3}:00:00Z",
    }
    for number, poster in enumerate(["p_hall"] * 5 + ["p_gym"] * 2 + ["p_bar"] * 2 + ["p_lab"])
]


@pytest.fixture
def filled(terminal: Terminal) -> Terminal:
    """A store with ten scans at four posters on 2 November."""
    Path("scans.jsonl").write_text("\n".join(map(json.dumps, SCANS)))
    assert terminal.run("import", "scans.jsonl") == 0
    return terminal


def test_sync_tells_what_it_brought(terminal: Terminal, api: FakeVantio, campus: Campus) -> None:
    api.add({"id": "imp_strange", "poster_id": 7})
    first = terminal.json("sync", "--json")
    assert set(first) == {"new", "repeated", "quarantined", "requests", "complete"}
    assert (first["new"], first["quarantined"]) == (len(campus.impressions), 1)
    assert first["complete"] is True
    again = terminal.json("sync", "--json")
    assert (again["new"], again["quarantined"]) == (0, 0)
    assert terminal.json("sync", "--full", "--json")["repeated"] >= len(campus.impressions)
    just_now = datetime.now(UTC).isoformat(timespec="seconds")
    api.add(SCANS[0] | {"id": "imp_now", "scanned_at": just_now})
    assert terminal.run("sync") == 0
    assert terminal.out == "Scans: 1 new, 101 already there, in 3 requests.\n"
    assert terminal.err == ""


def test_ask_prints_what_slack_would_show(filled: Terminal) -> None:
    assert filled.run("ask", "top 2 on 2026-11-02 program:spring") == 0
    assert filled.err == ""
    for said in ("10 scans", "p_hall", "Europe/Oslo", "1 more poster", "Spring fair"):
        assert said in filled.out
    assert "p_lab" not in filled.out
    # Quoted or not, words are words.
    whole = filled.out
    assert filled.run("ask", "top", "2", "on", "2026-11-02", "program:spring") == 0
    assert filled.out == whole


def test_ask_prints_data(filled: Terminal) -> None:
    told = filled.json("ask", "--json", "top 3 on 2026-11-02")
    assert told["question"].startswith("top 3 ")
    assert told["total"]["scans"] == 10
    assert [(row["rank"], row["id"], row["name"], row["scans"]) for row in told["rows"]] == [
        (1, "p_hall", "p_hall", 5),
        (2, "p_bar", "p_bar", 2),
        (2, "p_gym", "p_gym", 2),
    ]
    period = told["period"]
    assert period["zone"] == "Europe/Oslo"
    assert period["start"] == "2026-11-02T00:00:00+01:00"
    assert datetime.fromisoformat(period["end"]).isoformat() == "2026-11-03T00:00:00+01:00"
    # The question as data asks the same again.
    assert filled.json("ask", "--json", told["question"])["rows"] == told["rows"]


def test_help_and_status_as_data(filled: Terminal) -> None:
    assert filled.json("ask", "--json", "help")["question"] == "help"
    status = filled.json("ask", "--json", "status")
    assert (status["question"], status["scans"], status["zone"]) == ("status", 10, "Europe/Oslo")
    assert filled.run("ask") == 0
    assert "top 5 last week" in filled.out


def test_what_is_muted_and_told(filled: Terminal) -> None:
    for words, said in (("mutes", "Nothing is muted."), ("alerts", "No alerts yet.")):
        assert filled.run("ask", words) == 0
        assert filled.out.startswith(said)
        told = filled.json("ask", "--json", words)
        assert (told["question"], told["text"][: len(said)]) == (words, said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("tpo", "I don't know “tpo”. Did you mean “top”?"),
        ("top program:nowhere", "I know no program “nowhere”."),
        ("top since yesterdayy", "Did you mean"),
        ("poster", "Which poster?"),
        ("top 500", "is out of reach"),
    ],
)
def test_a_question_that_is_none(filled: Terminal, words: str, said: str) -> None:
    for options in ([], ["--json"]):
        assert filled.run("ask", *options, words) == 2
        assert filled.out == ""
        assert said in filled.err
        assert filled.err.count("\n") == 1
