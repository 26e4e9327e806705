"""Events that begin, run and are over: each is noticed once, however often it is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.domain.alert import Scope

Subject = tuple[Scope, int]

CALM: Final = 1800  # seconds without anything unusual after which an event is over
REST: Final = 6 * 3600  # seconds in which more of the same is the same event


@dataclass(slots=True)
class Event:
    """Something out of the ordinary at one subject; times in UTC seconds.

    `window` is the number of the window that showed it, `hot_at` when it was last far above the
    usual. `scans` and `expected` are those of the window when it was noticed, `now` and `usual`
    those of the last hour, `peak` the most in any hour.
    """

    subject: Subject
    window: int
    started_at: int
    fired_at: int
    scans: int
    expected: float
    score: float
    hot_at: int
    resolved_at: int | None = None
    now: int = 0
    usual: float = 0.0
    peak: int = 0
    alert: int = 0
    changed: bool = True

    @property
    def running(self) -> bool:
        """Whether it is not over."""
        return self.resolved_at is None

    def see(self, now: int, count: int, usual: float, *, hot: bool) -> None:
        """Follow a running event: `count` scans in the last hour against the `usual`."""
        self.changed = self.changed or self.now != count
        self.now, self.usual, self.peak = count, usual, max(self.peak, count)
        if hot:
            self.hot_at = now
        elif now - self.hot_at >= CALM:
            self.resolved_at, self.changed = self.hot_at, True

    def go_on(self, now: int) -> None:
        """It was over too early: the same flares up again."""
        self.resolved_at, self.hot_at, self.changed = None, now, True

    def forgotten(self, now: int) -> bool:
        """Whether it is over for so long that the next is another one."""
        return self.resolved_at is not None and now - self.resolved_at >= REST
