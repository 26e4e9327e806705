"""One piece of work in a process of its own: `python -m bench.worker WHAT`, set up like the bot.

Prints how long it took, how much of the processor and of memory, and what came of it. The imports
are the same whatever the work, and are not part of its time.
"""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from bot import config
from bot.app import polling
from bot.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.config import Settings
    from bot.domain.model import Impression

PAGE = 100
IN_FLIGHT = 8
POLLS = 20
_POSIX_UNIT = 1 if sys.platform == "darwin" else 1024


def idle(_: Settings) -> int:
    """Nothing but the imports."""
    return 0


def discard(settings: Settings) -> int:
    """Fetch the whole list, page after page, and forget it."""
    with polling.client(settings) as vantio:
        offset = 0
        while size := vantio.impressions(limit=PAGE, offset=offset).size:
            offset += size
    return offset


def discard_in_flight(settings: Settings) -> int:
    """The same with as many requests at once as the bot makes at most."""
    with polling.client(settings) as vantio, ThreadPoolExecutor(IN_FLIGHT) as threads:

        def walk(first: int) -> int:
            found, offset = 0, first * PAGE
            while size := vantio.impressions(limit=PAGE, offset=offset).size:
                found += size
                offset += IN_FLIGHT * PAGE
            return found

        return sum(threads.map(walk, range(IN_FLIGHT)))


def bare(settings: Settings) -> int:
    """Fetch the whole list into one table with nothing but its key, as safe as the bot's own."""
    path = settings.database_url.removeprefix("sqlite:///")
    with polling.client(settings) as vantio, closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        connection.execute(
            "create table scan (id text primary key, poster text, program text, ambassador text,"
            " at integer, agent text)"
        )
        offset = 0
        while rows := vantio.impressions(limit=PAGE, offset=offset).rows:
            told = [_told(row) for row in rows]
            connection.executemany("insert or ignore into scan values (?, ?, ?, ?, ?, ?)", told)
            connection.commit()
            offset += len(rows)
    return offset


def poll(settings: Settings) -> int:
    """One poll; returns how many scans were new."""
    return _polled(settings, 1)


def polls(settings: Settings) -> int:
    """As many polls as `POLLS`, without starting between them, as in the running bot."""
    return _polled(settings, POLLS)


def _polled(settings: Settings, times: int) -> int:
    with (
        closing(open_store(settings.database_url)) as database,
        closing(polling.client(settings)) as vantio,
    ):
        parts = polling.polling(settings, database, vantio, Event(), lambda: int(time.time()))
        return sum(parts.poll().new for _ in range(times))


def _told(row: Impression) -> tuple[str, str, str, str, int, str | None]:
    return row.id, row.poster, row.program, row.ambassador, row.scanned_at, row.agent


def _peak() -> int:
    """Bytes of memory at the most; what the parent had before starting this one is left out."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _POSIX_UNIT
    (told,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(told.split()[1]) * 1024


_WORKS: tuple[Callable[[Settings], int], ...] = (
    idle,
    discard,
    discard_in_flight,
    bare,
    poll,
    polls,
)


def main() -> None:
    """Do what the first argument names."""
    (work,) = (each for each in _WORKS if each.__name__ == sys.argv[1])
    settings = config.load(os.environ)
    began, busy = time.perf_counter(), time.process_time()
    result = work(settings)
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    print(json.dumps({"result": result, "seconds": seconds, "busy": busy, "peak": _peak()}))


if __name__ == "__main__":
    main()
