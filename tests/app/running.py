"""Programs of ours in processes of their own, as an operator starts them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import bot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.sandbox.fake_slack import FakeSlack
    from bot.sandbox.fake_vantio import FakeVantio

ROOT = Path(bot.__file__).parents[1]
PATIENCE = 40.0  # seconds, on a machine that is busy with something else


class Running:
    """A process that was started, and what it writes to its log."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder / f"log-{time.monotonic_ns()}.txt"
        inherited = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        inherited.pop("POSTERPULSE_CONFIG", None)
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", *arguments],
                cwd=folder,
                env=inherited
                | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1"}
                | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def log(self) -> str:
        return self._log.read_text()

    def until(self, condition: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Wait until something holds; the process must go on until then."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.05)

    def says(self, text: str, seconds: float = PATIENCE) -> None:
        """Wait until the log has this text."""
        self.until(lambda: text in self.log, seconds)

    def end(self) -> int:
        """Tell it to end; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)
            self.process.wait(PATIENCE)
            raise AssertionError(f"It goes on, after this:\n{self.log}") from None

    def kill(self) -> None:
        """End it without a warning."""
        self.process.kill()
        self.process.wait()


@contextmanager
def running(folder: Path, *arguments: str, **environment: str) -> Iterator[Running]:
    """A process that is gone afterwards, whatever happens."""
    started = Running(folder, *arguments, **environment)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.kill()


def between(slack: FakeSlack, vantio: FakeVantio) -> dict[str, str]:
    """The environment of a bot between two simulated services."""
    return {
        "VANTIO_API_KEY": vantio.key,
        "VANTIO_BASE_URL": vantio.url,
        "SLACK_BOT_TOKEN": slack.desk.bot_token,
        "SLACK_APP_TOKEN": slack.desk.app_token,
        "SLACK_SIGNING_SECRET": "sandbox-signing-secret",
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": "sqlite:///store.db",
    }


def children(pid: int) -> list[int]:
    """The processes that a process has started and that have not ended."""
    processes = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [each for each in processes if _parent(each) == pid]


def gone(pid: int) -> bool:
    """Whether a process has ended, though it may be that nobody has taken note of that yet."""
    try:
        return _stat(pid)[0] == "Z"
    except OSError:
        return True


def _parent(pid: int) -> int | None:
    try:
        return int(_stat(pid)[1])
    except OSError:
        return None


def _stat(pid: int) -> list[str]:
    """What stands behind the name in `/proc/PID/stat`."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
