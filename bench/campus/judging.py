"""Alerts beside what truly happened on a campus."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import isnan
from statistics import fmean, median
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.campus.clock import seconds
from bench.campus.oracle import PER, last_scan, patience, poster_weeks
from bench.campus.world import BURSTS, HOUR, WARM_UP, WEEK, WIDE, Label, World

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_AFTERWARDS: Final = HOUR  # an alert so long after the end still tells of the event
_RATES: Final = (
    *("found_wide", "false_posters", "false_wide", "beside"),
    *("minutes", "scans", "told_quiet", "false_quiet"),
)
_KNOWN_FROM: Final = 4  # from this time on a weekly class is no news


@dataclass(frozen=True, slots=True)
class Score:
    """What was found and what was told in vain, after the warm-up.

    `found` is the share of bursts found, by kind; `found_wide` that of program-wide events. False
    alarms are per 1,000 poster-weeks (`false_posters`, `false_quiet`) and per week (`false_wide`).
    `beside` counts poster alerts per program-wide event, `repeated` the alerts that told of an
    event again. `minutes` and `scans` are medians over the bursts found: from their start, and how
    many of their scans had come. `told_quiet` is the share of `taken_down` posters that were told
    in time. What could not be measured is nan.
    """

    found: Mapping[str, float]
    found_wide: float
    false_posters: float
    false_wide: float
    beside: float
    repeated: int
    minutes: float
    scans: float
    taken_down: int
    told_quiet: float
    false_quiet: float

    @property
    def found_mean(self) -> float:
        """The mean over kinds of the share of bursts found."""
        return _mean(self.found.values())


def score(world: World, alerts: Iterable[Mapping[str, object]], warm_up: int = WARM_UP) -> Score:
    """Compare alerts with the labels of a world.

    Args:
        world: What happened.
        alerts: Objects with "kind", "scope", "id", "started_at" and "fired_at", times in ISO 8601.
        warm_up: Seconds from the start of the world in which nothing counts.
    """
    since = world.start + warm_up
    told = [alert for alert in map(_told, alerts) if alert.fired_at >= since]
    return _Scoring(world, since, told).score()


def together(scores: Sequence[Score]) -> Score:
    """The mean of the scores of several campuses; counts add up."""
    means = {
        name: _mean(value for one in scores if not isnan(value := getattr(one, name)))
        for name in _RATES
    }
    kinds = [kind for kind in BURSTS if any(kind in one.found for one in scores)]
    return Score(
        found={
            kind: _mean(one.found[kind] for one in scores if kind in one.found) for kind in kinds
        },
        repeated=sum(one.repeated for one in scores),
        taken_down=sum(one.taken_down for one in scores),
        **means,
    )


@dataclass(frozen=True, slots=True)
class _Told:
    kind: str
    scope: str
    subject: str
    started_at: int
    fired_at: int

    def fires_in(self, label: Label) -> bool:
        return label.start <= self.fired_at <= label.end + _AFTERWARDS

    def meets(self, label: Label) -> bool:
        return self.started_at <= label.end + _AFTERWARDS and label.start <= self.fired_at


@dataclass
class _Scoring:
    world: World
    since: int
    told: Sequence[_Told]
    of_poster: dict[str, list[_Told]] = field(default_factory=lambda: defaultdict(list))
    quiet: dict[str, list[_Told]] = field(default_factory=lambda: defaultdict(list))
    wide: list[_Told] = field(default_factory=list)
    labels: dict[str, list[tuple[int, Label]]] = field(default_factory=lambda: defaultdict(list))
    wide_labels: list[Label] = field(default_factory=list)

    def __post_init__(self) -> None:
        for alert in self.told:
            if alert.kind == "quiet":
                self.quiet[alert.subject].append(alert)
            elif alert.kind == "spike" and alert.scope == "poster":
                self.of_poster[alert.subject].append(alert)
            elif alert.kind == "spike":
                self.wide.append(alert)
        for number, label in enumerate(self.world.labels):
            if label.kind in WIDE:
                self.wide_labels.append(label)
            elif label.scope == "poster":
                self.labels[label.subject].append((number, label))

    def score(self) -> Score:
        firsts = self._first_alerts()
        gone = self._taken_down()
        weeks = poster_weeks(self.world, self.since)
        running = [label for label in self.wide_labels if label.start >= self.since]
        return Score(
            found=_shares(firsts),
            found_wide=_mean(any(self._tells(alert, of) for alert in self.wide) for of in running),
            false_posters=PER * self._false_posters() / weeks,
            false_wide=self._false_wide() / ((self.world.end - self.since) / WEEK),
            beside=self._beside() / len(running) if running else float("nan"),
            repeated=self._repeated(),
            minutes=_median((at - label.start) / 60 for _, label, at in firsts if at is not None),
            scans=_median(self._come(number, at) for number, _, at in firsts if at is not None),
            taken_down=len(gone),
            told_quiet=_mean(gone),
            false_quiet=PER * self._false_quiet() / weeks,
        )

    def _first_alerts(self) -> list[tuple[int, Label, int | None]]:
        """Every burst with its number and when it was first told, None where it was not."""
        return [
            (number, label, self._first(label))
            for labels in self.labels.values()
            for number, label in labels
            if label.kind in BURSTS and label.start >= self.since
        ]

    def _first(self, burst: Label) -> int | None:
        covers = [each for each in self._around(burst.subject) if _overlap(each, burst)]
        fired = [alert.fired_at for alert in self.of_poster[burst.subject] if alert.fires_in(burst)]
        fired += [
            alert.fired_at
            for alert in self.wide
            if alert.fires_in(burst) and any(_matches(alert, event) for event in covers)
        ]
        return min(fired, default=None)

    def _come(self, number: int, at: int) -> int:
        """How many scans of a burst had been made by then."""
        return int(np.sum(self.world.at[self.world.cause == number] <= at))

    def _around(self, poster: str) -> list[Label]:
        """The program-wide events that lift a poster."""
        program = self.world.posters[self.world.index[poster]].program
        return [label for label in self.wide_labels if label.subject in {"", program}]

    def _tells(self, alert: _Told, event: Label) -> bool:
        same = (alert.scope, alert.subject) == (event.scope, event.subject)
        return same and alert.fires_in(event)

    def _explained(self, alert: _Told) -> bool:
        """Whether something befell the poster alone that is news."""
        return any(
            alert.meets(label)
            for _, label in self.labels[alert.subject]
            if label.kind in BURSTS or (label.kind == "class" and label.nth < _KNOWN_FROM)
        )

    def _unexplained(self) -> list[tuple[_Told, bool]]:
        """Poster alerts without a reason of their own; True beside a program-wide event."""
        return [
            (alert, any(map(alert.meets, self._around(alert.subject))))
            for alerts in self.of_poster.values()
            for alert in alerts
            if not self._explained(alert)
        ]

    def _false_posters(self) -> int:
        return sum(not beside for _, beside in self._unexplained())

    def _beside(self) -> int:
        return sum(beside for _, beside in self._unexplained())

    def _false_wide(self) -> int:
        return sum(
            not any(_matches(alert, event) and alert.meets(event) for event in self.wide_labels)
            for alert in self.wide
        )

    def _repeated(self) -> int:
        """Alerts beyond the first for the same burst, event or taken-down poster."""
        bursts = [
            sum(alert.meets(label) for alert in self.of_poster[label.subject])
            for labels in self.labels.values()
            for _, label in labels
            if label.kind in BURSTS
        ]
        events = [
            sum(_matches(alert, event) and alert.meets(event) for alert in self.wide)
            for event in self.wide_labels
        ]
        silences = [sum(self._is_gone(alert) for alert in each) for each in self.quiet.values()]
        return sum(max(0, times - 1) for times in (*bursts, *events, *silences))

    def _taken_down(self) -> list[bool]:
        """For each poster taken down whose deadline has come, whether it was told by then."""
        level = patience(self.world)
        told = []
        for index in np.flatnonzero(self.world.died < self.world.end).tolist():
            died, last = int(self.world.died[index]), last_scan(self.world, index)
            deadline = last + 2 * (max(self.world.reaching(index, last, level), died) - last)
            if died >= self.since and deadline <= self.world.end:
                alerts = self.quiet[self.world.posters[index].id]
                told.append(any(died <= alert.fired_at <= deadline for alert in alerts))
        return told

    def _false_quiet(self) -> int:
        return sum(not self._is_gone(alert) for each in self.quiet.values() for alert in each)

    def _is_gone(self, alert: _Told) -> bool:
        """Whether the poster had been taken down when its silence was told."""
        return alert.fired_at >= int(self.world.died[self.world.index[alert.subject]])


def _told(alert: Mapping[str, object]) -> _Told:
    kind, scope, subject = (str(alert[name]) for name in ("kind", "scope", "id"))
    return _Told(
        kind, scope, subject, seconds(str(alert["started_at"])), seconds(str(alert["fired_at"]))
    )


def _matches(alert: _Told, event: Label) -> bool:
    """Whether a program-wide alert is about those whom an event lifted, or some of them."""
    return "overall" in {alert.scope, event.scope} or alert.subject == event.subject


def _overlap(one: Label, other: Label) -> bool:
    return one.start < other.end and other.start < one.end


def _shares(firsts: Iterable[tuple[int, Label, int | None]]) -> dict[str, float]:
    found = defaultdict(list)
    for _, label, at in firsts:
        found[label.kind].append(at is not None)
    return {kind: _mean(found[kind]) for kind in BURSTS if kind in found}


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return fmean(known) if known else float("nan")


def _median(values: Iterable[float]) -> float:
    known = list(values)
    return float(median(known)) if known else float("nan")
