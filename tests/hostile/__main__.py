"""`python -m tests.hostile`: hours of hostile services, or some of them with `--only`.

What follows `--only NAME` is for that program: `--only delivery --help` tells what it takes.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

PROGRAMS = {
    "delivery": "messages are told through kills and a Slack that misbehaves",
    "replicas": "the leader of three bots is killed",
    "feed": "a moving list of scans is read",
    "months": "two years of digests are lived through",
}
_FILES = {"months": "tests.hostile.months"}


def main(arguments: list[str] | None = None) -> int:
    """Run the programs one after the other; 1 when one of them failed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.hostile",
        description="; ".join(f"{name}: {what}" for name, what in PROGRAMS.items()),
        add_help=False,
    )
    parser.add_argument("--only", action="append", choices=PROGRAMS, help="one program")
    chosen, rest = parser.parse_known_args(arguments)
    names = chosen.only or [*PROGRAMS]
    if rest and len(names) > 1:
        parser.print_help()
        return int("--help" not in rest)
    failed = 0
    for name in names:
        sys.stdout.write(f"{name}: {PROGRAMS[name]}\n")
        sys.stdout.flush()
        failed |= import_module(_FILES.get(name, f"tests.hostile.{name}.soak")).main(rest)
    return failed


if __name__ == "__main__":
    sys.exit(main())
