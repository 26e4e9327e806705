from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from bench.feed import serving
from bench.population import DAY
from bot.vantio.client import Vantio

if TYPE_CHECKING:
    from bench.feed import Feed
    from bot.domain.model import Impression

ROWS = 250


def walk(feed: Feed) -> list[Impression]:
    found: list[Impression] = []
    with Vantio(feed.url, "sk_test") as vantio:
        while rows := vantio.impressions(limit=100, offset=len(found)).rows:
            found += rows
    return found


@pytest.mark.parametrize(("order", "sign"), [("newest", -1), ("oldest", 1)])
def test_pages_add_up_to_the_list_in_its_order(order: str, sign: int) -> None:
    with serving(ROWS, order) as feed:
        found = walk(feed)
        held = feed.held()
    assert len({row.id for row in found}) == ROWS == held.rows
    assert [row.scanned_at for row in found] == sorted(
        (row.scanned_at for row in found), key=lambda at: sign * at
    )
    assert held.requests == 4


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_rows_come_and_go_where_they_belong(order: str) -> None:
    with serving(ROWS, order) as feed:
        before = walk(feed)
        late = int(time.time()) - 7 * DAY
        feed.insert(late)
        feed.remove(0)
        after = walk(feed)
    assert [row for row in after if row in before] == before[1:]
    assert [row.scanned_at for row in after if row not in before] == [late]
    times = [row.scanned_at for row in after]
    assert times == sorted(times, reverse=order == "newest")


def test_answers_wait_for_the_latency() -> None:
    with serving(ROWS) as feed, Vantio(feed.url, "sk_test") as vantio:
        feed.delay(0.2)
        began = time.monotonic()
        vantio.impressions()
        assert time.monotonic() - began >= 0.2


def test_the_feed_ends_with_its_parent() -> None:
    command = [sys.executable, "-m", "bench.feed", "10", "newest"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert int(process.stdout.readline()) > 0
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def test_the_table_holds_what_was_asked_for() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--most", "300", "--only", "requests", "--only", "memory"],
        capture_output=True,
        text=True,
        env=os.environ | {"COLUMNS": "160"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "requests of a first load" in done.stdout
    assert "imports only" in done.stdout
    assert "questions" not in done.stdout
