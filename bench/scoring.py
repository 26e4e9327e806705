"""How good alerts are, beside what truly happened on a simulated campus.

`python -m bench.scoring ALERTS... --seed 1` scores files of JSON lines, as `posterpulse backtest`
writes them, against the campuses of that seed and the following ones.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.campus.judging import Score, score, together
from bench.campus.options import add_options, asked_for

__all__ = ["Score", "figures", "score", "table", "together"]


def table(result: Score) -> Table:
    """The figures beside what is to be reached."""
    shown = Table("What", "Measured", "To reach", title="Alerts, scored")
    for kind, share in result.found.items():
        shown.add_row(f"found: {kind}", f"{share:.2f}", "")
    shown.add_section()
    for what, value, sign, goal in figures(result):
        met = value >= goal if sign == ">=" else value <= goal
        verdict = "[green]met[/green]" if met else "[red]missed[/red]"
        shown.add_row(what, f"{value:.2f}", f"{sign} {goal:g} {verdict}")
    return shown


def figures(result: Score) -> tuple[tuple[str, float, str, float], ...]:
    return (
        ("bursts found, mean over kinds", result.found_mean, ">=", 0.65),
        ("false poster alarms per 1,000 poster-weeks", result.false_posters, "<=", 1),
        ("false program alarms a week", result.false_wide, "<=", 0.25),
        ("program-wide events told as such", result.found_wide, ">=", 0.55),
        ("poster alerts beside each", result.beside, "<=", 0.1),
        ("second alerts for the same event", result.repeated, "<=", 0),
        ("median minutes to detect", result.minutes, "<=", 30),
        ("median excess scans needed", result.scans, "<=", 8),
        (f"told of {result.taken_down} taken down", result.told_quiet, ">=", 0.8),
        ("false quiet alarms per 1,000 poster-weeks", result.false_quiet, "<=", 1),
    )


def main() -> int:
    """Score files; the first is about the campus of the seed, each other about the next seed's."""
    parser = argparse.ArgumentParser(prog="python -m bench.scoring", description="Score alerts.")
    parser.add_argument("alerts", nargs="+", help="JSON lines; - for the standard input")
    add_options(parser)
    told = parser.parse_args()
    scores = []
    for path in told.alerts:
        scores.append(score(asked_for(told), _alerts(path)))
        told.seed += 1
    Console().print(table(together(scores)))
    return 0


def _alerts(path: str) -> list[dict[str, object]]:
    text = sys.stdin.read() if path == "-" else Path(path).read_text("utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


if __name__ == "__main__":
    sys.exit(main())
