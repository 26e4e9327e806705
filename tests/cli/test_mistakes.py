from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

import bot
from bot.cli import COMMANDS, cli
from tests.app.running import running

if TYPE_CHECKING:
    from bot.sandbox.fake_vantio import FakeVantio
    from tests.cli.conftest import Terminal

ROOT = Path(bot.__file__).parents[1]
CLOSED = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["digestt"],
            "No such command 'digestt'. Did you mean 'digest'? See `posterpulse --help`.",
        ),
        (["xyzzy"], "No such command 'xyzzy'. See `posterpulse --help`."),
        (["ask", "--nope"], "No such option '--nope'. See `posterpulse ask --help`."),
        (["import"], "Missing argument 'FILE'. See `posterpulse import --help`."),
        (["preview", "tea"], "Invalid value for 'KIND': 'tea' is not one of 'digest', "),
        (["demo", "--port", "x"], "Invalid value for '--port': 'x' is not a valid integer. See"),
        (["run", "--port", "0"], "Invalid value for '--port': 0 is not in the range"),
        (["--config", "none.toml", "ask", "top"], "none.toml: there is no such file; copy config"),
    ],
)
def test_usage_and_settings(terminal: Terminal, arguments: list[str], said: str) -> None:
    assert terminal.run(*arguments) == 2
    assert terminal.out == ""
    assert terminal.err.startswith(said)
    assert terminal.err.count("\n") == 1


@pytest.mark.parametrize(
    ("environment", "code", "said"),
    [
        ({"VANTIO_API_KEY": "sk_hush"}, 1, "(401)"),
        ({"VANTIO_API_KEY": ""}, 2, "environment: VANTIO_API_KEY is not set: "),
        ({"VANTIO_API_KEY": "sk hush"}, 2, "environment: "),
        ({"VANTIO_BASE_URL": "http://vantio.example"}, 2, "environment: VANTIO_BASE_URL: must be"),
        ({"DATABASE_URL": "sqlite:////nowhere/x.db"}, 1, "the folder of /nowhere/x.db"),
        ({"DATABASE_URL": "mysql://u:hush@h/d"}, 1, "DATABASE_URL must look like"),
    ],
)
def test_the_world_is_not_as_it_should_be(
    terminal: Terminal,
    api: FakeVantio,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    code: int,
    said: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert terminal.run("sync") == code
    assert terminal.out == ""
    assert said in terminal.err
    assert terminal.err.count("\n") == 1
    assert "hush" not in terminal.err
    assert len(api.requests) <= 1


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["sync"], "127.0.0.1:9 can't be reached: "),
        (["digest", "--channel", "#posters"], "It stays in the outbox; `posterpulse run` will"),
    ],
)
def test_nobody_answers_and_what_is_logged_adds_no_line(
    tmp_path: Path, command: list[str], said: str
) -> None:
    environment = {
        "VANTIO_API_KEY": "sk_1",
        "VANTIO_BASE_URL": CLOSED,
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_API_URL": f"{CLOSED}/api/",
        "DATABASE_URL": "sqlite:///store.db",
    }
    with running(tmp_path, *command, **environment) as program:
        assert program.process.wait(60) == 1
        (line,) = program.log.splitlines()
    assert said in line


def test_every_missing_secret_has_its_line(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("VANTIO_API_KEY", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        monkeypatch.delenv(name)
    assert terminal.run("run") == 2
    lines = terminal.err.splitlines()
    assert [line.split()[1] for line in lines] == [
        "VANTIO_API_KEY",
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
    ]
    assert terminal.run("run", "--port", "3000") == 2
    assert "SLACK_SIGNING_SECRET is not set" in terminal.err


def test_a_run_leaves_signals_as_they_were(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VANTIO_API_KEY")
    before = [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)]
    assert terminal.run("run") == 2
    assert [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)] == before


def test_help_is_for_everything(terminal: Terminal) -> None:
    assert terminal.run() == 0
    whole = terminal.out
    for name, (_, line) in COMMANDS.items():
        assert name in whole
        assert terminal.run(name, "--help") == 0
        assert terminal.out.startswith(f"Usage: posterpulse {name} ")
        command = cli.get_command(click.Context(cli), name)
        assert command
        assert command.short_help == line
    assert terminal.run("--version") == 0
    assert terminal.out.startswith("posterpulse 0.")


def test_a_mistake_of_our_own_is_not_hidden(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.cli.session.now", lambda: "today")
    with pytest.raises(TypeError):
        terminal.run("ask", "top")


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    row = {"poster_id": "p", "program_id": "g", "student_id": "s"}
    row["scanned_at"] = "2026-11-02T10:00:00Z"
    lines = (json.dumps(row | {"id": f"imp_{number}"}) for number in range(5000))
    (tmp_path / "scans.jsonl").write_text("\n".join(lines))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    program = f"{sys.executable} -m bot"
    script = f"""
        set -o pipefail
        {program} import scans.jsonl
        {program} export - | head -n 1
        echo "status $?"
        {program} ask help | true
        echo "status $?"
    """
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    imported, first, status, again = done.stdout.splitlines()
    assert imported.startswith("5,000 impressions")
    assert json.loads(first)["poster_id"] == "p"
    assert (status, again) == ("status 0", "status 0")
