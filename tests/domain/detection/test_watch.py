"""Events as they are told, on three weeks of a small account."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bot.domain.alert import Scope
from bot.domain.detection.recent import HOUR, Scans
from bot.domain.detection.watch import Thresholds, Watch
from tests.domain.detection.feeding import MONDAY, WEEK, by_chance, detector, scans

if TYPE_CHECKING:
    from bot.domain.detection.detector import Detector
    from bot.domain.detection.events import Event

_POSTERS = 40
_BEGIN = MONDAY + 3 * WEEK  # the hour in which each test begins, a Monday's first
_MEANS = np.tile([0.1, 0.2, 0.3, 0.6], _POSTERS // 4)
_TICK = 300


@cache
def _taught() -> Detector:
    made, chance = detector(_POSTERS, programs=4), np.random.default_rng(1)
    for hour in range(MONDAY, _BEGIN):
        made.put(hour, by_chance(chance, hour, _MEANS))
    return made


class Story:
    """Goes on from there, looked at every five minutes."""

    def __init__(self) -> None:
        self.detector = deepcopy(_taught())
        self.watch = Watch(self.detector)
        self.chance = np.random.default_rng(2)
        self.hour = _BEGIN
        self.told: list[tuple[int, Event]] = []
        self.quiet: list[int] = []

    def go(self, hours: int, lift: np.ndarray | float = 1.0, extra: Scans | None = None) -> Story:
        for _ in range(hours):
            self._an_hour(by_chance(self.chance, self.hour, _MEANS * lift), extra)
            extra = None
        return self

    def down(self, hours: int) -> Story:
        for _ in range(hours):
            self._an_hour(scans([], []), None)
        return self

    def _an_hour(self, came: Scans, extra: Scans | None) -> None:
        whole = came if extra is None else _both(came, extra)
        for now in range(self.hour * HOUR + _TICK, (self.hour + 1) * HOUR + 1, _TICK):
            self.detector.put(self.hour, whole.until(now - 1))
            self.told += [(now, event) for event in self.watch.tick(now)]
            self.quiet += self.watch.newly_quiet()
        self.hour += 1

    def begun(self) -> list[Event]:
        """Every event once."""
        return list({id(event): event for _, event in self.told}.values())

    def burst(self, poster: int, count: int, first: int = 600, last: int = 1800) -> Scans:
        at = self.hour * HOUR + np.linspace(first, last, count).astype(int)
        return scans(at.tolist(), [poster] * count, range(100, 100 + count))


def _both(one: Scans, other: Scans) -> Scans:
    pairs = ((getattr(one, name), getattr(other, name)) for name in Scans.__slots__)
    return Scans(*(np.concatenate(pair) for pair in pairs))


def test_ordinary_days_bring_nothing() -> None:
    story = Story().go(48)
    assert not story.told
    assert not story.quiet


def test_a_burst_is_one_event_that_begins_and_ends() -> None:
    story = Story().go(10)
    story.go(8, extra=story.burst(0, 20))
    (event,) = story.begun()
    assert event.subject == (Scope.POSTER, 0)
    begin = (_BEGIN + 10) * HOUR + 600
    assert -1800 <= event.started_at - begin <= 600
    assert event.fired_at - begin <= 900
    assert event.resolved_at is not None
    assert event.peak >= 20
    assert event.fired_at <= event.resolved_at <= begin + 3 * HOUR


def test_what_flares_up_again_is_the_same_event() -> None:
    story = Story().go(10)
    story.go(4, extra=story.burst(0, 20))
    (first,) = story.begun()
    assert first.resolved_at is not None
    story.go(5, extra=story.burst(0, 20))
    assert story.begun() == [first]
    assert any(event.running for _, event in story.told[-40:]) or first.peak >= 20


def test_a_day_later_it_is_another_one() -> None:
    story = Story().go(10)
    story.go(30, extra=story.burst(0, 20))
    story.go(5, extra=story.burst(0, 20))
    assert [event.subject for event in story.begun()] == [(Scope.POSTER, 0)] * 2


def test_one_device_is_no_burst_whatever_the_clock_says() -> None:
    story = Story().go(10)
    at = story.hour * HOUR + 3300 + np.arange(60) * 10
    for hour in (story.hour, story.hour + 1):
        mine = [int(each) for each in at if each // HOUR == hour]
        story.go(1, extra=scans(mine, [3] * len(mine), [9] * len(mine)))
    assert not story.go(3).told


def test_bots_are_no_burst() -> None:
    story = Story().go(10)
    crowd = story.burst(0, 40)
    story.go(3, extra=Scans(crowd.at, crowd.poster, crowd.scanner, np.ones(40, np.bool_)))
    assert not story.told


def test_friends_who_scan_together_are_no_burst() -> None:
    story = Story().go(10)
    assert not story.go(3, extra=story.burst(0, 5, first=610, last=640)).told


def test_a_program_that_is_lifted_is_told_as_such_and_its_posters_are_not() -> None:
    lift = np.where(np.arange(_POSTERS) % 4 == 3, 5.0, 1.0)
    story = Story().go(10).go(4, lift).go(6)
    assert [event.subject for event in story.begun()] == [(Scope.PROGRAM, 3)]


def test_a_lift_of_all_is_told_once() -> None:
    story = Story().go(10).go(4, 5.0).go(6)
    assert [event.subject for event in story.begun()] == [(Scope.OVERALL, 0)]


def test_one_poster_makes_no_program() -> None:
    story = Story().go(10)
    story.go(6, extra=story.burst(0, 80, last=3000))
    assert {event.subject[0] for event in story.begun()} == {Scope.POSTER}


def test_the_first_days_of_a_poster_are_no_news() -> None:
    story = Story().go(10)
    story.detector.know([("fresh", "program 0", story.hour * HOUR)])
    for _ in range(24):
        story.go(1, extra=story.burst(_POSTERS, 3, first=0, last=3500))
    assert not [event for event in story.begun() if event.subject == (Scope.POSTER, _POSTERS)]


def test_an_outage_raises_nothing_nor_does_its_end() -> None:
    story = Story().go(10).down(9).go(12)
    assert not story.told
    assert not story.quiet


def test_what_comes_in_late_raises_nothing_about_what_is_over() -> None:
    story = Story().go(10)
    old, late = story.hour, story.burst(0, 20)
    story.go(7)
    story.detector.put(old, late)
    assert not story.go(3).told


def test_hours_that_were_leapt_over_teach_nothing_and_raise_nothing() -> None:
    story = Story().go(10)
    rates = story.detector.rhythm.rates(story.detector.roster)
    story.hour += 24 * 20
    story.go(2)
    assert np.allclose(story.detector.rhythm.rates(story.detector.roster), rates, rtol=0.1)
    story.go(10)
    assert not story.told
    assert not story.quiet


def test_a_backlog_that_is_put_afterwards_raises_nothing() -> None:
    story = Story().go(10)
    missed = range(story.hour, story.hour + 20)
    story.hour = missed.stop
    story.go(1)
    for hour in missed:
        story.detector.put(hour, by_chance(story.chance, hour, _MEANS))
    assert not story.go(6).told


def test_a_poster_that_is_gone_is_told_once_and_again_after_it_was_back() -> None:
    gone = np.where(np.arange(_POSTERS) == 3, 0.0, 1.0)
    story = Story().go(24 * 3, gone)
    assert story.quiet == [3]
    story.go(24).go(24 * 3, gone)
    assert story.quiet == [3, 3]
    assert not [event for event in story.begun() if event.subject == (Scope.POSTER, 3)]


def test_nothing_is_told_before_a_week_is_known() -> None:
    young = detector(4)
    watch, chance = Watch(young), np.random.default_rng(3)
    for hour in range(MONDAY, MONDAY + WEEK - 1):
        lift = 30.0 if hour % 50 == 0 else 1.0
        young.put(hour, by_chance(chance, hour, np.full(4, 0.3) * lift))
        assert not watch.tick((hour + 1) * HOUR)
        assert not watch.newly_quiet()


@pytest.mark.parametrize("posters", [0, 1])
def test_hardly_anybody_is_no_trouble(posters: int) -> None:
    made, chance = detector(posters), np.random.default_rng(4)
    watch = Watch(made)
    for hour in range(MONDAY, MONDAY + 9 * 24):
        made.put(hour, by_chance(chance, hour, np.full(posters, 0.5)))
        watch.tick((hour + 1) * HOUR)
        watch.newly_quiet()
    assert len(watch.events) <= posters


def test_a_poster_may_change_its_program() -> None:
    story = Story().go(10)
    story.detector.know([("poster 0", "another", 0)])
    story.go(6, extra=story.burst(0, 20))
    assert [event.subject for event in story.begun()] == [(Scope.POSTER, 0)]


def test_counts_of_thousands_are_one_event() -> None:
    story = Story().go(10)
    story.go(3, extra=story.burst(0, 5000, last=3000))
    assert (Scope.POSTER, 0) in {event.subject for event in story.begun()}


def test_the_more_sensitive_the_lower_the_thresholds() -> None:
    low, normal, high = (Thresholds.of(name) for name in ("low", "normal", "high"))
    assert low.poster > normal.poster > high.poster
    assert low.program > normal.program > high.program
    assert low.silence > normal.silence > high.silence
    assert normal == Thresholds()
    with pytest.raises(ValueError, match="low or normal or high"):
        Thresholds.of("loud")
