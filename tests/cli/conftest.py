from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from bot.__main__ import run
from bot.sandbox.campus import Campus
from bot.sandbox.fake_slack import FakeSlack
from bot.sandbox.fake_vantio import FakeVantio

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = """
zone = "Europe/Oslo"
[[programs]]
id = "prog_spring"
name = "Spring fair"
[digest]
channels = ["#posters"]
[leaderboard]
channels = ["#posters", "#board"]
"""
SECRETS = ("sk_sandbox", "xoxb-sandbox", "xapp-sandbox")


@pytest.fixture(scope="session")
def campus() -> Campus:
    return Campus(days=16)


@pytest.fixture
def api(campus: Campus) -> Iterator[FakeVantio]:
    with FakeVantio(campus.impressions, campus.posters, campus.users) as fake:
        yield fake


@pytest.fixture
def space() -> Iterator[FakeSlack]:
    with FakeSlack(channels=("posters", "board", "strangers")) as fake:
        strangers = fake.workspace.find("strangers")
        assert strangers
        strangers.is_member = False
        yield fake


@pytest.fixture(scope="session")
def stores(campus: Campus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store that has taken in the whole campus."""
    folder = tmp_path_factory.mktemp("stores")
    with FakeVantio(campus.impressions, campus.posters, campus.users) as fake:
        environment = {
            "DATABASE_URL": f"sqlite:///{folder / 'posterpulse.db'}",
            "VANTIO_API_KEY": fake.key,
            "VANTIO_BASE_URL": fake.url,
            "POSTERPULSE_CONFIG": os.devnull,
        }
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            assert run(["sync"]) == 0
    return folder


class Terminal:
    """Runs commands in this process, in a folder of its own, and keeps what they said."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd
        self.out, self.err = "", ""

    def run(self, *arguments: str) -> int:
        self._capfd.readouterr()
        code = run([*arguments])
        self.out, self.err = self._capfd.readouterr()
        assert not any(secret in self.out + self.err for secret in SECRETS)
        assert "Traceback" not in self.err
        return code

    def json(self, *arguments: str) -> Any:  # noqa: ANN401 - any JSON
        assert self.run(*arguments) == 0, self.err
        assert self.err == ""
        return json.loads(self.out)


@pytest.fixture
def terminal(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Terminal:
    """A terminal whose environment names the simulated services that the test asks for."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text(CONFIG)
    for name in ("POSTERPULSE_CONFIG", "SLACK_SIGNING_SECRET", "DATABASE_URL", "VANTIO_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    names = request.fixturenames
    vantio = request.getfixturevalue("api").url if "api" in names else "http://127.0.0.1:9"
    slack = request.getfixturevalue("space").api_url if "space" in names else "http://127.0.0.1:9/"
    for name, value in (
        ("VANTIO_API_KEY", "sk_sandbox"),
        ("VANTIO_BASE_URL", vantio),
        ("SLACK_BOT_TOKEN", "xoxb-sandbox"),
        ("SLACK_APP_TOKEN", "xapp-sandbox"),
        ("SLACK_API_URL", slack),
    ):
        monkeypatch.setenv(name, value)
    return Terminal(capfd)
