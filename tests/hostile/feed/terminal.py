"""The command line, in this process or in one of its own that can be killed."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from threading import Thread, Timer
from typing import TYPE_CHECKING, Any

from tests.hostile.feed.server import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hostile.feed.server import HostileVantio

ROOT = Path(__file__).parents[3]
PATIENCE = 180.0  # seconds that a command may take
KILLED = -9
HUNG = "did not end by itself"


@dataclass(frozen=True)
class Ran:
    """What one command said; `code` is -9 when it was killed."""

    arguments: tuple[str, ...]
    code: int
    told: Any
    error: str
    requests: int
    seconds: float

    def __str__(self) -> str:
        told = json.dumps(self.told) if self.told is not None else self.error[-300:].strip()
        line = f"{' '.join(self.arguments)} -> {self.code} in {self.requests} requests"
        return f"{line}, {self.seconds:.1f} s: {told}"


class Terminal:
    """Runs `posterpulse` in a folder of its own against one server."""

    def __init__(self, server: HostileVantio, folder: Path, database: str | None) -> None:
        self._server, self.folder = server, folder
        config = folder / "config.toml"
        config.write_text(f"[polling]\nprograms = {json.dumps(server.condition.programs)}\n")
        self._environment = {
            "DATABASE_URL": database or f"sqlite:///{folder / 'store.db'}",
            "VANTIO_API_KEY": KEY,
            "VANTIO_BASE_URL": server.url,
            "POSTERPULSE_CONFIG": str(config),
        }
        self.commands: list[Ran] = []

    def here(self, *arguments: str) -> Ran:
        """Run a command in this process."""
        from bot.__main__ import run  # noqa: PLC0415 - child processes alone don't need it

        out, err = io.StringIO(), io.StringIO()
        self._server.new_process()
        before, started = self._server.requests, time.monotonic()
        with _environment(self._environment), redirect_stdout(out), redirect_stderr(err):
            code = run([*arguments])
        seconds = time.monotonic() - started
        return self._note(arguments, code, out.getvalue(), err.getvalue(), before, seconds)

    def child(self, *arguments: str, kill: tuple[int, float] | None = None) -> Ran:
        """Run a command in a process of its own.

        Args:
            arguments: What is typed.
            kill: After how many requests, and how many seconds after that, it is killed.
        """
        self._server.new_process()
        before, started = self._server.requests, time.monotonic()
        with (
            subprocess.Popen(
                [sys.executable, "-m", "bot", *arguments],
                env={**os.environ, "PYTHONPATH": str(ROOT), **self._environment},
                cwd=self.folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            ) as process,
            _killing(self._server, process, kill),
        ):
            try:
                out, err = process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                out, err = process.communicate()
                err += f"\n{HUNG}"
        seconds = time.monotonic() - started
        return self._note(arguments, process.returncode, out, err, before, seconds)

    def twins(self, *arguments: str) -> None:
        """Run a command in two processes at the same time."""
        both = [Thread(target=self.child, args=arguments) for _ in range(2)]
        for each in both:
            each.start()
        for each in both:
            each.join()

    def _note(
        self, arguments: tuple[str, ...], code: int, out: str, err: str, before: int, seconds: float
    ) -> Ran:
        told = json.loads(out) if out.startswith("{") else None
        requests = self._server.requests - before
        self.commands.append(Ran(arguments, code, told, err, requests, seconds))
        return self.commands[-1]


@contextmanager
def _killing(
    server: HostileVantio, process: subprocess.Popen[str], kill: tuple[int, float] | None
) -> Iterator[None]:
    if kill is None:
        yield
        return
    at, delay = server.requests + kill[0], kill[1]
    timer = Timer(delay, process.kill)

    def on_request(number: int) -> None:
        if number == at:
            timer.start()

    if at == server.requests:
        timer.start()
    server.on_request = on_request
    try:
        yield
    finally:
        server.on_request = lambda _: None
        timer.cancel()


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
