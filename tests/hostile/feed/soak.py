"""`python -m tests.hostile --only feed`: every condition under many seeds, in a table.

A seed that fails is told with all that is needed to run it again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.hostile.feed.conditions import CONDITIONS, condition
from tests.hostile.feed.driver import perform
from tests.hostile.feed.story import transcript
from tests.hostile.progress import ERASE
from tests.postgres_server import Server, serving

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD = (
    "condition",
    "runs",
    "lost",
    "twice",
    "stale",
    "unproven",
    "requests",
    "pages",
    "calm",
    "early",
)


@dataclass(frozen=True)
class Plan:
    """One run to make."""

    name: str
    seed: int
    rows: int | None
    children: bool
    postgres: Server | None

    def again(self) -> str:
        """What to type to make this run again."""
        more = f" --rows {self.rows}" if self.rows else ""
        more += "" if self.children else " --here"
        more += " --postgres" if self.postgres else ""
        run = f"--seed {self.seed} --condition '{self.name}'"
        return f"python -m tests.hostile --only feed {run}{more}"


@dataclass(frozen=True)
class Report:
    """What came of one run, counted; `text` tells it all where it failed."""

    plan: Plan
    lost: int = 0
    twice: int = 0
    stale: int = 0
    unproven: int = 0
    requests: int = 0
    pages: int = 0
    calm: int = 0
    early: int = 0
    after_kill: int = 0
    failed: str = ""
    text: str = ""


def main(arguments: list[str] | None = None) -> int:
    """Run them all; 1 when one of them failed."""
    chosen = _parser().parse_args(arguments)
    names = chosen.condition or list(CONDITIONS)
    if unknown := set(names) - set(CONDITIONS):
        sys.exit(f"No such condition: {', '.join(sorted(unknown))}. Try: {', '.join(CONDITIONS)}.")
    seeds = range(chosen.first, chosen.first + chosen.seeds)
    if chosen.seed is not None:
        seeds = range(chosen.seed, chosen.seed + 1)
    with ExitStack() as stack:
        postgres = stack.enter_context(serving()) if chosen.postgres else None
        plans = [
            Plan(name, seed, chosen.rows, not chosen.here, postgres)
            for seed in seeds
            for name in names
        ]
        reports = _run(plans, chosen.jobs, chosen.minutes, chosen.keep)
    failed = sum(bool(report.failed) for report in reports)
    sys.stdout.write(f"{ERASE}{_table(reports)}\n{len(reports)} runs, {failed} failed.\n")
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.hostile --only feed", description=__doc__
    )
    parser.add_argument("--condition", action="append", help="only this one; may be repeated")
    parser.add_argument("--seed", type=int, help="only this seed")
    parser.add_argument("--seeds", type=int, default=10, help="how many seeds for each condition")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--rows", type=int, help="rows of the list at first")
    parser.add_argument("--jobs", type=int, default=2, help="runs at the same time")
    parser.add_argument("--minutes", type=float, default=1440.0, help="begin none after so long")
    parser.add_argument("--here", action="store_true", help="in this process, without kills")
    parser.add_argument("--postgres", action="store_true", help="with the store in PostgreSQL")
    parser.add_argument("--keep", type=Path, help="a folder for the transcripts of what failed")
    return parser


def _run(plans: list[Plan], jobs: int, minutes: float, keep: Path | None) -> list[Report]:
    started = time.monotonic()
    reports: list[Report] = []
    with ProcessPoolExecutor(jobs) as pool:
        running = [pool.submit(_one, plan) for plan in plans]
        for done in as_completed(running):
            if done.cancelled():
                continue
            reports.append(done.result())
            _tell(reports, len(plans), started, keep)
            if time.monotonic() - started > minutes * 60:
                for each in running:
                    each.cancel()
    return reports


def _one(plan: Plan) -> Report:
    """One run in a folder of its own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hostile-")))
        database = stack.enter_context(plan.postgres.database()) if plan.postgres else None
        made = condition(plan.name, plan.seed, plan.rows)
        try:
            outcome = perform(
                plan.name, made, plan.seed, folder, children=plan.children, database=database
            )
        except Exception:  # noqa: BLE001 - whatever broke, the other runs go on
            return Report(plan, failed=f"the run broke: {traceback.format_exc()}")
        failed = outcome.failed()
        return Report(
            plan,
            len(outcome.after.lost),
            len(outcome.after.twice) + abs(outcome.after.miscounted),
            outcome.after.stale,
            int(not outcome.proven),
            outcome.requests,
            outcome.pages,
            outcome.calm_requests,
            outcome.early,
            outcome.early_after_kill,
            failed,
            transcript(outcome) if failed else "",
        )


def _tell(reports: list[Report], planned: int, started: float, keep: Path | None) -> None:
    """The failure of the last run, if it failed, and how far all of it is."""
    last = reports[-1]
    if last.failed:
        sys.stdout.write(f"{ERASE}FAILED {last.failed}\n       {last.plan.again()}\n")
        sys.stdout.flush()
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            name = f"{last.plan.name.replace(', ', '-').replace(' ', '-')}-{last.plan.seed}.txt"
            (keep / name).write_text(f"{last.plan.again()}\n{last.failed}\n{last.text}\n")
    took = time.monotonic() - started
    left = took / len(reports) * (planned - len(reports))
    failed = sum(bool(report.failed) for report in reports)
    line = f"{len(reports)} of {planned} runs, {failed} failed, about {left / 60:.0f} min to go"
    sys.stderr.write(f"{ERASE}{line}")
    sys.stderr.flush()


def _table(reports: Iterable[Report]) -> str:
    by_name: dict[str, list[Report]] = defaultdict(list)
    for report in reports:
        by_name[report.plan.name].append(report)
    rows = [_row(name, by_name[name]) for name in CONDITIONS if name in by_name]
    lines = [f"{row[0]:20}" + "".join(f"{cell:>10}" for cell in row[1:]) for row in (HEAD, *rows)]
    return "\n".join(lines)


def _row(name: str, reports: list[Report]) -> tuple[str, ...]:
    counted = ("lost", "twice", "stale", "unproven", "requests", "pages", "calm")
    sums = [f"{sum(getattr(report, what) for report in reports):,}" for what in counted]
    early = sum(report.early for report in reports)
    after_kill = sum(report.after_kill for report in reports)
    return name, str(len(reports)), *sums, f"{early}+{after_kill}" if after_kill else str(early)


if __name__ == "__main__":
    sys.exit(main())
