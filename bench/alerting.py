"""What it costs to look for what is out of the ordinary, and how good what is found is."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from functools import partial
from random import Random
from statistics import median
from typing import TYPE_CHECKING

from bench.campus import make
from bench.campus.world import DAY, WARM_UP, WEEK
from bench.figure import Figure, UnmeasuredError, milliseconds, timed
from bench.filling import NOW, load, take
from bench.scoring import figures, score, together
from bot.app.alerting import backtest
from bot.cli.backtest import row
from bot.config import load as settings_of
from bot.domain.detection.watch import Thresholds
from bot.domain.model import Impression, Poster, Programs
from bot.services.alerting import Alerting, Wanted
from bot.services.noise import Noise
from bot.services.telling import Telling
from bot.services.watching import Watching
from bot.store import directory
from bot.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bench.campus import World
    from bot.domain.alert import Alert
    from bot.store.database import Database

    Progress = Callable[[int], None]

SCANS = 200_000
_POSTERS, _PROGRAMS, _CHANGED = 10_000, 12, 1000
_DAYS, _HOURS, _TICK, _HOUR = 8, 4, 300, 3600
_MOST_MILLISECONDS = 100
_WEEKS, _SEEDS = 8, (1, 2)
_ZONE = "UTC"
_BARE = "select at, poster, agent, scanner from impression where at >= ? and at < ?"


def looks(folder: Path, progress: Progress) -> Iterator[Figure]:
    """Processor time of a look at many posters, and what it keeps of them.

    So many more scans come than before that an event of the whole account runs, the dearest kind.
    """
    path, chance = folder / "alerts.db", Random(1)  # noqa: S311 - the same at every run
    begin = NOW // _HOUR * _HOUR
    with closing(open_store(f"sqlite:///{path}")) as database, closing(_bare(path)) as bare:
        with database.write() as tx:
            directory.save_posters(tx, [_poster(n, begin - 90 * DAY) for n in range(_POSTERS)])
        load(database, _scans(chance, SCANS, begin - _DAYS * DAY, begin), progress)
        looking = _alerting(database)
        looking.look(begin)
        ours, first, theirs = _measured(looking, bare, chance, begin)
        ((size,),) = bare.execute("select length(state) from watch")
    posters = f"{_POSTERS:,} posters, {_CHANGED:,} of them scanned anew"
    for which, taken in (("a look", ours), ("the first look of an hour", first)):
        yield Figure(
            f"processor time of {which} at {posters}, in an event of them all",
            milliseconds(taken),
            f"reading the scans of this hour: {milliseconds(theirs)}",
            taken / theirs,
            f"≤ {_MOST_MILLISECONDS} ms",
            taken <= _MOST_MILLISECONDS,
        )
    yield Figure("kept of the rhythm of a poster", f"{size / _POSTERS:,.0f} bytes")


def replays(folder: Path, progress: Progress) -> Iterator[Figure]:
    """How long a backtest of some weeks takes."""
    world = make(_SEEDS[0], weeks=_WEEKS)
    path = _imported(folder, world, progress)
    with closing(_bare(path)) as bare:
        reading = timed(lambda: bare.execute(_BARE, (world.start, world.end)).fetchall())
    taken = timed(lambda: _replayed(path, world))
    yield Figure(
        f"backtest of {_WEEKS} weeks, {len(world.posters)} posters, {len(world.at):,} scans",
        f"{taken:.1f} s",
        f"reading the scans: {milliseconds(reading * 1000)}",
        taken / reading,
    )


def scores(folder: Path, progress: Progress) -> Iterator[Figure]:
    """What is found and what is told in vain, on campuses where it is known what happened."""
    taken = []
    for seed in _SEEDS:
        world = make(seed)
        told = _replayed(_imported(folder, world, progress), world, world.start + WARM_UP)
        taken.append(score(world, map(row, told)))
    result = together(taken)
    for kind, share in result.found.items():
        yield Figure(f"found: {kind}", f"{share:.2f}")
    for what, value, sign, goal in figures(result):
        met = value >= goal if sign == ">=" else value <= goal
        yield Figure(what, f"{value:.2f}", target=f"{sign} {goal:g}", met=met)


def _measured(
    looking: Alerting, bare: sqlite3.Connection, chance: Random, begin: int
) -> tuple[float, float, float]:
    """Median milliseconds of the processor: a look, one that begins an hour, a bare read."""
    ours, first, theirs = list[float](), list[float](), list[float]()
    for now in range(begin + _TICK, begin + _HOURS * _HOUR + 1, _TICK):
        take(looking.database, [*_scans(chance, _CHANGED, now - _TICK, now)])
        taken = first if now % _HOUR == _TICK else ours
        taken.append(_busy(partial(looking.look, now)))
        theirs.append(_busy(partial(_read, bare, now // _HOUR * _HOUR, now)))
    # The very first one begins the event.
    return median(ours), median(first[1:]), median(theirs)


def _read(bare: sqlite3.Connection, start: int, end: int) -> None:
    bare.execute(_BARE, (start, end)).fetchall()


def _busy(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def _replayed(path: Path, world: World, since: int | None = None) -> list[Alert]:
    with closing(open_store(f"sqlite:///{path}")) as database:
        test = backtest(settings_of({}), database)
        found = test.run(test.span(since, world.end), lambda _done, _all: None)
    if not found:
        raise UnmeasuredError("a backtest of a busy campus found nothing")
    return found


def _imported(folder: Path, world: World, progress: Progress) -> Path:
    path = folder / f"campus-{world.seed}-{(world.end - world.start) // WEEK}.db"
    if not path.exists():
        with closing(open_store(f"sqlite:///{path}")) as database:
            with database.write() as tx:
                directory.save_posters(tx, world.posters)
            load(database, world.impressions(), progress)
    return path


def _alerting(database: Database) -> Alerting:
    programs = Programs({})
    telling = Telling(Noise(database, programs, _ZONE), programs, _ZONE)
    return Alerting(database, Watching(database, _ZONE, Thresholds()), telling, Wanted(), _ZONE)


def _poster(number: int, created: int) -> Poster:
    return Poster(f"poster_{number}", f"prog_{number % _PROGRAMS}", "user_1", None, created)


def _scans(chance: Random, count: int, start: int, end: int) -> Iterator[Impression]:
    """So many scans with start <= at < end, oldest first, at all posters alike."""
    for at in sorted(chance.choices(range(start, end), k=count)):
        number, bits = chance.randrange(_POSTERS), f"{chance.getrandbits(128):032x}"
        address = f"10.0.{chance.randrange(256)}.{chance.randrange(256)}"
        program = f"prog_{number % _PROGRAMS}"
        yield Impression(
            bits, f"poster_{number}", program, "user_1", at, "Mozilla/5.0", "phone", address
        )


def _bare(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)
