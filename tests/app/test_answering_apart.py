"""The processes that answer, behind a bot that runs."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.fake_slack import FakeSlack
from bot.sandbox.fake_vantio import FakeVantio
from bot.sandbox.workspace import YOU
from tests.app.running import between, children, gone, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.app.running import Running

SCAN = {"id": "imp_1", "poster_id": "p_hall", "scanned_at": "2026-11-02T10:00:00Z"}
A_MOMENT = 0.5  # seconds, in which an answer that can be read has long come


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(channels=("posters",)) as fake:
        yield fake


@pytest.fixture
def bot(slack: FakeSlack, tmp_path: Path) -> Iterator[Running]:
    with (
        FakeVantio([SCAN]) as vantio,
        running(tmp_path, "run", **between(slack, vantio)) as found,
    ):
        found.says("1 new scan")
        found.until(lambda: all_ready(found))
        yield found


def readers(bot: Running) -> list[int]:
    """The processes that answer, or are about to."""
    return [pid for pid in children(bot.process.pid) if "spawn_main" in command(pid)]


def command(pid: int) -> str:
    """How a process was started; nothing where it has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def all_ready(bot: Running) -> bool:
    """Whether all that answer have opened the store."""
    found = readers(bot)
    return len(found) == min(2, os.cpu_count() or 1) and all(map(opened, found))


def opened(pid: int) -> bool:
    """Whether a process has the store open, which one that has ended meanwhile has not."""
    try:
        return any(path.resolve().name == "store.db" for path in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def ask(slack: FakeSlack, bot: Running, words: str) -> None:
    """Ask, and wait for the answer."""
    before = len(slack.workspace.messages("posters", YOU))
    slack.slash(words, channel="posters")
    bot.until(lambda: len(slack.workspace.messages("posters", YOU)) > before)
    assert "1 scan" in slack.workspace.messages("posters", YOU)[-1].text


def test_answers_are_read_there_and_here_where_nobody_is_there(
    slack: FakeSlack, bot: Running
) -> None:
    ask(slack, bot, "top all time")
    first = readers(bot)
    for pid in first:
        os.kill(pid, signal.SIGSTOP)
    slack.slash("trend all time", channel="posters")
    time.sleep(A_MOMENT)
    assert len(slack.workspace.messages("posters", YOU)) == 1
    for pid in first:
        os.kill(pid, signal.SIGKILL)
    bot.until(lambda: len(slack.workspace.messages("posters", YOU)) == 2)
    for words in ("leaderboard all time", "poster p_hall all time"):
        ask(slack, bot, words)
    bot.until(lambda: all_ready(bot) and not {*readers(bot)} & {*first})
    assert bot.log.count("A process for answers has ended; another one is started.") == 2
    assert bot.end() == 0
    assert "ERROR" not in bot.log


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_they_end_with_the_bot(bot: Running, how: signal.Signals) -> None:
    found = children(bot.process.pid)
    # As a supervisor does who ends all processes of a service.
    for pid in (*found, bot.process.pid):
        os.kill(pid, how)
    bot.process.wait(5)
    deadline = time.monotonic() + 5
    while not all(map(gone, found)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "A process" not in bot.log
    assert "Traceback" not in bot.log
