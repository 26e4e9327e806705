"""Processes by the hundred, to be killed: all are forked from one that has loaded everything.

A new interpreter takes a second to import the bot, a fork a few milliseconds. The one that forks
has a single thread and nothing open, so that its children begin as clean as new ones.
"""

from __future__ import annotations

import base64
import importlib
import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
KILLED = -signal.SIGKILL


class Nursery:
    """Starts and kills processes; when it is left, all of them end."""

    def __init__(self, module: str) -> None:
        """`module` is where the functions are that its processes run."""
        self._module = module

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, self._module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def start(self, work: Callable[..., object], *arguments: object) -> int:
        """Run a function of the module in a process of its own; returns the process's id."""
        packed = base64.b64encode(pickle.dumps(arguments)).decode()
        return self._ask(f"start {work.__name__} {packed}")

    def kill(self, process: int) -> int:
        """Kill a process; returns how it ended: `KILLED`, unless it had ended before."""
        return self._ask(f"kill {process}")

    def _ask(self, line: str) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def _serve(module: str) -> None:
    works = importlib.import_module(module)
    running: set[int] = set()
    for line in sys.stdin:
        order, *rest = line.split()
        if order == "start":
            process = _forked(getattr(works, rest[0]), pickle.loads(base64.b64decode(rest[1])))  # noqa: S301 - our own
            running.add(process)
            answer = process
        else:
            answer = _killed(int(rest[0]))
            running.discard(int(rest[0]))
        print(answer, flush=True)  # noqa: T201 - this is how it answers
    for process in running:
        _killed(process)


def _forked(work: Callable[..., object], arguments: tuple[object, ...]) -> int:
    process = os.fork()
    if process:
        return process
    try:
        os.close(0)  # so that the end of the one who asks is not hidden by a child
        os.dup2(2, 1)
        work(*arguments)
    except BaseException:  # noqa: BLE001 - a child must not go on as a second nursery
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def _killed(process: int) -> int:
    os.kill(process, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


if __name__ == "__main__":
    _serve(sys.argv[1])
