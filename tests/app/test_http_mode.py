from __future__ import annotations

import time
import urllib.error
import urllib.request
from functools import partial
from typing import TYPE_CHECKING

import pytest
from slack_sdk.signature import SignatureVerifier as Signature

from bot.sandbox.fake_slack import FakeSlack
from bot.sandbox.fake_vantio import FakeVantio
from bot.sandbox.socket_mode import NoAnswerError
from bot.sandbox.workspace import YOU
from tests.app.running import between, running
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.app.running import Running

SECRET = "sandbox-signing-secret"  # noqa: S105 - the sandbox has it too
CONFIG = f"""
managers = ["{YOU}"]
[alerts]
channels = ["#nowhere"]
"""
SCAN = {"id": "imp_1", "poster_id": "p_hall", "scanned_at": "2026-11-02T10:00:00Z"}


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def slack(port: int) -> Iterator[FakeSlack]:
    url = f"http://127.0.0.1:{port}/slack/events"
    with FakeSlack(channels=("posters",), request_url=url) as fake:
        yield fake


@pytest.fixture(scope="module")
def bot(slack: FakeSlack, port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("http")
    (folder / "config.toml").write_text(CONFIG)
    with (
        FakeVantio([SCAN]) as vantio,
        running(folder, "run", "--port", str(port), **between(slack, vantio)) as found,
    ):
        found.says("Ready")
        found.says("1 new scan")
        yield found
        assert found.end() == 0
        assert "ERROR" not in found.log


def test_commands_and_buttons(slack: FakeSlack, bot: Running) -> None:
    slack.slash("top all time", channel="posters")
    bot.until(lambda: slack.workspace.messages("posters", YOU))
    (answer,) = slack.workspace.messages("posters", YOU)
    assert "1 scan" in answer.text
    slack.press(answer, "share")
    bot.until(lambda: slack.workspace.messages("posters"))
    assert not any(method == "apps.connections.open" for method, _ in slack.calls)


def test_the_home_tells_a_manager_more(slack: FakeSlack, bot: Running) -> None:
    homes = slack.workspace.homes
    for who in (YOU, "U0MAYA"):
        slack.open_home(who)
        bot.until(partial(homes.get, who))
    assert "#nowhere · alerts as they come" in str(homes[YOU])
    assert "A channel that I can't see · alerts as they come" in str(homes["U0MAYA"])


def test_a_platform_can_see_that_it_is_alive(port: int, bot: Running) -> None:
    assert bot.process.poll() is None
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
        assert (answer.status, answer.read()) == (200, b"ok\n")


def test_what_nobody_signed_is_refused(slack: FakeSlack, port: int, bot: Running) -> None:
    url = f"http://127.0.0.1:{port}/slack/events"
    other = "another-secret"
    with (
        FakeSlack(channels=("posters",), request_url=url, signing_secret=other) as stranger,
        pytest.raises(NoAnswerError, match="http_status_401"),
    ):
        stranger.slash("top all time", channel="posters")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(url, b"command=%2Fposters&text=top")
    # Nothing came of it in either workspace.
    assert stranger.workspace.messages("posters") == []
    assert len(slack.workspace.messages("posters", YOU)) <= 2
    assert bot.process.poll() is None


@pytest.mark.parametrize(
    ("secret", "ago", "altered", "status"),
    [
        (SECRET, 0, False, 200),
        (SECRET, 280, False, 200),
        (SECRET, 320, False, 401),
        (SECRET, -320, False, 401),
        (SECRET, 0, True, 401),
        ("another-secret", 0, False, 401),
    ],
)
def test_a_signature_holds_for_five_minutes_and_for_what_was_signed(
    port: int, bot: Running, *, secret: str, ago: int, altered: bool, status: int
) -> None:
    assert bot.process.poll() is None
    body = '{"type": "url_verification", "challenge": "x"}'
    when = str(int(time.time()) - ago)
    signed = Signature(secret).generate_signature(timestamp=when, body=body)
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/slack/events",
        (body + " " * altered).encode(),
        {
            "Content-Type": "application/json",
            "X-Slack-Request-Timestamp": when,
            "X-Slack-Signature": signed or "",
        },
    )
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own address
            found = answer.status
    except urllib.error.HTTPError as error:
        found = error.code
    assert found == status


def test_a_port_that_is_taken(slack: FakeSlack, port: int, bot: Running, tmp_path: Path) -> None:
    assert bot.process.poll() is None
    with (
        FakeVantio() as vantio,
        running(tmp_path, "run", "--port", str(port), **between(slack, vantio)) as second,
    ):
        assert second.process.wait(30) == 2
        assert second.log == f"slack.http_port: can't listen on {port} (Address already in use).\n"
