"""Several of the bot on one PostgreSQL, and a second one on one SQLite file."""

from __future__ import annotations

import signal
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.fake_slack import FakeSlack
from bot.sandbox.fake_vantio import FakeVantio
from bot.sandbox.workspace import YOU
from bot.store import outbox
from bot.store.counts import everything
from bot.store.opening import open_store
from tests.app.running import between, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.app.running import Running
    from tests.postgres_server import Server

CONFIG = """
zone = "Europe/Oslo"
[polling]
every_minutes = 1
[digest]
channels = ["#posters"]
first_at_once = true
[leaderboard]
channels = ["#board"]
first_at_once = true
"""
LEADS, WAITS = "This replica leads", "Another replica leads"
TAKEN_OVER_WITHIN = 5  # seconds


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(channels=("posters", "board")) as fake:
        yield fake


@pytest.fixture
def vantio() -> Iterator[FakeVantio]:
    with FakeVantio(rows(0, 300)) as fake:
        yield fake


def rows(first: int, last: int) -> list[dict[str, Any]]:
    now = time.time()
    return [
        {"id": f"imp_{n}", "poster_id": f"poster_{n % 7}", "scanned_at": now - 90_000 + n}
        for n in range(first, last)
    ]


def in_store(url: str) -> tuple[int, dict[str, int]]:
    """How many scans there are, and how many messages in each state."""
    store = open_store(url)
    with store.read() as tx:
        found = everything(tx), outbox.counts(tx)
    store.close()
    return found


def leader(replicas: list[Running]) -> Running:
    """Whoever leads, once somebody does."""
    replicas[0].until(lambda: any(LEADS in each.log for each in replicas))
    (found,) = [each for each in replicas if LEADS in each.log]
    return found


def polls_again(replica: Running, vantio: FakeVantio, asked: int) -> None:
    replica.until(lambda: len(vantio.requests) > asked, TAKEN_OVER_WITHIN)


def test_the_next_one_polls_at_once_when_the_leader_ends(
    postgres: Server, slack: FakeSlack, vantio: FakeVantio, tmp_path: Path
) -> None:
    space = slack.workspace
    with postgres.database() as url, ExitStack() as stack:
        replicas = []
        for number in range(3):
            folder = tmp_path / str(number)
            folder.mkdir()
            (folder / "config.toml").write_text(CONFIG)
            environment = between(slack, vantio) | {"DATABASE_URL": url}
            replicas.append(stack.enter_context(running(folder, "run", **environment)))
        for each in replicas:
            each.says("Ready")
        leads = leader(replicas)
        for each in replicas:
            each.says(LEADS if each is leads else WAITS)
        leads.says("300 new scans")
        leads.until(lambda: space.messages("posters") and space.messages("board"))

        # All of them answer, whomever Slack asks.
        for _ in range(6):
            slack.slash("top all time", channel="posters")
        leads.until(lambda: len(space.messages("posters", YOU)) == 7)

        for how in (signal.SIGKILL, signal.SIGTERM):
            replicas.remove(leads)
            scans, asked = in_store(url)[0], len(vantio.requests)
            vantio.add(*rows(scans, scans + 150))
            leads.process.send_signal(how)
            leads.process.wait()
            polls_again(replicas[0], vantio, asked)
            leads = leader(replicas)
            leads.says("150 new scans")
            assert in_store(url)[0] == scans + 150
        leads.until(lambda: not {"waiting", "sending"} & in_store(url)[1].keys())
        told = [each for name in ("posters", "board") for each in space.messages(name)]
        # What came late has its correction in the thread of the digest.
        assert len([each for each in told if not each.thread_ts]) == 2, [each.text for each in told]
        assert leads.end() == 0
        assert "ERROR" not in leads.log


def test_sqlite_refuses_a_second_one(slack: FakeSlack, vantio: FakeVantio, tmp_path: Path) -> None:
    environment = between(slack, vantio)
    with running(tmp_path, "run", **environment) as first:
        first.says("300 new scans")
        with running(tmp_path, "run", **environment) as second:
            assert second.process.wait(30) == 1
            (line,) = second.log.splitlines()
        assert line == (
            "Store store.db: another `posterpulse run` uses this file; stop that one, or let"
            " several run on PostgreSQL."
        )
        vantio.add(*rows(300, 310))
        for command in (["sync"], ["ask", "top"], ["check"]):
            with running(tmp_path, *command, **environment) as other:
                other.process.wait(60)
                assert "another `posterpulse run`" not in other.log
        first.kill()
    assert in_store(f"sqlite:///{tmp_path / 'store.db'}")[0] == 310
    with running(tmp_path, "run", **environment) as third:
        third.says("0 new scans")
        assert third.end() == 0
