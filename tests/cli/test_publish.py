from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.blocks import NATIVE_CHARTS, problems
from bot.store import outbox
from bot.store.opening import open_store

if TYPE_CHECKING:
    from bot.sandbox.fake_slack import FakeSlack
    from tests.cli.conftest import Terminal

ALERTS = ("spike", "over", "thread", "program", "quiet", "first-scan", "milestone", "threshold")
PREVIEWS = ("digest", "leaderboard", *ALERTS, "top", "trend", "status", "help")


@pytest.fixture
def synced(terminal: Terminal, stores: Path) -> Terminal:
    """A terminal with all scans of the campus in its store."""
    shutil.copytree(stores, Path.cwd(), dirs_exist_ok=True)
    return terminal


def waiting() -> dict[str, int]:
    store = open_store("sqlite:///posterpulse.db")
    with store.read() as tx:
        found = outbox.counts(tx)
    store.close()
    return found


@pytest.mark.parametrize(
    ("kind", "headline"), [("digest", "Scan digest"), ("leaderboard", "Leaderboard")]
)
def test_a_dry_run_prints_and_posts_nothing(synced: Terminal, kind: str, headline: str) -> None:
    assert synced.run(kind, "--dry-run") == 0
    assert synced.out.startswith(headline)
    assert synced.err == ""
    text = synced.out
    told = synced.json(kind, "--dry-run", "--json")
    assert told["posted"] == []
    assert f"{told['total']['scans']:,} scans" in text
    assert waiting() == {}


def test_posting_for_real(synced: Terminal, space: FakeSlack) -> None:
    assert synced.run("leaderboard") == 0
    assert synced.out == "Posted to #posters, #board.\n"
    posted = [space.workspace.messages(name) for name in ("posters", "board")]
    assert [len(messages) for messages in posted] == [1, 1]
    assert posted[0][0].blocks[0]["text"]["text"].startswith("Leaderboard")
    told = synced.json("digest", "--channel", "board", "--json")
    assert told["posted"] == ["board"]
    assert len(space.workspace.messages("board")) == 2
    assert waiting() == {"sent": 3}
    # Asked for twice by hand, it is posted twice: that was the intent.
    assert synced.run("digest") == 0
    assert synced.run("digest") == 0
    assert len(space.workspace.messages("posters")) == 3


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        (
            "#nowhere",
            "there is no such channel, or it is private and the bot is not in it. Check the name ",
        ),
        ("#strangers", "Type /invite @posterpulse in "),
    ],
)
def test_a_channel_that_is_not_to_be_had(
    synced: Terminal, space: FakeSlack, channel: str, said: str
) -> None:
    assert synced.run("digest", "--channel", channel) == 1
    assert synced.out == ""
    assert said in synced.err
    assert synced.err.count("\n") == 1
    assert not any(method == "chat.postMessage" for method, _ in space.calls[:-1])
    assert waiting() == {"withdrawn": 1}


def test_slack_is_down_and_the_message_stays(synced: Terminal, space: FakeSlack) -> None:
    space.stop()
    assert synced.run("digest") == 1
    assert synced.out == ""
    assert "It stays in the outbox; `posterpulse run` will send it." in synced.err
    assert synced.err.count("\n") == 1
    assert waiting() == {"waiting": 1}


def test_a_wrong_token(synced: Terminal, space: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-hush")
    assert synced.run("digest") == 1
    assert "Copy the bot token again" in synced.err
    assert synced.err.count("\n") == 1
    assert "hush" not in synced.err
    assert space.workspace.messages("posters") == []


def test_no_channel_is_named(synced: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTERPULSE_CONFIG", "/dev/null")
    assert synced.run("digest") == 2
    assert synced.err == ("digest.channels: name a channel there, or use --channel or --dry-run.\n")


@pytest.mark.parametrize("kind", PREVIEWS)
def test_every_preview_is_valid(synced: Terminal, kind: str) -> None:
    message = synced.json("preview", kind)
    assert message["text"]
    assert problems(message["blocks"]) == []
    plain = synced.json("preview", kind, "--plain")
    assert problems(plain["blocks"]) == []
    assert not {block["type"] for block in plain["blocks"]} & NATIVE_CHARTS
    if kind in {"digest", "top", "trend", "spike", "over", "program", "threshold"}:
        assert {block["type"] for block in message["blocks"]} & NATIVE_CHARTS


@pytest.mark.parametrize("kind", PREVIEWS)
def test_every_preview_is_valid_before_the_first_scan(terminal: Terminal, kind: str) -> None:
    assert problems(terminal.json("preview", kind)["blocks"]) == []
    assert json.loads(terminal.out)["text"]
