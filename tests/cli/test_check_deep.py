"""`posterpulse check --deep`."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Terminal

pytestmark = pytest.mark.usefixtures("api", "space")


@pytest.fixture
def desk(terminal: Terminal, tmp_path: Path) -> Desk:
    """A terminal in a folder with a store of 60 scans, and nothing else that is wrong."""
    rows = [
        {"id": f"imp_{n}", "poster_id": "poster_1", "scanned_at": f"2026-11-02T{n % 24:02}:30:00Z"}
        for n in range(60)
    ]
    (tmp_path / "scans.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    assert terminal.run("import", "scans.jsonl") == 0
    return Desk(terminal, tmp_path)


class Desk:
    def __init__(self, terminal: Terminal, folder: Path) -> None:
        self._terminal = terminal
        self.store = folder / "posterpulse.db"

    def check(self, *options: str) -> int:
        code = self._terminal.run("check", *options)
        self.out, self.err = self._terminal.out, self._terminal.err
        return code

    def line(self, start: str) -> str:
        """The only finding that begins so, with its remedy."""
        lines = [" ".join(line.split()) for line in self.out.splitlines()]
        (at,) = [number for number, line in enumerate(lines) if line.startswith(start)]
        return lines[at] + (lines[at + 1] if lines[at + 1].startswith("→") else "")

    def tamper(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.store, isolation_level=None)) as store:
            for each in statements:
                store.execute(each)


def test_deep_down_all_is_fine(desk: Desk) -> None:
    assert desk.check("--deep") == 0
    assert desk.line("✓ Pages") == "✓ Pages the file and its indexes are sound"
    assert desk.line("✓ Tallies") == "✓ Tallies agree with all 60 scans"
    assert desk.check() == 0
    assert "Tallies" not in desk.out


def test_tallies_that_differ_are_told_and_repaired(desk: Desk) -> None:
    desk.tamper("update tally set scans = scans + 1 where width = 1 and start % 24 in (10, 15)")
    assert desk.check() == 0
    assert desk.check("--deep") == 1
    told = "2 of 24 hours differ, the first at 2026-11-02 10:00 UTC"
    remedy = "→ To count them again from the scans: posterpulse check --deep --repair"
    assert desk.line("✗ Tallies") == f"✗ Tallies {told}{remedy}"
    assert desk.check("--deep", "--repair", "--json") == 0
    assert {
        "subject": "Tallies",
        "verdict": "warning",
        "text": f"{told.replace('differ', 'differed')}; they were counted again",
        "remedy": "",
    } in json.loads(desk.out)["findings"]
    assert desk.check("--deep", "--repair") == 0
    assert desk.line("✓ Tallies").endswith("agree with all 60 scans")


def test_wider_tallies_that_differ_are_told_by_their_width(desk: Desk) -> None:
    desk.tamper("update program_tally set told = told + 1 where width > 1")
    assert desk.check("--deep") == 1
    assert "1 of 1 days and 1 of 1 spans of 32 days differ, the first at" in desk.line("✗ Tallies")
    assert desk.check("--deep", "--repair") == 0
    assert desk.check("--deep") == 0


def test_a_tally_of_no_hour_that_has_a_name(desk: Desk) -> None:
    desk.tamper("update tally set start = -99999999999 where width = 1 and start % 24 = 10")
    assert desk.check("--deep") == 1
    assert "2 of 25 hours differ, the first at -359,999" in desk.line("✗ Tallies")


def test_scans_that_lost_what_they_name(desk: Desk) -> None:
    desk.tamper("delete from agent")
    assert desk.check("--deep") == 1
    assert "60 name a poster, program, ambassador or agent" in desk.line("✗ Rows")
    assert "→ Stop the bot and put a backup" in desk.line("✗ Rows")


def test_a_page_that_is_damaged(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.store)) as store:
        ((page,),) = store.execute("select rootpage from sqlite_schema where name = 'agent'")
        ((size,),) = store.execute("pragma page_size")
    with desk.store.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    assert desk.check() == 0
    assert desk.check("--deep", "--repair") == 1
    assert "the file is damaged" in desk.out
    assert "Tallies" not in desk.out


def test_an_index_that_lacks_scans(desk: Desk) -> None:
    desk.tamper(
        "pragma writable_schema = on",
        "update sqlite_schema set sql = replace(sql, '(id)', '(id) where at < 0')"
        " where name = 'impression_id'",
    )
    assert desk.check("--deep", "--repair") == 1
    assert "the file is damaged" in desk.line("✗ Pages")
    assert "→ Stop the bot and put a backup" in desk.line("✗ Pages")
    assert "Tallies" not in desk.out


def test_a_store_that_does_not_open_is_not_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///nowhere/p.db")
    assert desk.check("--deep") == 1
    assert "does not open" in desk.line("! Tallies")


def test_repair_needs_deep(desk: Desk) -> None:
    assert desk.check("--repair") == 2
    assert "--repair needs --deep" in desk.err
