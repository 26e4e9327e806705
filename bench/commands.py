"""Commands while the bot reads a long list for the first time, and the reading beside them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from shutil import copyfile
from typing import TYPE_CHECKING, NamedTuple

from bench.asking import SECRET, askers
from bench.child import environment
from bench.figure import Figure, UnmeasuredError, milliseconds
from bench.filling import NOW, load
from bench.population import YEAR, scans
from bot.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bench.asking import Askers, Heard
    from bench.mirrors import Mirror, Mirrors

_RATE, _SECONDS, _ALONE = 200, 30, 5
_ACK_SECONDS, _MOST = 3, 1
_PAGE = 100
_PATIENCE = 60
_SEED = 2  # other scans than those of the feed


class _Load(NamedTuple):
    """Rows a second that the bot read: before the first command, and beside them."""

    alone: float
    beside: float


def figures(mirrors: Mirrors, rows: int) -> Iterator[Figure]:
    """Commands beside a first load, into an empty store and into one that holds as much already."""
    mirror = mirrors.of(rows)
    held = mirror.fresh("held")
    with closing(open_store(f"sqlite:///{held}")) as database:
        load(database, scans(rows, NOW - 2 * YEAR, NOW, _SEED), lambda _: None)
    for filled, where in ((None, "an empty store"), (held, f"{rows:,} scans")):
        for by_socket, mode in ((True, "Socket Mode"), (False, "HTTP")):
            store = mirror.fresh("asked")
            if filled:
                copyfile(filled, store)
            yield from _told(*_measured(mirror, store, by_socket=by_socket), f"{where}, {mode}")


def _told(heard: Heard, load: _Load, where: str) -> Iterator[Figure]:
    what = f"{_RATE} commands a second for {_SECONDS} s, first load into {where}"
    in_time = sum(each <= _ACK_SECONDS for each in heard.acknowledged)
    yield Figure(
        f"{what}: acks",
        f"{in_time / heard.sent:.2%} within {_ACK_SECONDS} s, p99 {_at(heard.acknowledged, 0.99)}",
        target="all",
        met=in_time == heard.sent,
    )
    answered = len(heard.answered) == heard.sent and not heard.sorry
    yield Figure(
        f"{what}: answers",
        f"p50 {_at(heard.answered, 0.5)}, p99 {_at(heard.answered, 0.99)}",
        f"unanswered: {heard.sent - len(heard.answered)}, failed: {heard.sorry}",
        None,
        f"p99 < {_MOST} s",
        answered and _quantile(heard.answered, 0.99) < _MOST,
    )
    yield Figure(
        f"{what}: the load beside them",
        f"{load.beside:,.0f} rows/s",
        f"before them: {load.alone:,.0f} rows/s",
        load.beside / load.alone,
    )


def _measured(mirror: Mirror, store: Path, *, by_socket: bool) -> tuple[Heard, _Load]:
    """How commands fare that begin when the load is well under way, and how the load does."""
    with askers() as people, running(mirror, store, people, by_socket=by_socket) as port:
        before, began = mirror.feed.held().requests, time.monotonic()
        time.sleep(_ALONE)
        middle, asked = mirror.feed.held().requests, time.monotonic()
        heard = people.ask(port, _RATE, _SECONDS)
        after, ended = mirror.feed.held().requests, time.monotonic()
    return heard, _Load(
        (middle - before) * _PAGE / (asked - began), (after - middle) * _PAGE / (ended - asked)
    )


def _at(times: list[float], share: float) -> str:
    return milliseconds(1000 * _quantile(times, share))


def _quantile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, round(len(times) * share))] if times else float("inf")


@contextmanager
def running(
    mirror: Mirror, store: Path, people: Askers, *, by_socket: bool
) -> Iterator[int | None]:
    """The bot in a process of its own, ready to hear; its port, None where it has a socket."""
    port = None if by_socket else _free_port()
    told = environment(mirror.feed.url, store) | {
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_APP_TOKEN": "xapp-bench",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"{people.url}/api/",
    }
    here = {
        name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")
    }
    listening = ["--port", str(port)] if port else []
    command = [sys.executable, "-m", "bot", "run", *listening]
    before = mirror.feed.held().requests
    with subprocess.Popen(command, env=here | told, stderr=subprocess.DEVNULL) as process:
        try:
            _await(lambda: mirror.feed.held().requests > before)
            yield port
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _await(begun: Callable[[], bool]) -> None:
    """Wait until the bot polls, which it does once it listens."""
    deadline = time.monotonic() + _PATIENCE
    while not begun():
        if time.monotonic() > deadline:
            raise UnmeasuredError("the bot does not poll")
        time.sleep(0.02)
