"""Running the product, or a piece of work with its parts, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.figure import UnmeasuredError

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST = 3600


class Done(NamedTuple):
    """What a piece of work took: seconds, seconds of processor time, bytes at the most."""

    result: int
    seconds: float
    busy: float
    peak: int


def worked(what: str, url: str, store: Path) -> Done:
    """Do a piece of `bench.worker`.

    Raises:
        UnmeasuredError: when it fails.
    """
    return Done(**json.loads(_run(("-m", "bench.worker", what), environment(url, store))))


def command(url: str, store: Path, *arguments: str) -> dict[str, Any]:
    """What `posterpulse ARGUMENTS --json` says.

    Raises:
        UnmeasuredError: when it fails.
    """
    told = _run(("-m", "bot", *arguments, "--json"), environment(url, store))
    found: dict[str, Any] = json.loads(told)
    return found


def python(*arguments: str) -> str:
    """Run this Python with a store in memory, and return what it prints.

    Raises:
        UnmeasuredError: when it fails.
    """
    return _run(arguments, {"DATABASE_URL": "sqlite:///:memory:"})


def environment(url: str, store: Path) -> dict[str, str]:
    """What the bot is told: a feed, a store, and nothing that lies about."""
    nothing = store.with_name("empty.toml")  # whatever config.toml lies about is not measured
    nothing.touch()
    return {
        "DATABASE_URL": f"sqlite:///{store}",
        "POSTERPULSE_CONFIG": str(nothing),
        "VANTIO_API_KEY": "sk_bench",
        "VANTIO_BASE_URL": url,
    }


def _run(arguments: tuple[str, ...], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | environment,
        timeout=_LONGEST,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise UnmeasuredError(last)
    return done.stdout
