"""How long the program takes to start, beside a Python that does nothing."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

from bench.figure import Figure, percentiles

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS = 7


def figures() -> Iterator[Figure]:
    nothing, _ = percentiles(lambda: _run("-c", "pass"), RUNS)
    for what, arguments in (
        ("posterpulse --help", ("-m", "bot", "--help")),
        ("posterpulse ask help", ("-m", "bot", "ask", "help")),
    ):
        median, _ = percentiles(partial(_run, *arguments), RUNS)
        yield Figure(
            what, f"{median:.0f} ms", f"empty Python: {nothing:.0f} ms", f"{median / nothing:.1f}"
        )


def _run(*arguments: str) -> None:
    environment = {"DATABASE_URL": "sqlite:///:memory:"}
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=environment)
