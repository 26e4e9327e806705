from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import pytest
from slack_bolt import App

from bot.app import listening
from bot.app.listening import SocketEar, interface
from bot.sandbox.fake_slack import FakeSlack
from bot.slack.errors import Refused
from bot.slack.sender import make_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(listening, "_AGAIN_SECONDS", 0.05)
    # As `posterpulse run` sets it.
    logging.getLogger("bot.socket").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("bot.socket").setLevel(logging.NOTSET)


def ear_of(slack: FakeSlack, token: str = "xapp-sandbox") -> SocketEar:  # noqa: S107 - made up
    client = make_client("xoxb-sandbox", slack.api_url, timeout=5)
    return SocketEar(App(client=client, token_verification_enabled=False), token)


def port_of(slack: FakeSlack) -> int:
    return int(slack.url.split(":")[2].strip("/"))


def until(condition: Callable[[], object]) -> None:
    pause = threading.Event()
    for _ in range(600):
        if condition():
            return
        pause.wait(0.05)
    pytest.fail("it never came")


def test_an_outage_is_told_once_when_it_begins_and_once_when_it_ends(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING, "bot")
    with FakeSlack() as slack:
        ear = ear_of(slack)
        ear._handler.client.current_app_monitor.interval_seconds = 0.1
        ear.start()
        assert slack.workspace.wait_for(lambda: slack.socket.connections)
    until(lambda: "the connection is lost" in caplog.text)
    with FakeSlack(port_of(slack)) as again:
        assert again.workspace.wait_for(lambda: again.socket.connections, 30)
        until(lambda: "connected again." in caplog.text)
        ear.stop(5)
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert not [each for each in caplog.records if each.exc_info]


def test_a_token_that_turns_out_to_be_wrong_later(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "bot")
    with FakeSlack() as slack:
        pass
    ear = ear_of(slack, "xapp-wrong")
    ear.start()
    with FakeSlack(port_of(slack)):
        until(lambda: "No command is heard." in caplog.text)
        ear.stop(5)
    first, second = [record.getMessage() for record in caplog.records]
    assert "could not be reached" in first
    assert "Copy the app-level token" in second


@pytest.mark.parametrize("token", ["xapp-wrong", "xoxb-sandbox"])
def test_a_token_that_will_never_do(token: str) -> None:
    with FakeSlack() as slack:
        ear = ear_of(slack, token)
        with pytest.raises(Refused, match="Copy the app-level token") as caught:
            ear.start()
        assert caught.value.permanent
        ear.stop(5)


def test_where_http_is_heard() -> None:
    assert interface("https://slack.com/api/") == "*"
    assert interface("http://127.0.0.1:8420/api/") == "127.0.0.1"
    assert interface("http://[::1]:8420/api/") == "127.0.0.1"
