"""How long the program takes to start, beside a Python that does nothing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bench.child import python
from bench.figure import Figure, percentiles

if TYPE_CHECKING:
    from collections.abc import Iterator

_RUNS = 7


def figures() -> Iterator[Figure]:
    """Starting for the least there is to do, and for a question."""
    nothing, _ = percentiles(lambda: python("-c", "pass"), _RUNS)
    for what, arguments in (
        ("posterpulse --help", ("-m", "bot", "--help")),
        ("posterpulse ask help", ("-m", "bot", "ask", "help")),
    ):
        median, _ = percentiles(partial(python, *arguments), _RUNS)
        yield Figure(what, f"{median:.0f} ms", f"empty Python: {nothing:.0f} ms", median / nothing)
