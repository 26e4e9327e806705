from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.model import Reject
from bot.store import counts, quarantine

if TYPE_CHECKING:
    from bot.sandbox.fake_vantio import FakeVantio
    from bot.store.database import Database
    from tests.cli.conftest import Terminal

SCAN = {"id": "imp_1", "poster_id": "poster_1", "scanned_at": "2026-11-02T10:30:00Z"}
EARLY, LATE = 1_793_615_400, 1_793_790_000  # 2026-11-02 10:30 and 2026-11-04 11:00 UTC


@pytest.fixture
def typed(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, store_url: str) -> Terminal:
    """A terminal whose store is `database`."""
    monkeypatch.setenv("DATABASE_URL", store_url)
    return terminal


def put(database: Database, body: object, at: int = EARLY, reason: str = "no poster_id") -> None:
    with database.write() as tx:
        quarantine.add(tx, "impressions", [Reject(reason, json.dumps(body))], at)


def scans(database: Database) -> int:
    with database.read() as tx:
        return counts.everything(tx)


def test_an_empty_quarantine(typed: Terminal) -> None:
    for arguments in ((), ("--all",), ("--retry",)):
        assert typed.run("quarantine", *arguments) == 0
        assert typed.out == "Nothing is in quarantine: every row that came could be read.\n"
    assert typed.json("quarantine", "--json") == {"rows": [], "count": 0}
    assert typed.json("quarantine", "--retry", "--json") == {"tried": 0, "taken_in": 0, "left": 0}


def test_rows_are_listed_with_reason_and_times(typed: Terminal, database: Database) -> None:
    put(database, {"id": "imp_1"})
    put(database, {"id": "imp_2"})
    put(database, {"id": "imp_2"}, at=LATE)
    assert typed.run("quarantine") == 0
    assert typed.out == (
        "2 rows in quarantine, those that came last first; times are Europe/Oslo.\n"
        "\n"
        "impressions: no poster_id\n"
        "  2 times, from 2026-11-02 11:30 to 2026-11-04 12:00\n"
        '  {"id": "imp_2"}\n'
        "\n"
        "impressions: no poster_id\n"
        "  once, 2026-11-02 11:30\n"
        '  {"id": "imp_1"}\n'
    )


def test_rows_as_data(typed: Terminal, database: Database) -> None:
    put(database, {"id": "imp_1", "note": "x" * 500})
    put(database, {"id": "imp_1", "note": "x" * 500}, at=LATE)
    assert typed.json("quarantine", "--json") == {
        "rows": [
            {
                "feed": "impressions",
                "reason": "no poster_id",
                "first_seen": "2026-11-02T11:30:00+01:00",
                "last_seen": "2026-11-04T12:00:00+01:00",
                "times": 2,
                "body": json.dumps({"id": "imp_1", "note": "x" * 500}),
            }
        ],
        "count": 1,
    }


def test_fifty_rows_are_shown_unless_all_are_asked_for(typed: Terminal, database: Database) -> None:
    for number in range(52):
        put(database, {"id": number}, at=EARLY + number)
    assert typed.run("quarantine") == 0
    assert typed.out.count("impressions: ") == 50
    assert typed.out.endswith("\n2 rows more; --all lists them too.\n")
    assert typed.run("quarantine", "--all") == 0
    assert typed.out.count("impressions: ") == 52
    assert "--all" not in typed.out
    told = typed.json("quarantine", "--json")
    assert (len(told["rows"]), told["count"]) == (50, 52)
    told = typed.json("quarantine", "--json", "--all")
    assert (len(told["rows"]), told["count"]) == (52, 52)
    seen = [datetime.fromisoformat(each["last_seen"]).timestamp() for each in told["rows"]]
    assert seen == [EARLY + number for number in reversed(range(52))]


def test_text_from_outside_does_nothing_to_the_terminal(
    typed: Terminal, database: Database
) -> None:
    evil = "\x1b[2J\x9b1m\r\n\u202e\x7f"
    with database.write() as tx:
        quarantine.add(tx, "impressions/\x1b[0m", [Reject(f"odd {evil}", f"{evil} and")], EARLY)
        quarantine.add(tx, "impressions", [Reject("long", "y" * 5000)], EARLY)
    assert typed.run("quarantine") == 0
    assert not set(evil) & set(typed.out.replace("\n", "")) - set("[2J1m")
    assert "and" in typed.out
    assert len(typed.out.splitlines()) == 9
    assert max(map(len, typed.out.splitlines())) < 100


def test_retry_takes_in_what_can_be_read_now(typed: Terminal, database: Database) -> None:
    put(database, SCAN | {"ip_address": "(removed)"})
    put(database, {"id": "imp_2"})
    put(database, "junk")
    assert typed.run("quarantine", "--retry") == 0
    assert typed.out == "3 rows: 1 taken in, 2 still unreadable.\n"
    assert scans(database) == 1
    assert typed.json("quarantine", "--retry", "--json") == {"tried": 2, "taken_in": 0, "left": 2}
    assert typed.json("quarantine", "--json")["count"] == 2
    assert scans(database) == 1


def test_retry_and_all_are_two_things(typed: Terminal) -> None:
    assert typed.run("quarantine", "--retry", "--all") == 2
    assert "--all" in typed.err


def test_a_row_that_vantio_mends_leaves_with_the_next_poll(
    typed: Terminal, api: FakeVantio, database: Database
) -> None:
    strange: dict[str, Any] = SCAN | {"poster_id": None}
    api.add(strange)
    assert typed.json("sync", "--json")["quarantined"] == 1
    assert "no poster_id" in typed.json("quarantine", "--json")["rows"][0]["reason"]
    before = scans(database)
    api.remove("imp_1")
    api.add(SCAN)
    assert typed.json("sync", "--full", "--json")["new"] == 1
    assert typed.json("quarantine", "--json") == {"rows": [], "count": 0}
    assert scans(database) == before + 1
