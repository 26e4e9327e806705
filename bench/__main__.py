"""`make bench`: prints one table; `make bench ARGS=200000` for more scans than 20,000."""

from __future__ import annotations

import resource
import sys
import tempfile
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench import answers, loading, starting

SCANS = 20_000


def main() -> None:
    scans = int(sys.argv[1]) if len(sys.argv) > 1 else SCANS
    table = Table("What", "Measured", "Beside it", "Ratio", title=f"{scans:,} scans")
    with tempfile.TemporaryDirectory() as folder, Progress(transient=True) as progress:
        store = Path(folder) / "bench.db"
        task = progress.add_task("Measuring", total=3)
        parts = (
            partial(loading.figures, store, scans),
            partial(answers.figures, store),
            starting.figures,
        )
        for part in parts:
            for figure in part():
                table.add_row(*figure)
            progress.advance(task)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    table.add_row("peak memory of this process", f"{peak:.0f} MB", "", "")
    Console().print(table)


if __name__ == "__main__":
    main()
