from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import run
from bot.store.opening import open_store
from tests.services.street import DAY, HOUR, Street

if TYPE_CHECKING:
    from tests.cli.conftest import Terminal

ROOT = Path(__file__).parents[2]
KEYS = ["kind", "scope", "id", "started_at", "fired_at", "resolved_at", "scans", "expected"]
TODAY = int(time.time()) // DAY * DAY


@pytest.fixture
def folder(terminal: Terminal, tmp_path: Path) -> Path:
    """Two weeks of calm up to this midnight, with a burst two days before and a poster gone."""
    assert terminal
    with closing(open_store("sqlite:///posterpulse.db")) as database:
        street = Street(database, now=TODAY)
        street.settle(0)
        street.live(TODAY - 16 * DAY, TODAY - 6 * DAY)
        street.live(TODAY - 6 * DAY, TODAY, "p1")
        street.crowd("p3", 24, TODAY - 2 * DAY + 12 * HOUR)
    return tmp_path


def day(back: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(TODAY - back * DAY))


def test_alerts_are_written_one_a_line(folder: Path, terminal: Terminal) -> None:
    assert terminal.run("backtest", "--since", day(5), "--out", "alerts.jsonl") == 0
    assert terminal.err == ""
    lines = (folder / "alerts.jsonl").read_text("utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    assert all(list(each) == [*KEYS, "reason"] for each in told)
    [spike] = [each for each in told if each["kind"] == "spike"]
    assert (spike["scope"], spike["id"]) == ("poster", "p3")
    assert spike["fired_at"].startswith(day(2))
    assert spike["started_at"] < spike["fired_at"] < spike["resolved_at"]
    assert spike["reason"].startswith(f"{spike['scans']} scans in ")
    assert [each["id"] for each in told if each["kind"] == "quiet"] == ["p1"]
    first, *rest = terminal.out.splitlines()
    assert "sensitivity normal: 2 alerts, 2." in first
    assert [line.split("  ")[1] for line in rest] == ["spikes at a poster", "posters gone quiet"]


@pytest.mark.usefixtures("folder")
def test_alerts_are_printed_and_the_summary_stands_aside(terminal: Terminal) -> None:
    assert terminal.run("backtest", "--since", day(5), "--out", "-") == 0
    assert {json.loads(line)["kind"] for line in terminal.out.splitlines()} == {"quiet", "spike"}
    assert "2 alerts" in terminal.err


@pytest.mark.usefixtures("folder")
def test_the_less_sensitive_the_fewer_alerts(terminal: Terminal) -> None:
    found = []
    for sensitivity in ("low", "normal", "high"):
        asked = ("--since", day(5), "--sensitivity", sensitivity)
        assert terminal.run("backtest", *asked, "--out", "-") == 0
        found.append(len(terminal.out.splitlines()))
        assert f"sensitivity {sensitivity}" in terminal.err
    assert found == sorted(found)


@pytest.mark.usefixtures("folder")
def test_a_file_is_replaced_only_if_that_is_wanted(terminal: Terminal) -> None:
    Path("alerts.jsonl").write_text("mine")
    assert terminal.run("backtest", "--out", "alerts.jsonl") == 1
    assert "alerts.jsonl" in terminal.err
    assert len(terminal.err.splitlines()) == 1
    assert Path("alerts.jsonl").read_text() == "mine"
    assert terminal.run("backtest", "--since", day(5), "--out", "alerts.jsonl", "--force") == 0
    assert len(Path("alerts.jsonl").read_text().splitlines()) == 2


def test_an_empty_store_says_so(terminal: Terminal) -> None:
    assert terminal.run("backtest", "--out", "alerts.jsonl") == 0
    assert terminal.out == "There are no scans to replay.\n"
    assert Path("alerts.jsonl").read_text() == ""
    assert terminal.run("backtest", "--since", "2020-01-01") == 0


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "arguments",
    [
        ("--since", "the day before yesteryear"),
        ("--since", "2026-13-01"),
        ("--since", ""),
        ("--sensitivity", "extreme"),
    ],
    ids=str,
)
def test_mistakes_are_told_in_words(terminal: Terminal, arguments: tuple[str, str]) -> None:
    assert terminal.run("backtest", *arguments, "--out", "alerts.jsonl") == 2
    assert terminal.err
    assert terminal.out == ""
    assert not Path("alerts.jsonl").exists()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("since", ["2 days", "yesterday", f"{day(2)}T09:30", f"{day(2)}T09:30Z"])
def test_since_when_can_be_said_in_many_ways(terminal: Terminal, since: str) -> None:
    code = terminal.run("backtest", "--since", since, "--out", "-")
    assert code == 0, terminal.err


def test_an_interrupted_one_leaves_no_file(folder: Path) -> None:
    with closing(open_store("sqlite:///posterpulse.db")) as database:
        Street(database, posters=30, now=TODAY).live(TODAY - 400 * DAY, TODAY - 20 * DAY)
    program = [sys.executable, "-m", "bot", "backtest", "--out", "alerts.jsonl"]
    process = subprocess.Popen(
        program,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    before = set(folder.iterdir())
    while set(folder.iterdir()) == before and process.poll() is None:
        time.sleep(0.02)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in said
    assert not [each for each in folder.iterdir() if "alerts" in each.name]


def test_help(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["backtest", "--help"]) == 0
    assert "--since" in capfd.readouterr().out
