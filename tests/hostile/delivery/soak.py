"""`python -m tests.hostile --only delivery`: a thousand messages through five hundred kills."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from tests.hostile.delivery.run import Outcome, Plan, Run
from tests.hostile.progress import Progress
from tests.postgres_server import serving

if TYPE_CHECKING:
    from collections.abc import Sequence

DATABASES = {"sqlite": 1, "postgres": 3}  # and how many processes deliver from each
HEAD = (
    *("database", "processes", "kills", "messages", "requests", "lost", "twice", "late", "astray"),
    *("stale", "hasty", "early", "nearest", "seconds"),
)


def main(arguments: list[str] | None = None) -> int:
    """Run both databases; 1 when something went wrong."""
    chosen = _parser().parse_args(arguments)
    outcomes: list[tuple[str, Outcome]] = []
    for database in chosen.database or DATABASES:
        for seed in range(chosen.seed, chosen.seed + chosen.seeds):
            outcome = _perform(database, _plan(database, seed, chosen))
            outcomes.append((database, outcome))
            if outcome.failed:
                sys.stdout.write(f"FAILED {database}, seed {seed}: {outcome.failed}\n")
    sys.stdout.write(f"{_table(outcomes)}\n")
    return int(any(outcome.failed for _, outcome in outcomes))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.hostile --only delivery", description=__doc__
    )
    parser.add_argument("--database", action="append", choices=DATABASES, help="only this one")
    parser.add_argument("--messages", type=int, default=1000, help="how many are told")
    parser.add_argument("--kills", type=int, default=500, help="how often a process is killed")
    parser.add_argument("--speed", type=float, default=10.0, help="of the clock, 1 is real time")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many runs for each database")
    return parser


def _plan(database: str, seed: int, chosen: argparse.Namespace) -> Plan:
    processes = DATABASES[database]
    return Plan(chosen.messages, chosen.kills, processes=processes, seed=seed, speed=chosen.speed)


def _perform(database: str, plan: Plan) -> Outcome:
    progress = Progress()

    def tell(run: Run) -> None:
        kills = f"{run.kills} of {plan.kills} kills"
        messages = f"{run.standing:,} of {plan.messages:,} messages"
        done = min(run.kills / plan.kills, run.standing / plan.messages)
        progress.tell(f"{database}, seed {plan.seed}: {kills}, {messages}", done)

    with ExitStack() as stack:
        if database == "postgres":
            store = stack.enter_context(stack.enter_context(serving()).database())
        else:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hostile-")))
            store = f"sqlite:///{folder / 'store.db'}"
        try:
            return Run(plan, store, tell).perform()
        finally:
            progress.end()


def _table(outcomes: Sequence[tuple[str, Outcome]]) -> str:
    rows = [HEAD, *(_row(database, outcome) for database, outcome in outcomes)]
    return "\n".join(f"{row[0]:10}" + "".join(f"{cell:>10}" for cell in row[1:]) for row in rows)


def _row(database: str, outcome: Outcome) -> tuple[str, ...]:
    found = outcome.verdict
    twice = f"{len(found.twice)}+{len(found.doubled)}" if found.doubled else str(len(found.twice))
    return (
        *(database, str(outcome.plan.processes), f"{outcome.kills:,}"),
        *(f"{outcome.plan.messages:,}", f"{outcome.requests:,}", str(len(found.lost)), twice),
        *(str(len(each)) for each in (found.late, found.astray, found.stale)),
        *(str(len(each)) for each in (found.hasty, found.early)),
        *(f"{outcome.nearest:.2f} s", f"{outcome.seconds:.0f}"),
    )


if __name__ == "__main__":
    sys.exit(main())
