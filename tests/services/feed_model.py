"""A list of scans in memory that is as unruly as a real one may be, for the tests beside it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from zlib import crc32

from bot.domain.model import Impression, Reject
from bot.services.ingest import Ingest, Intervals, feeds_of
from bot.store import counts
from bot.vantio.errors import BadRequest, Unavailable
from bot.vantio.wire import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.database import Database

Order = Literal["newest", "oldest", "arbitrary"]
START = 1_790_000_000
NOW = START + 1_000_000
DAY = 86_400
STEP = 37


@dataclass
class FeedModel:
    """Answers as `Asking` does; `disturb` is called before each page is listed.

    A row maps an id to its time; ids that begin with "junk" can't be read. `shuffles` lets rows of
    equal time change places from page to page; so many rows at once and more are refused from
    `refuses` on.
    """

    order: Order = "newest"
    cap: int = 100
    rows: dict[str, int] = field(default_factory=dict)
    repeated: set[str] = field(default_factory=set)
    shuffles: bool = False
    refuses: int = 101
    disturb: Callable[[FeedModel], None] = lambda _: None
    pages_asked: int = 0
    posters: dict[str, str] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    offsets: list[int] = field(default_factory=list)

    def impressions(self, _program: str | None, limit: int, offset: int) -> Page[Impression]:
        self.pages_asked += 1
        self.offsets.append(offset)
        if limit >= self.refuses:
            raise BadRequest("so many")
        self.disturb(self)
        listed = self.listed()[offset : offset + min(limit, self.cap)]
        junk = [n for n, (id_, _) in enumerate(listed) if id_.startswith("junk")]
        rows = tuple(self._scan(*row) for n, row in enumerate(listed) if n not in junk)
        rejects = tuple(Reject("no time", f'"{listed[n][0]}"') for n in junk)
        return Page(rows, rejects, len(listed), tuple(junk))

    def impressions_once(self, *_: object) -> Page[Impression]:
        """Nothing is read ahead, so that a seed tells what happens between which two pages."""
        raise Unavailable("not ahead of time")

    def listed(self) -> list[tuple[str, int]]:
        entries = [*self.rows.items(), *((id_, self.rows[id_]) for id_ in sorted(self.repeated))]
        if self.order == "arbitrary":
            return sorted(entries, key=lambda row: (crc32(row[0].encode()), row))
        salt = str(self.chance.random()) if self.shuffles else ""
        entries.sort(key=lambda row: (row[1], crc32((row[0] + salt).encode()), row[0]))
        return entries[::-1] if self.order == "newest" else entries

    def ids(self) -> set[str]:
        return {id_ for id_ in self.rows if not id_.startswith("junk")}

    def scans(self) -> set[tuple[str, int, str]]:
        """What a store should hold: id, time and poster of each readable row."""
        return {(id_, self.rows[id_], self._poster(id_)) for id_ in self.ids()}

    def grow(self, times: range | list[int], name: str = "imp") -> None:
        self.rows |= {f"{name}_{at}": at for at in times}

    def ingest(self, store: Database, now: int = NOW) -> Ingest:
        pace = Intervals(audit_every=DAY, read_every=30 * DAY)
        return Ingest(store, self, feeds_of([]), lambda: now, pace)  # type: ignore[arg-type]  # answers as `Asking` does

    def _poster(self, id_: str) -> str:
        return self.posters.get(id_, f"poster_{crc32(id_.encode()) % 5}")

    def _scan(self, id_: str, at: int) -> Impression:
        return Impression(id_, self._poster(id_), "prog_1", "user_1", at)


def held(store: Database) -> list[tuple[str, int, str]]:
    """Id, time and poster of every impression in the store."""
    with store.read() as tx:
        rows = tx.rows(
            "select i.id, i.at, p.id from impression i join poster p on p.key = i.poster"
            " order by i.at, i.id"
        )
        return [(tx.unpack(id_), at, poster) for id_, at, poster in rows]


def filled(order: Order, count: int, cap: int = 100, ties: int = 1) -> FeedModel:
    return FeedModel(
        order, cap, {f"imp_{number:06}": START + number // ties * STEP for number in range(count)}
    )


def agree(feed: FeedModel, store: Database) -> bool:
    there = held(store)
    with store.read() as tx:
        tallied = counts.everything(tx)
    return sorted(feed.scans()) == sorted(there) and tallied == len(there)
