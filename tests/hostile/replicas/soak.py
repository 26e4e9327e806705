"""`python -m tests.hostile --only replicas`: the leader of three bots ends, again and again."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.hostile.progress import Progress
from tests.hostile.replicas.run import Outcome, Plan, Run
from tests.postgres_server import serving

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: list[str] | None = None) -> int:
    """Run it; 1 when something went wrong."""
    chosen = _parser().parse_args(arguments)
    plan = Plan(chosen.deaths, chosen.messages, chosen.freezes, chosen.seed)
    progress = Progress()

    def tell(run: Run) -> None:
        progress.tell(f"{run.deaths} of {plan.deaths} leaders", run.deaths / plan.deaths)

    with (
        serving() as server,
        server.database() as store,
        tempfile.TemporaryDirectory(prefix="hostile-") as folder,
    ):
        outcome = Run(plan, store, Path(folder), tell).perform()
    progress.end()
    sys.stdout.write(f"FAILED {outcome.failed}\n" if outcome.failed else "")
    sys.stdout.write(f"{_table(outcome)}\n")
    return int(bool(outcome.failed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.hostile --only replicas", description=__doc__
    )
    parser.add_argument("--deaths", type=int, default=40, help="how many leaders end")
    parser.add_argument("--freezes", type=int, default=4, help="each so many is frozen, 0: none")
    parser.add_argument("--messages", type=int, default=80, help="how many are told meanwhile")
    parser.add_argument("--seed", type=int, default=1, help="of the instants")
    return parser


def _table(outcome: Outcome) -> str:
    rows = {
        "until another one polls, after a kill": _spread(outcome.after_death),
        "until another one polls, after a freeze": _spread(outcome.after_freeze),
        "scans in the store": f"{outcome.scans:,} of {outcome.expected:,}",
        "messages": f"{outcome.messages:,}",
        "seconds": f"{outcome.seconds:.0f}",
    }
    return "\n".join(f"{name:42}{told}" for name, told in rows.items())


def _spread(seconds: Sequence[float]) -> str:
    if not seconds:
        return "-"
    return f"median {median(seconds):.2f} s, most {max(seconds):.2f} s of {len(seconds)}"


if __name__ == "__main__":
    sys.exit(main())
