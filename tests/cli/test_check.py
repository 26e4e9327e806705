from __future__ import annotations

import json
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import run
from bot.sandbox.fake_slack import FakeSlack
from bot.sandbox.fake_vantio import FakeVantio

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.sandbox.workspace import Channel

SCAN = {
    "id": "imp_1",
    "poster_id": "poster_1",
    "program_id": "prog_1",
    "student_id": "user_1",
    "scanned_at": "2026-11-02T10:00:00Z",
}
CONFIG = """
zone = "Europe/Berlin"
[digest]
channels = ["#posters", "#walls"]
[leaderboard]
channels = ["posters"]
[alerts]
channels = ["general"]
"""
CLOSED = "http://127.0.0.1:9"
PLATFORMS = ("DYNO", "K_SERVICE", "RENDER", "RAILWAY_ENVIRONMENT", "FLY_APP_NAME")


@pytest.fixture
def vantio() -> Iterator[FakeVantio]:
    with FakeVantio([SCAN]) as fake:
        yield fake


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(channels=("general", "posters", "walls")) as fake:
        yield fake


@pytest.fixture
def walls(slack: FakeSlack) -> Channel:
    channel = slack.workspace.find("walls")
    assert channel
    return channel


class Desk:
    """Runs `posterpulse check` in a folder of its own and keeps what it said."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], path: Path
    ) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.path = path

    def check(self, *options: str, config: str = CONFIG, **environment: str) -> int:
        (self.path / "config.toml").write_text(config)
        for name, value in environment.items():
            self._monkeypatch.setenv(name, value)
        code = run(["check", *options])
        self.out, self.err = self._capsys.readouterr()
        return code

    def line(self, start: str) -> str:
        """The only finding that begins so, with its remedy."""
        lines = self.out.splitlines()
        (at,) = [number for number, line in enumerate(lines) if line.startswith(start)]
        remedy = lines[at + 1] if "→" in lines[at + 1] else ""
        return f"{' '.join(lines[at].split())}{' '.join(remedy.split())}"


@pytest.fixture
def desk(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    vantio: FakeVantio,
    slack: FakeSlack,
) -> Desk:
    monkeypatch.chdir(tmp_path)
    for name in (*PLATFORMS, "POSTERPULSE_CONFIG", "SLACK_SIGNING_SECRET", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VANTIO_API_KEY", "sk_sandbox")
    monkeypatch.setenv("VANTIO_BASE_URL", vantio.url)
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-sandbox")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-sandbox")
    monkeypatch.setenv("SLACK_API_URL", slack.api_url)
    return Desk(monkeypatch, capsys, tmp_path)


def test_all_is_fine(desk: Desk, slack: FakeSlack) -> None:
    assert desk.check() == 0
    assert "✗" not in desk.out
    assert desk.out.endswith("\n\nReady: `posterpulse run` would work.\n")
    assert desk.err == ""
    for start in (
        "✓ Settings     read from config.toml; times are in Europe/Berlin",
        "✓ Vantio       127.0.0.1:",
        "✓ Slack        the bot is @posterpulse in Sandbox",
        "✓ #posters     gets the digest and leaderboard; the bot is a member",
        "✓ #general     gets the alerts",
        "✓ Store        posterpulse.db takes writes; 0 scans",
        *(f"✓ {name}" for name in ("Scans", "Permissions", "Socket", "Clock", "Messages")),
    ):
        assert desk.line(start)
    harmless = {"api.test", "auth.test", "apps.connections.open", "conversations.list"}
    assert {method for method, _ in slack.calls} <= {*harmless, "conversations.info"}


def test_as_data(desk: Desk) -> None:
    assert desk.check("--json") == 0
    assert json.loads(desk.out)["ready"] is True
    swapped = {"SLACK_APP_TOKEN": "xoxb-1"}
    assert desk.check("--json", **swapped) == 1
    told = json.loads(desk.out)
    assert told["ready"] is False
    assert {
        "subject": "Socket Mode",
        "verdict": "wrong",
        "text": "SLACK_APP_TOKEN holds a bot token",
        "remedy": "Set it to the app-level token for Socket Mode (xapp-...).",
    } in told["findings"]


def test_nothing_is_set_up(desk: Desk) -> None:
    empty = dict.fromkeys(("VANTIO_API_KEY", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"), "")
    assert desk.check(config="", **empty) == 1
    for name in empty:
        assert f"{name} is not set" in desk.out
    assert "nothing will be posted by itself" in desk.line("! Settings")
    assert desk.out.endswith("\n3 things to fix before `posterpulse run` can work.\n")


def test_wrong_keys(desk: Desk) -> None:
    wrong = {
        "VANTIO_API_KEY": "sk_hush1",
        "SLACK_BOT_TOKEN": "xoxb-hush2",
        "SLACK_APP_TOKEN": "xapp-hush3",
    }
    assert desk.check(**wrong) == 1
    assert "(401)→ Copy the secret key" in desk.line("✗ Vantio")
    assert "(invalid_auth)→ Copy the bot token" in desk.line("✗ Slack")
    assert "connections:write" in desk.line("✗ Socket Mode")
    assert "not looked at" in desk.line("! Channels")
    assert "✓ Clock" in desk.out
    assert "hush" not in desk.out


def test_the_bot_can_not_post_there(desk: Desk, walls: Channel) -> None:
    walls.is_member = False
    assert desk.check() == 1
    assert desk.line("✗ #walls").endswith("→ In #walls, type: /invite @posterpulse")
    assert "type:  /invite @posterpulse\n" in desk.out
    assert desk.out.endswith("\n1 thing to fix before `posterpulse run` can work.\n")
    walls.is_archived = True
    assert desk.check() == 1
    assert "is archived" in desk.line("✗ #walls")


def test_a_channel_that_is_not_there(desk: Desk) -> None:
    assert desk.check(config='[digest]\nchannels = ["#wallz", "#posters"]') == 1
    assert "no such channel in Sandbox" in desk.line("✗ #wallz")
    assert desk.line("✓ #posters")


def test_a_person_instead_of_a_channel(desk: Desk) -> None:
    assert desk.check(config='[digest]\nchannels = ["U0MAYA1"]') == 0
    assert desk.line("✓ U0MAYA1").endswith("gets the digest as direct messages")


def test_missing_permissions(desk: Desk, slack: FakeSlack, walls: Channel) -> None:
    walls.is_private = True
    slack.desk.scopes.discard("groups:history")
    slack.desk.scopes.add("groups:read")
    assert desk.check() == 0
    assert "lacks groups:history," in desk.line("! History")
    slack.desk.scopes -= {"commands", "channels:history"}
    assert desk.check() == 1
    assert "lacks commands→" in desk.line("✗ Permissions")
    assert "lacks channels:history, groups:history," in desk.line("! History")


def test_nobody_can_be_reached(desk: Desk) -> None:
    assert desk.check(VANTIO_BASE_URL=CLOSED, SLACK_API_URL=f"{CLOSED}/") == 1
    assert "can't be reached" in desk.line("✗ Vantio")
    assert "no way to Slack" in desk.line("✗ Slack")
    assert "no way to Slack" in desk.line("✗ Socket Mode")
    assert "not compared" in desk.line("! Clock")


def test_addresses_to_which_no_secret_is_sent(desk: Desk) -> None:
    elsewhere = "http://elsewhere.example/"
    assert desk.check(VANTIO_BASE_URL=elsewhere, SLACK_API_URL=elsewhere) == 2
    why = "must be https://elsewhere.example: over http the key would travel in clear."
    assert desk.err == (f"environment: VANTIO_BASE_URL: {why}\nenvironment: SLACK_API_URL: {why}\n")


def test_a_store_of_no_kind(desk: Desk) -> None:
    assert desk.check(DATABASE_URL="mysql://elsewhere.example") == 1
    assert "must look like sqlite:///" in desk.line("✗ Store")
    assert "Disk" not in desk.out


def test_managers(desk: Desk, slack: FakeSlack) -> None:
    assert desk.check(config="") == 0
    assert "none: everyone may change things, and nobody is told" in desk.line("! Managers")
    assert desk.check(config='managers = ["U0BOSS1"]') == 0
    assert "U0BOSS1 may change things" in desk.line("✓ Managers")
    slack.workspace.groups["S0TEAM1"] = ["U0BOSS1"]
    assert desk.check(config='managers = ["S0TEAM1"]') == 0
    assert "groups only: nobody gets a direct message" in desk.line("! Managers")
    slack.desk.scopes.discard("usergroups:read")
    assert desk.check(config='managers = ["U0BOSS1", "S0TEAM1"]') == 1
    told = desk.line("✗ Managers")
    assert "does not say who is in the group S0TEAM1→" in told
    assert "the permission usergroups:read" in told
    slack.desk.scopes.add("usergroups:read")
    slack.workspace.groups["S0TEAM1"] = []
    assert desk.check(config='managers = ["U0BOSS1", "S0TEAM1"]') == 0
    assert "nobody is in the group S0TEAM1" in desk.line("! Managers")


def test_a_channel_to_ask_in_that_is_not_there(desk: Desk) -> None:
    assert desk.check(config='[slack]\nask_in = ["#wallz", "#walls"]') == 0
    assert "slack.ask_in names #wallz, which is not found→" in desk.line("! Asking")


@pytest.mark.parametrize(
    ("kind", "text"),
    [("rate_limited", "wants fewer requests"), ("server_error", "500"), ("not_json", "web page")],
)
def test_vantio_has_trouble(desk: Desk, vantio: FakeVantio, kind: str, text: str) -> None:
    vantio.fault(kind)  # type: ignore[arg-type] # a literal, from the table above
    assert desk.check() == 1
    assert text in desk.line("✗ Vantio")


@pytest.mark.parametrize("kind", ["rate_limited", "server_error", "cut_before"])
def test_slack_has_trouble(desk: Desk, slack: FakeSlack, kind: str) -> None:
    slack.fault("auth.test", kind)
    slack.fault("apps.connections.open", kind)
    assert desk.check() == 1
    assert "→ Try again" in desk.line("✗ Slack")
    assert "→ Try again" in desk.line("✗ Socket Mode")


def test_trouble_with_one_channel_is_not_waited_for_again(desk: Desk, slack: FakeSlack) -> None:
    slack.fault("conversations.list", "server_error", times=9)
    assert desk.check() == 1
    assert "#walls" not in desk.out
    assert [method for method, _ in slack.calls].count("conversations.list") == 1


def test_no_scans_yet(desk: Desk, vantio: FakeVantio) -> None:
    assert desk.check(config='[polling]\nprograms = ["prog_1", "prog_2", "prog_3"]') == 0
    assert "there are none yet of prog_2, prog_3→" in desk.line("! Scans")
    vantio.remove("imp_1")
    assert desk.check() == 0
    assert "there are none yet→" in desk.line("! Scans")


def test_http_mode(desk: Desk, slack: FakeSlack) -> None:
    config = "[slack]\nhttp_port = 3000"
    assert desk.check(config=config, SLACK_APP_TOKEN="") == 1
    assert "SLACK_SIGNING_SECRET is not set" in desk.line("✗ HTTP")
    assert desk.check(config=config, SLACK_SIGNING_SECRET="0123456789abcdef" * 2) == 0
    assert "port 3000" in desk.line("✓ HTTP")
    assert "apps.connections.open" not in {method for method, _ in slack.calls}


def test_stores_that_will_not_last(desk: Desk) -> None:
    assert desk.check(DATABASE_URL="sqlite:///:memory:") == 1
    assert "in memory" in desk.line("✗ Disk")
    assert desk.check(DATABASE_URL="", DYNO="worker.1") == 1
    assert "→ Set DATABASE_URL to a PostgreSQL database" in desk.line("✗ Disk")


def test_a_store_that_others_may_read(desk: Desk) -> None:
    assert desk.check() == 0
    assert "! Disk" not in desk.out
    (desk.path / "posterpulse.db").chmod(0o644)
    assert desk.check() == 0
    line = desk.line("! Disk")
    assert f"other users of this machine may open {desk.path}/posterpulse.db (mode 644)" in line
    assert f"→ Let only the bot's user do so: chmod 600 {desk.path}/posterpulse.db*" in line


def test_a_database_server_that_is_away(desk: Desk) -> None:
    pytest.importorskip("psycopg")
    assert desk.check(DATABASE_URL="postgresql://me:hush@127.0.0.1:9/store") == 1
    assert "→ Check DATABASE_URL" in desk.line("✗ Store")
    assert "hush" not in desk.out


def test_settings_that_are_wrong(desk: Desk) -> None:
    assert desk.check(config='zone = "Berlin"\n[digets]\n') == 2
    assert desk.out == ""
    assert len(desk.err.splitlines()) == 2


def test_what_others_named_can_not_move_the_cursor(desk: Desk) -> None:
    evil = '["evil\\u001b[2J"]'
    config = f"[polling]\nprograms = {evil}\n[digest]\nchannels = {evil}"
    assert desk.check(config=config) == 1
    assert desk.out.count("evil") == 2
    assert "\x1b" not in desk.out


def test_a_disk_that_is_full(desk: Desk) -> None:
    def no_more_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, 16_384))

    (desk.path / "config.toml").write_text(CONFIG)
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "check"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=no_more_room,
    )
    assert ended.returncode == 1
    assert "posterpulse.db: the disk is full or failing" in ended.stdout
    assert "✓ Vantio" in ended.stdout
    assert ended.stderr == ""
