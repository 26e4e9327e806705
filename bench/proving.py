"""What a poll and a proof of completeness cost once everything is there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.child import command
from bench.figure import Figure, UnmeasuredError, milliseconds
from bench.population import DAY
from bench.worker import POLLS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.mirrors import Mirror, Mirrors

_NEW = 10
_MOST_OF_POLL = 3
_MOST_OF_AUDIT = 26
_MOST_MILLISECONDS = 50
_DEPTH = 0.618  # of the list: no round number that a search would probe first


def polls(mirrors: Mirrors, rows: int) -> Iterator[Figure]:
    """Requests of a poll, proof included, beside reading the list again."""
    mirror = mirrors.of(rows)
    mirror.work("poll")  # what a first load leaves to the next poll is not the poll's price
    yield _poll(mirror, "that finds nothing", 0)
    now = int(time.time())
    mirror.feed.insert(*range(now - _NEW, now))
    yield _poll(mirror, f"that finds {_NEW} new rows", _NEW)


def busy(mirrors: Mirrors, rows: int) -> Iterator[Figure]:
    """Processor time of a quiet poll inside the running bot, beside that of its bare requests."""
    mirror = mirrors.of(rows)
    mirror.work("poll")
    before = mirror.feed.held().requests
    ours = mirror.work("polls").busy / POLLS * 1000
    asked = (mirror.feed.held().requests - before) / POLLS
    walk = mirror.work("discard")
    bare = walk.busy / (mirror.pages + 1) * asked * 1000
    yield Figure(
        "processor time of a quiet poll",
        milliseconds(ours),
        f"fetching {asked:.0f} full pages: {milliseconds(bare)}",
        ours / bare,
        f"≤ {_MOST_MILLISECONDS} ms",
        ours <= _MOST_MILLISECONDS,
    )


def audits(mirrors: Mirrors, rows: int) -> Iterator[Figure]:
    """Requests of a full audit that finds and repairs, beside reading the list again."""
    mirror = mirrors.of(rows)
    mirror.work("poll")
    now = int(time.time())
    changes: tuple[tuple[str, str, Callable[[], object]], ...] = (
        ("one late row", "missing", lambda: mirror.feed.insert(now - 7 * DAY)),
        ("one lost row", "missing", lambda: mirror.feed.insert(now - int(_DEPTH * 365 * DAY))),
        ("one vanished row", "deleted", lambda: mirror.feed.remove(int(_DEPTH * rows))),
    )
    for what, name, change in changes:
        change()
        yield _audit(mirror, what, name)


def _poll(mirror: Mirror, what: str, new: int) -> Figure:
    before = mirror.feed.held().requests
    found = mirror.work("poll").result
    asked = mirror.feed.held().requests - before
    if found != new:
        raise UnmeasuredError(f"a poll {what} found {found}")
    return _beside_the_list(mirror, f"poll {what}", asked, _MOST_OF_POLL)


def _audit(mirror: Mirror, what: str, name: str) -> Figure:
    before = mirror.feed.held().requests
    told = command(mirror.feed.url, mirror.store, "audit")
    asked = mirror.feed.held().requests - before
    right = told[name] == 1 and told["missing"] + told["deleted"] == 1 and told["complete"]
    if not right:
        raise UnmeasuredError(f"an audit of {what} said {told}")
    return _beside_the_list(mirror, f"audit that finds {what}", asked, _MOST_OF_AUDIT)


def _beside_the_list(mirror: Mirror, what: str, asked: int, most: int) -> Figure:
    return Figure(
        what,
        "1 request" if asked == 1 else f"{asked} requests",
        f"reading the list again: {mirror.pages + 1:,}",
        asked / (mirror.pages + 1),
        f"≤ {most} requests",
        asked <= most,
    )
