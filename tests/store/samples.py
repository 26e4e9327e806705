"""Impressions and the rest to fill a store with."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from bot.domain.model import Impression

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from bot.store.database import Database

HOUR = 3600
START = 1_771_200_000
TABLES = (
    *("program", "ambassador", "poster", "agent", "impression", "tally", "scanner_key", "cursor"),
    *("quarantine", "subscription", "alert", "outbox", "source", "feed", "listed", "bias"),
    *("deleted", "sighting", "suspect", "program_tally", "retention", "first_load"),
    *("mute", "held", "feedback", "standing", "lane", "place", "outage", "edition"),
)

# A store is costly, so that examples share one and empty it.
modest = partial(settings, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Few of each, at borders of hours and beside them, so that they meet.
times = st.builds(
    lambda hour, second: START + hour * HOUR + second,
    st.integers(0, 4),
    st.sampled_from([0, 1, 1800, 1801, 3599]),
)
scans = st.builds(
    Impression,
    id=st.integers(0, 40).map(lambda number: f"imp_{number}"),
    poster=st.sampled_from(["poster_a", "poster_B", "poster_c"]),
    program=st.sampled_from(["", "prog_1", "prog_2"]),
    ambassador=st.sampled_from(["", "user_1", "user_2"]),
    scanned_at=times,
    agent=st.sampled_from([None, "Mozilla", "50 % : 'off'"]),
    device=st.sampled_from([None, "mobile"]),
    address=st.sampled_from([None, "192.0.2.1", "2001:db8::1"]),
)


def scan(
    number: int, at: int = START, poster: str = "poster_a", address: str | None = None
) -> Impression:
    return Impression(f"imp_{number}", poster, "prog_1", "user_1", at, address=address)


def no_hash(rows: Collection[Impression]) -> list[None]:
    return [None] * len(rows)


def by_row(
    hashed: Callable[[Impression], int | None],
) -> Callable[[Collection[Impression]], list[int | None]]:
    """The hashes of several scans, each from it alone."""
    return lambda rows: [hashed(row) for row in rows]


def emptied(database: Database) -> Database:
    with database.write() as tx:
        for table in TABLES:
            tx.execute(f"delete from {table}")  # noqa: S608 - our own table names
    return database


def together(work: Sequence[Callable[[], object]]) -> list[Any]:
    """Do all of it at the same time, a thread each; an error of any is raised."""
    with ThreadPoolExecutor(len(work)) as pool:
        return [done.result() for done in [pool.submit(each) for each in work]]
