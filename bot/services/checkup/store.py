"""The store: whether it opens and takes a write, and what it tells of the bot's last days."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.domain.figures import a_or_an
from bot.services.checkup import disk
from bot.services.checkup.finding import ok, to_fix, warning, wrong
from bot.services.condition import LATE_POLLS, RECENT
from bot.store import counts, cursors, outbox, pauses, proof, quarantine
from bot.store.database import StoreError
from bot.store.rebuild import rebuild
from bot.store.recount import Recount, damage, recount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.services.checkup.finding import Finding
    from bot.store.database import Database, Transaction

SUBJECT, POLLS, MESSAGES = "Store", "Polling", "Messages"
PAGES, TALLIES, ROWS = "Pages", "Tallies", "Rows"

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_STRETCHES = {1: "hours", 24: "days", 768: "spans of 32 days"}  # by the width of their tallies
_START = "Start `posterpulse run`, or see in its log what holds it up."
_REPAIR = "To count them again from the scans:  posterpulse check --deep --repair"
_RESTORE = "Stop the bot and put a backup in the place of the store; the bot reads the rest again."


@dataclass(frozen=True, slots=True)
class Expected:
    """How things should be: `feeds` polled every `every` seconds, looked at `now` (UTC seconds)."""

    feeds: list[str]
    every: int
    now: int


def store(
    opened: Callable[[], Database], expected: Expected, remedy: str = ""
) -> Iterator[Finding]:
    """Open the store as the bot would, which makes one where there is none; write; read.

    Args:
        opened: What opens it.
        expected: How things should be.
        remedy: What to do about an error that doesn't say so itself.
    """
    try:
        database = opened()
    except StoreError as error:
        yield _failure(error, remedy)
        return
    try:
        yield _written(database)
        with database.read() as tx:
            yield from history(tx, expected)
    except StoreError as error:
        yield _failure(error, remedy)
    finally:
        database.close()


def deep(
    opened: Callable[[], Database], progress: Callable[[int, int], None], *, repair: bool
) -> Iterator[Finding]:
    """Read all of the store: whether its pages are sound, and its tallies what its scans add up to.

    Args:
        opened: What opens it.
        progress: Told how many scans were read, and of about how many.
        repair: Count tallies again that differ.
    """
    try:
        database = opened()
    except StoreError:
        yield warning(TALLIES, "not compared with the scans, because the store does not open")
        return
    with closing(database):
        try:
            pages = list(_sound(database))
            yield from pages
            # Nothing is counted from a damaged file, let alone written to it.
            if not to_fix(pages):
                yield from _tallied(database, progress, repair=repair)
        except StoreError as error:
            yield _failure(error, "")


def history(tx: Transaction, expected: Expected) -> Iterator[Finding]:
    """What the last days were like."""
    yield _polled(cursors.fresh_until(tx, expected.feeds), expected)
    rejected = quarantine.count(tx)
    if rejected:
        text = f"{rejected:,} rows from Vantio are no scans that can be read, and not counted"
        yield warning(POLLS, text, "`posterpulse quarantine` lists them, with the reasons.")
    yield from _messages(tx, expected.now)


def _failure(error: StoreError, remedy: str) -> Finding:
    return wrong(SUBJECT, str(error).removeprefix("Store ").rstrip("."), remedy)


def _written(database: Database) -> Finding:
    proof.prove(database)
    with database.read() as tx:
        scans = counts.everything(tx)
        used = proof.size(database, tx)
    return ok(SUBJECT, f"{database.name} takes writes; {scans:,} scans in {disk.size(used)}")


def _sound(database: Database) -> Iterator[Finding]:
    if database.dialect == "postgres":
        return  # which looks after its own pages
    with database.read() as tx:
        fault = damage(tx)
    if fault:
        yield wrong(PAGES, f"the file is damaged: {fault}", _RESTORE)
    else:
        yield ok(PAGES, "the file and its indexes are sound")


def _tallied(
    database: Database, progress: Callable[[int, int], None], *, repair: bool
) -> Iterator[Finding]:
    with database.read() as tx:
        expected = counts.everything(tx)
    found = Recount()
    for found in recount(database):
        progress(found.scans, expected)
    if repair:
        rebuild(database, found.blocks)
    yield _compared(found, repaired=repair)
    if found.lost:
        text = f"{found.lost:,} name a poster, program, ambassador or agent that is not there"
        yield wrong(ROWS, text, _RESTORE)


def _compared(found: Recount, *, repaired: bool) -> Finding:
    if found.first is None:
        return ok(TALLIES, f"agree with all {found.scans:,} scans")
    which = " and ".join(
        f"{differing:,} of {found.all[width]:,} {_STRETCHES.get(width, 'others')}"
        for width, differing in found.differing.items()
        if differing
    )
    first = f"the first at {_moment(found.first * _HOUR)}"
    if repaired:
        return warning(TALLIES, f"{which} differed, {first}; they were counted again")
    return wrong(TALLIES, f"{which} differ, {first}", _REPAIR)


def _moment(at: int) -> str:
    try:
        return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return f"{at:,} seconds from 1970"  # what is broken may name any time


def _polled(fresh: int | None, expected: Expected) -> Finding:
    if fresh is None:
        return ok(POLLS, "nothing was read yet; the first poll takes in what there is")
    age = expected.now - fresh
    if age > LATE_POLLS * expected.every:
        return warning(POLLS, f"the last one was {_ago(age)}", _START)
    return ok(POLLS, f"the last one was {_ago(age)}")


def _messages(tx: Transaction, now: int) -> Iterator[Finding]:
    given_up = outbox.buried(tx, now - RECENT)
    late = outbox.late(tx, now - _HOUR)
    paused = pauses.every(tx)
    for each in paused:
        since = f"nothing was posted in {each.channel} since {_moment(each.since)}"
        yield warning(MESSAGES, f"{since}: {each.problem}", each.remedy)
    if given_up:
        last = given_up[0]
        text = f"{_counted(len(given_up))} given up in the last 14 days"
        what = f"The last, {a_or_an(last.kind)} to {last.channel}"
        yield warning(MESSAGES, text, f"{what}: {last.error}")
    if late and not paused:
        yield warning(MESSAGES, f"{_counted(late)} not sent for more than an hour", _START)
    if not given_up and not late and not paused:
        yield ok(MESSAGES, "none is late, and none was given up in the last 14 days")


def _counted(count: int) -> str:
    return "one was" if count == 1 else f"{count:,} were"


def _ago(seconds: int) -> str:
    """A duration in its largest whole unit: "5 minutes ago", "2 days ago"."""
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= unit:
            count = seconds // unit
            return f"{count:,} {name}{'' if count == 1 else 's'} ago"
    return "a moment ago"
