"""The whole bot, as it is installed, between a simulated Vantio and a simulated Slack."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.campus import Campus
from bot.sandbox.fake_slack import FakeSlack
from bot.sandbox.fake_vantio import FakeVantio
from bot.sandbox.workspace import YOU
from bot.store import outbox
from bot.store.opening import open_store
from tests.app.running import between, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = """
zone = "Europe/Oslo"
[digest]
channels = ["#posters"]
first_at_once = true
[leaderboard]
channels = ["#board"]
[alerts]
channels = ["#alerts"]
"""


@pytest.fixture(scope="module")
def campus() -> Campus:
    return Campus(days=30)


@pytest.fixture
def vantio(campus: Campus) -> Iterator[FakeVantio]:
    with FakeVantio(campus.impressions, campus.posters, campus.users) as fake:
        yield fake


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(channels=("posters", "board", "alerts")) as fake:
        yield fake


def burst(campus: Campus, place: int) -> list[object]:
    """A crowd at one poster, in the last second."""
    return [*campus.burst(campus.posters[place]["id"], time.time() - 1, 40, seconds=1)]


def counts(folder: Path) -> dict[str, int]:
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    with store.read() as tx:
        found = outbox.counts(tx)
    store.close()
    return found


def test_a_life(campus: Campus, vantio: FakeVantio, slack: FakeSlack, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    environment = between(slack, vantio)
    space = slack.workspace
    where = str(campus.posters[22]["location"])
    vantio.add(*burst(campus, 20))

    # History is taken in without a word, and the first digest is posted at once.
    with running(tmp_path, "run", **environment) as first:
        first.says("Ready: @posterpulse in Sandbox, polling every 5 min.")
        first.until(lambda: space.messages("posters"))
        (digest,) = space.messages("posters")
        assert digest.blocks[0]["text"]["text"].startswith("Scan digest")
        assert f"{len(campus.impressions) + 40:,} new scans (" in first.log

        # A question is answered, to one person only.
        slack.slash("top 3 last 7 days", channel="posters")
        first.until(lambda: space.messages("posters", YOU)[1:])
        slack.slash("status", channel="posters")
        first.until(lambda: space.messages("posters", YOU)[2:])
        answers = space.messages("posters", YOU)[1:]
        assert [each.only_for for each in answers] == [YOU, YOU]

        # A button shows it to everyone, once however often Slack delivers the press.
        slack.socket.duplicate_next = True
        slack.press(answers[0], "share")
        first.until(lambda: len(space.messages("posters")) == 2)
        assert f"Shared by <@{YOU}>" in str(space.messages("posters")[1].blocks)
        assert space.messages("alerts") == []
        first.kill()

    # Killed and started again it goes on; what was scanned meanwhile is told, once.
    vantio.add(*burst(campus, 22))
    with running(tmp_path, "run", **environment) as second:
        second.says("40 new scans (")
        second.until(lambda: any(where in each.text for each in space.messages("alerts")))
        second.until(lambda: "waiting" not in counts(tmp_path))

        # It runs on the Home as well, with the way to its message.
        slack.open_home()
        second.until(lambda: "See the message" in str(space.homes.get(YOU)))
        assert where in str(space.homes[YOU])
        second.kill()

    with running(tmp_path, "run", **environment) as third:
        third.says("0 new scans (")
        assert third.end() == 0
        assert third.log.endswith("INFO    Stopping.\n")
        # Where the tests run, the disk may be one that will not last.
        told = [line for line in third.log.splitlines() if " Disk: " not in line]
        for trouble in ("WARNING", "ERROR", "Traceback"):
            assert trouble not in "".join(told)
    assert [len(space.messages(name)) for name in ("posters", "board")] == [2, 0]
    told = [message.text for message in space.messages("alerts") if not message.thread_ts]
    # The hundredth scan of that poster may be told as well.
    assert sum(where in text and "expected" in text for text in told) == 1
    # Killed between Slack's receipt and its own note, it looks for the message before long.
    assert set(counts(tmp_path)) <= {"sent", "sending"}


def test_slack_is_down_at_the_start_and_comes(
    campus: Campus, vantio: FakeVantio, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    with FakeSlack(channels=("posters",)) as gone:
        environment = between(gone, vantio)
        port = int(gone.url.split(":")[2].strip("/"))
    with running(tmp_path, "run", **environment) as bot:
        bot.says("Ready: not connected to Slack yet")
        bot.says(f"{len(campus.impressions):,} new scans")
        with FakeSlack(port, channels=("posters", "board", "alerts")) as slack:
            bot.says("Socket Mode: connected.")
            bot.until(lambda: slack.socket.connections)
            bot.until(lambda: slack.workspace.messages("posters"))
            slack.slash("top", channel="board")
            bot.until(lambda: slack.workspace.messages("board", YOU))
            assert bot.end() == 0
        assert "Traceback" not in bot.log


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("SLACK_BOT_TOKEN", "Copy the bot token again"),
        ("SLACK_APP_TOKEN", "Copy the app-level token (xapp-...) again"),
    ],
)
def test_a_wrong_token_ends_it_with_one_line(
    vantio: FakeVantio, slack: FakeSlack, tmp_path: Path, name: str, remedy: str
) -> None:
    environment = between(slack, vantio) | {name: f"{between(slack, vantio)[name]}-hush"}
    with running(tmp_path, "run", **environment) as bot:
        assert bot.process.wait(30) == 1
        (line,) = bot.log.splitlines()
        assert remedy in line
        assert "hush" not in line
    assert vantio.requests == []
