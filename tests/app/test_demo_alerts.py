"""What the demo is for: in its first minutes come a burst and a busy program, and nothing false."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bot.domain.alert import Scope
from bot.domain.detection.detector import Detector
from bot.domain.detection.recent import HOUR, Scans
from bot.domain.detection.watch import Watch
from bot.sandbox.campus import Campus
from bot.services.watching import hour_of_week

if TYPE_CHECKING:
    from bot.sandbox.population import Row

DAYS = 28
MINUTES = 6


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


class Demo:
    """A detector that is shown a campus hour by hour, and then minute by minute."""

    def __init__(self, campus: Campus) -> None:
        self.watch = Watch(Detector(hour_of_week("UTC")))
        self.numbers = {row["id"]: number for number, row in enumerate(campus.posters)}
        self.watch.detector.know(
            (row["id"], row["program_id"], seconds(row["created_at"])) for row in campus.posters
        )
        rows = [*campus.impressions, *campus.live(campus.now, campus.now + 60 * MINUTES)]
        self.at = np.array([seconds(row["scanned_at"]) for row in rows])
        self.poster = np.array([self.numbers[row["poster_id"]] for row in rows])
        self.scanner = np.array([self.who(row) for row in rows])
        for hour in range(self.at[0] // HOUR, campus.now // HOUR + 1):
            self.put(hour, campus.now)

    @staticmethod
    def who(row: Row) -> int:
        text = f"{row['ip_address']} {row['user_agent']}"
        return sum(map(ord, text)) if row["ip_address"] else 0

    def put(self, hour: int, now: int) -> None:
        cut = slice(*np.searchsorted(self.at, [hour * HOUR, min((hour + 1) * HOUR, now)]))
        at = self.at[cut]
        scans = Scans(at, self.poster[cut], self.scanner[cut], np.zeros(len(at), np.bool_))
        self.watch.detector.put(hour, scans)

    def look(self, now: int) -> set[tuple[Scope, int]]:
        self.put((now - 1) // HOUR, now)
        self.watch.tick(now)
        return {subject for subject, event in self.watch.events.items() if event.running}


@pytest.mark.parametrize("start", ["2026-11-18T12:07", "2026-11-19T22:40", "2026-11-22T17:31"])
def test_a_burst_is_seen_within_a_minute_and_a_busy_program_within_five(start: str) -> None:
    now = int(datetime.fromisoformat(start).replace(tzinfo=UTC).timestamp())
    campus = Campus(now=now, days=DAYS)
    demo = Demo(campus)
    before = demo.look(now)
    seen = [demo.look(now + 60 * minute) - before for minute in range(1, MINUTES + 1)]
    assert seen[0]
    assert {scope for scope, _ in seen[0]} == {Scope.POSTER}
    told = {subject for each in seen for subject in each}
    assert sum(scope is Scope.POSTER for scope, _ in told) == 1
    assert sum(scope is Scope.PROGRAM for scope, _ in seen[4]) == 1
