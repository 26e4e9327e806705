"""Which figures there are, by name, and over which sizes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from bench import alerting, answers, commands, loading, proving, starting
from bench.filling import fill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bench.figure import Figure
    from bench.mirrors import Mirrors

    Progress = Callable[[int], None]

THOUSANDS, MANY, MILLION, MORE = 10_000, 100_000, 1_000_000, 10_000_000
NAMES = (
    "load",
    "requests",
    "latency",
    "disk",
    "memory",
    "poll",
    "cpu",
    "audit",
    "questions",
    "people",
    "commands",
    "alerts",
    "start",
)


class Step(NamedTuple):
    """Figures of one kind and size.

    What they need is made first; the argument of `figures` hears of rows on the way there.
    """

    name: str
    rows: int
    figures: Callable[[Progress], Iterator[Figure]]


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps over feeds and stores of at most `most` rows that are kept in `folder`.

    `full` asks a store of ten million rows as well, and scores alerts.
    """

    mirrors: Mirrors
    folder: Path
    most: int
    full: bool

    def steps(self) -> list[Step]:
        """All of them, in the order of the table."""
        return [
            *self._over_feeds("load", loading.throughput, MANY, MILLION),
            *self._over_feeds("requests", loading.requests, MANY, MILLION),
            *self._over_feeds("latency", loading.at_latency, MANY),
            *self._over_feeds("disk", loading.disk, MILLION),
            *self._over_feeds("memory", loading.memory, MILLION),
            *self._over_feeds("poll", proving.polls, THOUSANDS, MANY, MILLION),
            *self._over_feeds("cpu", proving.busy, MILLION),
            *self._over_feeds("audit", proving.audits, THOUSANDS, MANY, MILLION),
            *self._over_stores("questions", answers.questions),
            *self._over_stores("people", answers.people),
            *self._over_feeds("commands", commands.figures, MILLION),
            *self._of_alerts(),
            Step("start", 0, lambda _: starting.figures()),
        ]

    def _of_alerts(self) -> Iterator[Step]:
        for rows, figures in ((alerting.SCANS, alerting.looks), (0, alerting.replays)):
            yield Step("alerts", rows, partial(figures, self.folder))
        if self.full:
            yield Step("alerts", 0, partial(alerting.scores, self.folder))

    def _over_feeds(
        self, name: str, figures: Callable[[Mirrors, int], Iterator[Figure]], *sizes: int
    ) -> Iterator[Step]:
        for rows in sorted({min(size, self.most) for size in sizes}):
            yield Step(name, rows, partial(self._mirrored, figures, rows))

    def _over_stores(
        self, name: str, figures: Callable[[Path], Iterator[Figure]]
    ) -> Iterator[Step]:
        for rows in (self.most, MORE) if self.full else (self.most,):
            yield Step(name, rows, partial(self._filled, figures, rows))

    def _mirrored(
        self, figures: Callable[[Mirrors, int], Iterator[Figure]], rows: int, _: Progress
    ) -> Iterator[Figure]:
        return figures(self.mirrors, rows)

    def _filled(
        self, figures: Callable[[Path], Iterator[Figure]], rows: int, progress: Progress
    ) -> Iterator[Figure]:
        path = self.folder / f"filled-{rows}.db"
        if not path.exists():
            fill(path, rows, progress)
        return figures(path)
