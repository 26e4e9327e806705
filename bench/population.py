"""Scans as an account of many posters makes them in a year, the same ones at every run.

They are spread evenly over the hours, which makes the most tallies: no kindness to the store.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING

from bot.domain.model import Impression

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

POSTERS, AMBASSADORS, PROGRAMS = 300, 60, 12
DAY = 86_400
YEAR = 365 * DAY

_SCANS_OF_ONE = 3  # how often a person comes by in a year
_CHUNK = 10_000
_AGENTS = tuple(
    f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Version/{version} Safari/604.1"
    for system in ("iPhone; CPU iPhone OS 17_0 like Mac OS X", "Linux; Android 14; Pixel 8")
    for version in range(20, 50)
)
_DEVICES = ("mobile", "mobile", "mobile", "tablet")
_CLOCKS = tuple(
    f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}" for second in range(DAY)
)


def scans(count: int, start: int, end: int, seed: int = 1) -> Iterator[Impression]:
    """So many scans with start <= scanned_at < end, oldest first, in flat memory."""
    chance = Random(seed)  # noqa: S311 - the same scans at every run
    people = max(1, count // _SCANS_OF_ONE)
    for done in range(0, count, _CHUNK):
        size = min(_CHUNK, count - done)
        begin = start + (end - start) * done // count
        following = start + (end - start) * (done + size) // count
        for at in sorted(chance.choices(range(begin, following), k=size)):
            yield _scan(chance, at, people)


def scans_at(times: Iterable[int], seed: int) -> list[Impression]:
    """One scan for each of these times."""
    chance = Random(seed)  # noqa: S311 - the same scans at every run
    return [_scan(chance, at, POSTERS) for at in times]


def encoded(scan: Impression) -> bytes:
    """The JSON of a scan, as the API shows it."""
    day, second = divmod(scan.scanned_at, DAY)
    return (
        f'{{"id":"{scan.id}","poster_id":"{scan.poster}","program_id":"{scan.program}",'
        f'"student_id":"{scan.ambassador}","scanned_at":"{_date(day)}T{_CLOCKS[second]}Z",'
        f'"user_agent":"{scan.agent}","ip_address":"{scan.address}",'
        f'"metadata":{{"device_type":"{scan.device}","location":"campus_center"}}}}'
    ).encode()


def _scan(chance: Random, at: int, people: int) -> Impression:
    bits = f"{chance.getrandbits(128):032x}"
    poster = int(POSTERS * chance.random() ** 2)  # a few are popular, most are not
    person = int(people * chance.random())
    return Impression(
        f"{bits[:8]}-{bits[8:12]}-{bits[12:16]}-{bits[16:20]}-{bits[20:]}",
        f"poster_{poster}",
        f"prog_{poster % PROGRAMS}",
        f"user_{poster % AMBASSADORS}",
        at,
        _AGENTS[person % len(_AGENTS)],
        _DEVICES[person % len(_DEVICES)],
        f"10.{person >> 16 & 255}.{person >> 8 & 255}.{person & 255}",
    )


@lru_cache(maxsize=1024)
def _date(day: int) -> str:
    return datetime.fromtimestamp(day * DAY, UTC).strftime("%Y-%m-%d")
