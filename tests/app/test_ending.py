"""`posterpulse run` ends within five seconds of being told, whatever it waits for."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import psycopg
import pytest

from bot.sandbox.fake_slack import FakeSlack
from bot.sandbox.fake_vantio import FakeVantio
from bot.slack.message import Message
from bot.store import outbox
from bot.store.counts import everything
from bot.store.opening import open_store
from bot.store.postgres import WRITER_LOCK
from tests.app.running import between, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.store.database import Transaction
    from tests.app.running import Running
    from tests.postgres_server import Server

WITHIN = 5  # seconds
LONG = 120
MESSAGE = json.dumps(Message("Scans", ()).to_dict())


@pytest.fixture
def vantio() -> Iterator[FakeVantio]:
    row = {"poster_id": "p", "scanned_at": "2026-11-02T10:00:00Z"}
    with FakeVantio([row | {"id": f"imp_{n}"} for n in range(30)]) as fake:
        yield fake


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(channels=("posters",)) as fake:
        yield fake


def ends(bot: Running) -> None:
    """Tell it to end, and see that it does so in time and in order."""
    began = time.monotonic()
    assert bot.end() == 0
    assert time.monotonic() - began < WITHIN
    for trouble in ("ERROR", "Traceback", "Exception"):
        assert trouble not in bot.log


def seen(folder: Path, look: Callable[[Transaction], object]) -> object:
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    with store.read() as tx:
        found = look(tx)
    store.close()
    return found


def intend(folder: Path, *intents: str) -> None:
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    with store.write() as tx:
        for intent in intents:
            outbox.add(tx, intent, "digest", "#posters", MESSAGE, 1)
    store.close()


def test_when_nothing_goes_on(vantio: FakeVantio, slack: FakeSlack, tmp_path: Path) -> None:
    with running(tmp_path, "run", **between(slack, vantio)) as bot:
        bot.says("30 new scans")
        ends(bot)
        assert bot.log.endswith("INFO    Stopping.\n")


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
def test_while_slack_keeps_it_waiting_at_the_start(
    vantio: FakeVantio, slack: FakeSlack, tmp_path: Path, method: str
) -> None:
    slack.fault(method, "slow", seconds=LONG)
    with running(tmp_path, "run", **between(slack, vantio)) as bot:
        bot.until(lambda: any(called == method for called, _ in slack.calls))
        ends(bot)


def test_in_a_slow_poll(vantio: FakeVantio, slack: FakeSlack, tmp_path: Path) -> None:
    vantio.fault("slow", 10, seconds=LONG)
    with running(tmp_path, "run", **between(slack, vantio)) as bot:
        bot.until(lambda: vantio.requests)
        ends(bot)


def test_in_a_long_sweep_it_ends_between_two_pages(slack: FakeSlack, tmp_path: Path) -> None:
    row = {"poster_id": "p", "scanned_at": "2026-11-02T10:00:00Z"}
    rows = [row | {"id": f"imp_{number}"} for number in range(8_000)]
    with (
        FakeVantio(rows, cap=20) as vantio,
        running(tmp_path, "run", **between(slack, vantio)) as bot,
    ):
        bot.until(lambda: len(vantio.requests) > 10)
        ends(bot)
        assert len(vantio.requests) < 400
        assert "new scan" not in bot.log
        before = seen(tmp_path, everything)
        assert isinstance(before, int)
        assert before < 8_000
        with running(tmp_path, "sync", "--json", **between(slack, vantio)) as rest:
            assert rest.process.wait(60) == 0
            assert f'"new": {8_000 - before}, ' in rest.log


def test_in_a_message_that_hangs(vantio: FakeVantio, slack: FakeSlack, tmp_path: Path) -> None:
    intend(tmp_path, "one", "two")
    slack.fault("chat.postMessage", "slow", seconds=LONG)
    with running(tmp_path, "run", **between(slack, vantio)) as bot:
        bot.until(lambda: any(called == "chat.postMessage" for called, _ in slack.calls))
        ends(bot)
    assert seen(tmp_path, outbox.counts) == {"sending": 1, "waiting": 1}


def test_in_an_answer_that_hangs(vantio: FakeVantio, slack: FakeSlack, tmp_path: Path) -> None:
    with running(tmp_path, "run", **between(slack, vantio)) as bot:
        bot.says("30 new scans")
        slack.fault("views.publish", "slow", seconds=LONG)
        slack.open_home()
        bot.until(lambda: any(called == "views.publish" for called, _ in slack.calls))
        ends(bot)


@pytest.mark.parametrize("leads", [True, False])
def test_as_a_replica(
    postgres: Server, vantio: FakeVantio, slack: FakeSlack, tmp_path: Path, *, leads: bool
) -> None:
    with postgres.database() as url:
        environment = between(slack, vantio) | {"DATABASE_URL": url}
        with (
            running(tmp_path / "1", "run", **environment) as first,
            running(tmp_path / "2", "run", **environment) as second,
        ):
            pair = [first, second]
            for each in pair:
                each.says("replica leads")
            (leader,) = [each for each in pair if "This replica leads" in each.log]
            ends(leader if leads else pair[pair[0] is leader])


def test_while_somebody_else_keeps_the_store_locked(
    postgres: Server, vantio: FakeVantio, slack: FakeSlack, tmp_path: Path
) -> None:
    with postgres.database() as url:
        environment = between(slack, vantio) | {"DATABASE_URL": url}
        with running(tmp_path, "run", **environment) as bot:
            bot.says("30 new scans")
            with psycopg.connect(url) as other:
                other.execute("select pg_advisory_xact_lock(%s)", [WRITER_LOCK])
                waiting = "select 1 from pg_locks where locktype = 'advisory' and not granted"
                bot.until(lambda: other.execute(waiting).fetchall())
                ends(bot)
