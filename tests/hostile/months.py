"""`python -m tests.hostile --only months`: two years of digests, and what came of them.

The law: the periods told in a channel follow one another without a gap and without an overlap,
whatever happened meanwhile, and what comes late says so.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.services.digests import DIGEST, LEADERBOARD
from bot.store.opening import open_store
from tests.hostile.life import BEGIN, DAY, MINUTE, Life, wall
from tests.postgres_server import serving

if TYPE_CHECKING:
    from tests.hostile.life import Told

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
LATE = 15 * MINUTE
LONGEST = {DIGEST: 3 * DAY, LEADERBOARD: 15 * DAY}  # from the end of the last period told
MIDNIGHT = datetime.min.time()
SHARED = Path("/dev/shm")  # noqa: S108 - a folder in memory


def faults(life: Life) -> list[str]:
    """How what was told breaks the law, whatever the order it came in; empty where it doesn't."""
    zone, found = ZoneInfo(life.zone), []
    for (channel, kind), messages in life.told().items():
        told = sorted(messages, key=lambda each: each.start)
        wrong = [what for each in told if (what := _fault(life, kind, each, zone))]
        for before, after in pairwise(told):
            if before.end != after.start:
                what = "nothing tells of" if before.end < after.start else "told twice:"
                wrong.append(f"{what} {wall(before.end, zone)} to {wall(after.start, zone)}")
        if life.now - told[-1].end > LONGEST[kind]:
            wrong.append(f"nothing came after {wall(told[-1].end, zone)}")
        found += [f"{kind} in {channel}: {each}" for each in wrong]
    return found


def disorder(life: Life) -> int:
    """How many messages stand in their channel below one that tells of a later period."""
    return sum(
        before.start > after.start
        for messages in life.told().values()
        for before, after in pairwise(messages)
    )


def _fault(life: Life, kind: str, each: Told, zone: ZoneInfo) -> str | None:
    first, last = wall(each.start, zone), wall(each.end, zone)
    days, whole = (last.date() - first.date()).days, 7 if kind == LEADERBOARD else 1
    name = f"{first} to {last}"
    if (first.time(), last.time()) != (MIDNIGHT, MIDNIGHT) or days < whole or days % whole:
        return f"{name} is no span of whole days or weeks"
    if whole > 1 and first.weekday():
        return f"{name} does not begin on a Monday"
    wanted = next(w[kind] for since, w in reversed(life.times) if since <= each.made)
    oldest = int((first + timedelta(days=whole)).replace(tzinfo=zone).timestamp())
    late = each.made - wanted.due(oldest, zone) > LATE
    if late != each.late:
        return f"{name} {'was late and does not say so' if late else 'says that it is late'}"
    away = any(start < each.made and end > oldest for start, end in life.away)
    return None if days == whole or away else f"{name} is one message, and nobody was ever away"


@dataclass(frozen=True)
class Lived:
    """What came of a life: what broke the law, and how many messages came out of order."""

    faults: list[str]
    disorder: int
    told: int
    deaths: int
    absences: int


def lived(url: str, zone: str, seed: int, months: float) -> Lived:
    """A bot that lives for so many months of thirty days on the empty store at `url`."""
    with closing(open_store(url)) as database:
        life = Life(database, zone, Random(seed))
        life.live(BEGIN + int(months * 30 * DAY))
        told = sum(map(len, life.told().values()))
        return Lived(faults(life), disorder(life), told, life.deaths, len(life.away))


def main(arguments: list[str] | None = None) -> int:
    """Live in each zone, and say what came of it; 1 where the law was broken."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.hostile --only months", description=__doc__
    )
    parser.add_argument("--months", type=float, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--zone", choices=ZONES, action="append", help="only this one")
    parser.add_argument("--postgres", action="store_true", help="with the store in PostgreSQL")
    asked = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)  # trouble is all that there is
    broken = 0
    with ExitStack() as stack:
        server = stack.enter_context(serving()) if asked.postgres else None
        for zone in asked.zone or ZONES:
            began = time.monotonic()
            with ExitStack() as store:
                folder = store.enter_context(tempfile.TemporaryDirectory(dir=_memory()))
                database = store.enter_context(server.database()) if server else None
                found = lived(
                    database or f"sqlite:///{folder}/s.db", zone, asked.seed, asked.months
                )
            seconds = time.monotonic() - began
            told = "\n    ".join([_line(zone, found, seconds), *found.faults])
            sys.stdout.write(f"{told}\n")
            sys.stdout.flush()
            broken += bool(found.faults or found.disorder)
    return int(broken > 0)


def _memory() -> str | None:
    """Where files cost no disk: nothing here loses power."""
    return str(SHARED) if SHARED.is_dir() else None


def _line(zone: str, found: Lived, seconds: float) -> str:
    broken = f"{len(found.faults)} faults, {found.disorder} out of order"
    trouble = f"{found.deaths} kills, {found.absences} absences"
    return f"{zone}: {found.told:,} messages, {trouble}: {broken} ({seconds:.0f} s)"


if __name__ == "__main__":
    sys.exit(main())
