"""The hostile list is what it says: true when it is calm, and treacherous when it is not."""

from __future__ import annotations

import json
import time
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.hostile.feed.conditions import CONDITIONS, Condition, condition
from tests.hostile.feed.faults import WAITS, Answer, named
from tests.hostile.feed.server import KEY, HostileVantio

if TYPE_CHECKING:
    from collections.abc import Iterator

# What makes a reader that only ever counts offsets miss rows that were there all the time.
TREACHEROUS = ("deletes", "ties", "rough", "empty", "turning", "flicker", "repeats")


def ask(server: HostileVantio, offset: int, **more: str) -> Answer:
    query = "&".join(f"{k}={v}" for k, v in {"limit": "100", "offset": str(offset), **more}.items())
    return server.answer("/api/v1/impressions", query, f"Bearer {KEY}")


def ids(answer: Answer) -> list[str]:
    rows = json.loads(answer.body)["impressions"]
    return [str(row["id"]) for row in rows if isinstance(row, dict) and row.get("scanned_at")]


def walked(server: HostileVantio, **more: str) -> Iterator[str]:
    """What a simple reader gets: page after page until one is empty."""
    offset, found = 0, ids(ask(server, 0, **more))
    while found:
        yield from found
        offset += len(found)
        found = ids(ask(server, offset, **more))


@pytest.mark.parametrize("name", ["deletes", "growth", "oldest", "arrival", "crowds"])
def test_a_calm_list_shows_every_scan_once(name: str) -> None:
    server = HostileVantio(condition(name, 1, 400), 1)
    list(walked(server))
    server.between(0)
    server.calm_down()
    assert sorted(walked(server)) == sorted(server.feed.expected())


def test_a_calm_list_of_one_poster_shows_all_of_its_scans() -> None:
    server = HostileVantio(condition("growth", 1, 400), 1)
    server.calm_down()
    shown = list(walked(server, posterId="poster_3"))
    assert sorted(shown) == sorted(
        id_ for id_, (poster, *_) in server.feed.expected().items() if poster == "poster_3"
    )
    assert shown


@pytest.mark.parametrize("name", TREACHEROUS)
def test_a_simple_reader_misses_scans(name: str) -> None:
    missed = 0
    for seed in range(5):
        server = HostileVantio(condition(name, seed, 2000), seed)
        there = set(server.feed.scans)
        got = set(walked(server))
        missed += len(there & set(server.feed.scans) - got)
    assert missed


def test_the_same_seed_tells_the_same_story() -> None:
    both = [HostileVantio(condition("all movement", 7, 2000), 7) for _ in range(2)]
    first, second = (list(walked(server)) for server in both)
    assert first == second
    assert len(both[0].feed.story) == len(both[1].feed.story) > 0


@pytest.mark.parametrize("shape", [shape for shape in WAITS if shape != "none"])
def test_every_named_wait_lasts_about_as_long_as_it_says(shape: str) -> None:
    headers, wait = named(Random(1), shape, 2)
    assert headers
    assert 2 <= wait <= 3


def test_a_request_before_the_time_named_is_noted() -> None:
    server = HostileVantio(Condition(rows=10, window=1), 1)
    assert ask(server, 0).status == 200
    assert ask(server, 0).status == 429
    time.sleep(0.15)
    ask(server, 0)
    (violation,) = server.violations
    assert 0.5 < violation.early < 1
    assert not violation.new_process


def test_every_condition_can_be_made_smaller() -> None:
    assert all(condition(name, 1, 50).rows == 50 for name in CONDITIONS)
