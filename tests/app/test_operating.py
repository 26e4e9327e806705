"""What an operator sees of a running bot: health, metrics, heartbeat, outages, and its log."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from psycopg import sql

from bot.sandbox.fake_slack import FakeSlack
from bot.sandbox.fake_vantio import FakeVantio
from bot.sandbox.workspace import YOU
from tests.app.running import ROOT, between, running
from tests.ports import free_port
from tests.postgres_server import PASSWORD
from tests.services.test_heartbeat import Switch, switch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgres_server import Server

__all__ = ["switch"]

SCAN = {"id": "imp_1", "poster_id": "p_hall", "scanned_at": "2026-11-02T10:00:00Z"}
CONFIG = """
[operation]
channel = "#ops"
log = "{log}"
[polling]
every_minutes = 1
"""

# Python runs these first. One makes the program and all its libraries tell everything that they
# can; the other takes away what hides secrets in the last resort.
EVERYTHING = """
import logging
logging.root.level = 1
logging.Logger.setLevel = lambda *_: None
"""
UNFILTERED = """
from bot.cli import logs
logs.Discreet.format = lambda self, record: self._inner.format(record)
"""


@pytest.fixture
def vantio() -> Iterator[FakeVantio]:
    with FakeVantio([SCAN], key="sk_recognisable") as fake:
        yield fake


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    tokens = {"bot_token": "xoxb-recognisable", "app_token": "xapp-recognisable"}
    with FakeSlack(channels=("posters", "ops"), **tokens) as fake:  # type: ignore[arg-type]
        yield fake


def ask(port: int | str, path: str = "/healthz") -> tuple[int, str]:
    """The status and the text that are answered; 0 where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


def name_of(url: str) -> str:
    return url.rsplit("/", 1)[1]


def figures(port: int) -> dict[str, float]:
    status, text = ask(port, "/metrics")
    assert status == 200, text
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_a_bot_that_is_well(
    vantio: FakeVantio, slack: FakeSlack, switch: Switch, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text(CONFIG.format(log="json"))
    port = free_port()
    environment = between(slack, vantio) | {"HEARTBEAT_URL": switch.url, "DYNO": "web.1"}
    with running(tmp_path, "run", "--verbose", "--health-port", str(port), **environment) as bot:
        bot.says("1 new scan")
        assert ask(port) == (200, "ok\n")
        found = figures(port)
        assert found["posterpulse_scans"] == 1
        assert found['posterpulse_source_up{source="vantio"}'] == 1
        assert found['posterpulse_vantio_requests_total{outcome="ok"}'] == len(vantio.requests)
        assert ask(port, "/else") == (404, "Here are /healthz and /metrics.\n")
        bot.until(lambda: switch.asked)
        with running(tmp_path, "check", "--json", **environment) as check:
            check.process.wait(30)
            told = {each["subject"]: each for each in json.loads(check.log)["findings"]}
            assert told["#ops"]["text"] == "gets the word of outages; the bot is a member"
            assert told["Heartbeat"]["text"] == "127.0.0.1 is pinged after every poll"
        assert bot.end() == 0
        assert len(switch.asked) == 1
        lines = [json.loads(line) for line in bot.log.splitlines()]
    assert lines[0]["message"].startswith("Disk: Heroku deletes files at every restart")
    assert lines[0]["message"].endswith("postgresql://user:password@host/name.")
    assert lines[-1]["message"] == "Stopping."
    assert ask(port) == (0, "")


@pytest.mark.parametrize("spy", [EVERYTHING, UNFILTERED], ids=["everything", "unfiltered"])
def test_nothing_secret_is_ever_said(
    vantio: FakeVantio, slack: FakeSlack, tmp_path: Path, spy: str
) -> None:
    (tmp_path / "config.toml").write_text(CONFIG.format(log="text"))
    (tmp_path / "spy").mkdir()
    (tmp_path / "spy" / "sitecustomize.py").write_text(spy)
    environment = between(slack, vantio) | {
        "HEARTBEAT_URL": "http://127.0.0.1:9/recognisable",
        "PYTHONPATH": f"{tmp_path / 'spy'}{os.pathsep}{ROOT}",
    }
    vantio.fault("server_error", 4)
    # Refused, nothing is posted for a minute: so the line is cut first.
    slack.fault("chat.postMessage", "cut_after")
    slack.fault("chat.postMessage", "invalid_auth")
    with running(tmp_path, "sync", **environment) as sync:
        assert sync.process.wait(60) == 1
        assert "recognisable" not in sync.log
    vantio.fault("unauthorized")
    with running(tmp_path, "run", "--verbose", **environment) as bot:
        bot.says("Vantio does not answer")
        slack.slash("top all time", channel="posters")
        bot.until(lambda: slack.workspace.messages("posters", YOU))
        bot.says("It is unknown whether a notice arrived")
        assert bot.end() == 0
        assert "recognisable" not in bot.log


def test_an_outage_is_told_in_the_channel_and_so_is_its_end(
    vantio: FakeVantio, slack: FakeSlack, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text(CONFIG.format(log="text"))
    vantio.fault("unauthorized", 1)
    with running(tmp_path, "run", **between(slack, vantio)) as first:
        first.until(lambda: slack.workspace.messages("ops"))
        first.end()
    with running(tmp_path, "run", **between(slack, vantio)) as second:
        second.until(lambda: slack.workspace.messages("ops")[1:])
        second.end()
    down, over = (message.text for message in slack.workspace.messages("ops"))
    assert down.startswith("⚠️ Vantio has not answered since ")
    assert "check VANTIO_API_KEY. Correct the setting that the message names" in down
    assert over.startswith("✅ Vantio answers again.")


def test_a_store_that_has_gone_away_is_told(
    vantio: FakeVantio, slack: FakeSlack, postgres: Server, tmp_path: Path
) -> None:
    port = str(free_port())
    with ExitStack() as stack:
        url = stack.enter_context(postgres.database())
        environment = between(slack, vantio) | {"DATABASE_URL": url}
        bot = stack.enter_context(running(tmp_path, "run", "--health-port", port, **environment))
        bot.says("1 new scan")
        assert ask(port) == (200, "ok\n")
        postgres.ask(sql.SQL("drop database {} with (force)").format(sql.Identifier(name_of(url))))
        bot.until(lambda: ask(port)[0] == 503)
        assert ask(port) == (503, "The store does not answer. The log says why.\n")
        assert ask(port, "/metrics") == (503, "The store does not answer.\n")
        bot.says("Nothing could be sent: Store posterpulse")
        assert PASSWORD not in bot.log
        postgres.ask(sql.SQL("create database {}").format(sql.Identifier(name_of(url))))
        bot.end()
