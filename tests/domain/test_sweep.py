from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.listing import Order, Seen
from bot.domain.sweep import Sweep, begin, dump, load, refused, take

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = 1_000_000


@dataclass
class Feed:
    """A list endpoint in memory; junk rows have no id that a sweep could see."""

    order: str
    cap: int = 100
    rows: dict[str, int] = field(default_factory=dict)
    requests: int = 0

    def listed(self) -> list[tuple[str, int]]:
        rows = sorted(self.rows.items(), key=lambda row: (row[1], row[0]))
        if self.order == "newest":
            rows.reverse()
        elif self.order == "arbitrary":
            rows.sort(key=lambda row: crc32(row[0].encode()))
        return rows

    def page(self, offset: int, limit: int) -> tuple[Seen, list[tuple[str, int]]]:
        self.requests += 1
        rows = self.listed()[offset : offset + min(limit, self.cap)]
        readable = [row for row in rows if not row[0].startswith("junk")]
        ids, times = tuple(r[0] for r in readable), tuple(r[1] for r in readable)
        holes = tuple(n for n, row in enumerate(rows) if row[0].startswith("junk"))
        return Seen(ids, times, len(rows), holes), readable


def walk(
    feed: Feed,
    store: dict[str, int],
    learned: Sweep,
    disturb: Callable[[Feed], None] = lambda _: None,
) -> Sweep:
    """One sweep to its end; `disturb` happens between pages; state survives as text."""
    sweep = begin(learned, now=NOW)
    while sweep.under_way:
        seen, rows = feed.page(sweep.offset, sweep.limit)
        store.update(rows)
        sweep = load(dump(take(sweep, seen)))
        disturb(feed)
        assert feed.requests < 20_000
    return sweep


def filled(order: str, count: int, cap: int = 100, *, ties: int = 1) -> Feed:
    return Feed(order, cap, rows={f"imp_{n:05}": n // ties for n in range(count)})


@pytest.mark.parametrize("order", ["newest", "oldest", "arbitrary"])
@pytest.mark.parametrize("count", [0, 1, 2, 99, 100, 101, 250])
@pytest.mark.parametrize("cap", [1, 2, 7, 50, 100])
def test_a_first_sweep_reads_everything_once(order: str, count: int, cap: int) -> None:
    feed, store = filled(order, count, cap), dict[str, int]()
    sweep = walk(feed, store, Sweep())
    assert store == feed.rows
    assert not sweep.torn


def test_the_order_is_learned() -> None:
    for order, learned in (
        ("newest", Order.NEWEST),
        ("oldest", Order.OLDEST),
        ("arbitrary", Order.NONE),
    ):
        assert walk(filled(order, 300), {}, Sweep()).order is learned
    assert walk(filled("newest", 1), {}, Sweep()).order is Order.UNKNOWN


@pytest.mark.parametrize("order", ["newest", "oldest", "arbitrary"])
def test_a_sweep_of_all_asks_for_little_more_than_all_pages(order: str) -> None:
    feed = filled(order, 20_000)
    walk(feed, {}, Sweep())
    assert feed.requests <= 20_000 / 99 + 3


def test_a_sweep_of_a_newest_first_feed_costs_what_is_new() -> None:
    feed, store = filled("newest", 5_000), dict[str, int]()
    sweep = walk(feed, store, Sweep())
    feed.rows |= {f"imp_{n:05}": n for n in range(5_000, 5_450)}
    feed.requests = 0
    sweep = walk(feed, store, sweep)
    assert store == feed.rows
    assert feed.requests <= 5
    feed.requests = 0
    walk(feed, store, sweep)
    assert feed.requests == 1


def test_a_crash_in_the_middle_does_not_hide_the_unread_rest() -> None:
    feed, store = filled("newest", 1_000), dict[str, int]()
    learned = walk(feed, store, Sweep())
    feed.rows |= {f"imp_{n:05}": n for n in range(1_000, 1_500)}
    sweep = begin(learned, now=NOW)
    for _ in range(2):
        seen, rows = feed.page(sweep.offset, sweep.limit)
        store.update(rows)
        sweep = take(sweep, seen)
    feed.rows |= {f"imp_{n:05}": n for n in range(1_500, 2_000)}
    finished = walk(feed, store, load(dump(sweep)))
    walk(feed, store, finished)
    assert store == feed.rows


def test_a_scan_from_the_future_does_not_end_later_walks_too_soon() -> None:
    feed, store = filled("newest", 300), dict[str, int]()
    feed.rows["imp_wrong_clock"] = NOW + 1
    sweep = walk(feed, store, Sweep())
    feed.rows |= {f"imp_{n:05}": n for n in range(300, 700)}
    walk(feed, store, sweep)
    assert store == feed.rows


def test_an_oldest_first_feed_that_turns_around_is_followed() -> None:
    feed, store = filled("oldest", 300), dict[str, int]()
    sweep = walk(feed, store, Sweep())
    feed.order = "newest"
    feed.rows |= {f"imp_{n:05}": n for n in range(300, 700)}
    for _ in range(3):
        sweep = walk(feed, store, sweep)
    assert store == feed.rows


def test_a_feed_that_ignores_the_offset_is_left_alone() -> None:
    sweep = begin(Sweep(), now=NOW)
    for _ in range(10):
        sweep = take(sweep, Seen(("a", "b"), (2, 1), 2))
    assert not sweep.under_way
    assert sweep.torn


def test_a_spurious_empty_page_is_not_the_end() -> None:
    feed, store = filled("newest", 500), dict[str, int]()
    sweep, empties = begin(Sweep(), now=NOW), {2, 4}
    while sweep.under_way:
        seen, rows = feed.page(sweep.offset, sweep.limit)
        if feed.requests in empties:
            seen, rows = Seen((), (), 0), []
        store.update(rows)
        sweep = take(sweep, seen)
    assert store == feed.rows


def test_a_refused_limit_is_halved_down_to_one_row() -> None:
    sweep: Sweep | None = begin(Sweep(), now=NOW)
    limits = []
    while sweep is not None:
        limits.append(sweep.limit)
        sweep = refused(sweep)
    assert limits == [100, 50, 25, 12, 6, 3, 1]


class Weather:
    """Rows come and go between pages, for a while; none comes with a time that was read before."""

    def __init__(self, seed: int, *, keep_junk: bool) -> None:
        self.chance = random.Random(seed)
        self.keep_junk = keep_junk
        self.clock = 400
        self.left = 25

    def __call__(self, feed: Feed) -> None:
        self.left -= 1
        roll = self.chance.random()
        if self.left > 0 and roll < 0.3:
            self.clock += 1
            for _ in range(self.chance.randrange(1, 60)):
                self.clock += self.chance.randrange(2)
                feed.rows[f"imp_{self.clock}_{self.chance.random()}"] = self.clock
        elif self.left > 0 and roll < 0.5:
            there = [id_ for id_ in sorted(feed.rows) if id_[:4] != "junk" or not self.keep_junk]
            for victim in self.chance.sample(there, min(len(there), 20)):
                del feed.rows[victim]


@settings(max_examples=60)
@given(
    order=st.sampled_from(["newest", "oldest", "arbitrary"]),
    count=st.integers(0, 300),
    cap=st.integers(1, 40),
    junk=st.lists(st.integers(0, 300), max_size=8),
    seed=st.integers(),
)
def test_nothing_is_missing_after_calm(
    order: str, count: int, cap: int, junk: list[int], seed: int
) -> None:
    feed = filled(order, count, cap, ties=3)
    feed.rows |= {f"junk_{number}": number // 3 for number in junk}
    weather = Weather(seed, keep_junk=order == "oldest")
    store: dict[str, int] = {}
    sweep = Sweep()
    for _ in range(3):
        sweep = walk(feed, store, sweep, weather)
    for _ in range(2):
        sweep = walk(feed, store, sweep)
    assert not sweep.torn
    assert {id_ for id_ in feed.rows if id_[:4] != "junk"} <= store.keys()
