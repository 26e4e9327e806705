"""The store: whether it opens and takes a write, and what it tells of the bot's last days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.services.checkup import disk
from bot.services.checkup.finding import ok, warning, wrong
from bot.store import counts, cursors, outbox, proof, quarantine
from bot.store.database import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.services.checkup.finding import Finding
    from bot.store.database import Database, Transaction

SUBJECT, POLLS, MESSAGES = "Store", "Polling", "Messages"

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_RECENT = 14 * _DAY
_LATE_POLLS = 3
_START = "Start `posterpulse run`, or see in its log what holds it up."


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


def history(tx: Transaction, expected: Expected) -> Iterator[Finding]:
    """What the last days were like."""
    yield _polled(cursors.fresh_until(tx, expected.feeds), expected)
    rejected = quarantine.count(tx)
    if rejected:
        text = f"{rejected:,} rows from Vantio are no scans that can be read, and not counted"
        yield warning(POLLS, text, "They are kept, with the reasons, in the table quarantine.")
    yield from _messages(tx, expected.now)


def _failure(error: StoreError, remedy: str) -> Finding:
    return wrong(SUBJECT, str(error).removeprefix("Store ").rstrip("."), remedy)


def _written(database: Database) -> Finding:
    proof.prove(database)
    with database.read() as tx:
        scans = counts.everything(tx)
        used = proof.size(database, tx)
    return ok(SUBJECT, f"{database.name} takes writes; {scans:,} scans in {disk.size(used)}")


def _polled(fresh: int | None, expected: Expected) -> Finding:
    if fresh is None:
        return ok(POLLS, "nothing was read yet; the first poll takes in what there is")
    age = expected.now - fresh
    if age > _LATE_POLLS * expected.every:
        return warning(POLLS, f"the last one was {_ago(age)}", _START)
    return ok(POLLS, f"the last one was {_ago(age)}")


def _messages(tx: Transaction, now: int) -> Iterator[Finding]:
    given_up = outbox.buried(tx, now - _RECENT)
    late = outbox.late(tx, now - _HOUR)
    if given_up:
        last = given_up[0]
        text = f"{_counted(len(given_up))} given up in the last 14 days"
        yield warning(MESSAGES, text, f"The last, a {last.kind} to {last.channel}: {last.error}")
    if late:
        yield warning(MESSAGES, f"{_counted(late)} not sent for more than an hour", _START)
    if not given_up and not late:
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
