"""`make bench`: one table, each line beside something measured in the same run.

`make bench ARGS=--full` asks ten million scans as well; `ARGS="--only audit"` takes one kind of
figure, `ARGS="--most 10000"` smaller feeds.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from bench.figure import Figure, UnmeasuredError
from bench.mirrors import Mirrors
from bench.plan import MILLION, NAMES, Plan

if TYPE_CHECKING:
    from bench.plan import Step


def main() -> int:
    """Measure, print, and return 1 where a figure could not be taken."""
    told = _told()
    table = _table()
    # Drawn between figures only, since a thread that draws would be measured with them.
    bar = Progress(transient=True, auto_refresh=False)
    try:
        with tempfile.TemporaryDirectory() as folder, Mirrors(Path(folder), told.order) as mirrors:
            plan = Plan(mirrors, Path(folder), told.most, told.full)
            steps = [step for step in plan.steps() if step.name in (told.only or NAMES)]
            with bar:
                taken = [_take(step, table, bar) for step in bar.track(steps)]
    finally:
        Console().print(table)  # interrupted as well: what was measured took its time
    return 0 if all(taken) else 1


def _take(step: Step, table: Table, bar: Progress) -> bool:
    """Add the figures of one step; False where one could not be taken."""
    task = bar.add_task(f"{step.name}, {step.rows:,} rows", total=None)
    bar.refresh()
    rows = f"{step.rows:,}" if step.rows else ""
    try:
        for figure in step.figures(lambda done: bar.update(task, advance=done, refresh=True)):
            table.add_row(rows, *_cells(figure))
    except UnmeasuredError as error:
        table.add_row(rows, step.name, f"[red]{escape(str(error))}[/red]")
        return False
    finally:
        table.add_section()
        bar.remove_task(task)
    return True


def _table() -> Table:
    table = Table(
        title="Posterpulse, measured",
        caption=f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version},"
        f" {os.cpu_count()} cores, pages of 100 over loopback",
    )
    table.add_column("Rows", justify="right")
    for name in ("What", "Measured", "Beside it"):
        table.add_column(name)
    table.add_column("Ratio", justify="right")
    table.add_column("To reach")
    return table


def _cells(figure: Figure) -> tuple[str, ...]:
    met = {None: "", True: "[green]met[/green]", False: "[red]missed[/red]"}[figure.met]
    ratio = "" if figure.ratio is None else f"{figure.ratio:.3g}"
    target = f"{figure.target} {met}".strip()
    return escape(figure.what), figure.measured, figure.beside, ratio, target


def _told() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure speed, size and requests."
    )
    parser.add_argument("--only", choices=NAMES, action="append", help="this kind; may be repeated")
    parser.add_argument("--full", action="store_true", help="ask ten million scans as well")
    parser.add_argument("--most", type=int, default=MILLION, help="rows of the largest feed")
    parser.add_argument(
        "--order",
        choices=("newest", "oldest"),
        default="newest",
        help="which row a feed lists first",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
