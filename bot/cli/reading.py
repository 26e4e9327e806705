"""What commands that read Vantio say while they do."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.services.taking import Sync


def requests(result: Sync) -> str:
    """How often Vantio was asked, in words."""
    return "1 request" if result.requests == 1 else f"{result.requests:,} requests"


@contextmanager
def progress(doing: str) -> Iterator[Callable[[Sync], None] | None]:
    """A bar on a terminal, with an estimate where the length of the list is known."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (
        TextColumn(f"{doing} Vantio …"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.fields[length]} scans"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, length="all")

        def heard(so_far: Sync) -> None:
            read = so_far.new + so_far.repeated
            if so_far.length > read:
                bar.update(task, total=so_far.length, length=f"{so_far.length:,}")
            bar.update(task, completed=read)

        yield heard
