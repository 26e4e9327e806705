from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.detection.courses import HOURS, KINDS, KINDS_OF_HOUR, Courses
from bot.domain.detection.rhythm import Rhythm
from bot.domain.detection.roster import Roster
from bot.domain.detection.season import Season

WEEK = 168
_HALLS = np.array([*[0.05] * 8, *[2.5] * 10, *[0.05] * 6, *[0.05] * 24])
_DORMS = np.array([*[0.2] * 17, *[2.5] * 7, *[0.2] * 12, *[2.5] * 12])


def _weeks(course: np.ndarray) -> np.ndarray:
    """A course by kind of hour as one by hour of the week, one on average."""
    whole = course[KINDS_OF_HOUR]
    found: np.ndarray = whole / whole.mean()
    return found


def _taught(rates: np.ndarray, kinds: np.ndarray, weeks: int, seed: int) -> Season:
    """A season that has seen posters, of which some are in halls and some in dorms."""
    chance, season = np.random.default_rng(seed), Season()
    season.grow(len(rates))
    courses = np.stack([_weeks(_HALLS), _weeks(_DORMS)])[kinds]
    for hour in range(weeks * WEEK):
        slot = hour % WEEK
        counts = chance.poisson(rates * courses[:, slot]).astype(np.float64)
        season.learn(counts, rates * season.factors(slot), np.ones(len(rates)), slot)
    season.learn(np.zeros(len(rates)), np.zeros(len(rates)), np.zeros(len(rates)), 0)
    return season


def _course(season: Season) -> np.ndarray:
    return np.stack([season.factors(slot) for slot in range(WEEK)], axis=1)


def test_each_kind_of_place_gets_its_own_week() -> None:
    kinds = np.arange(40) % 2
    found = _course(_taught(np.full(40, 0.5), kinds, 6, seed=1))
    for kind, course in enumerate((_weeks(_HALLS), _weeks(_DORMS))):
        apart = np.abs(found[kinds == kind].mean(axis=0) - course)
        assert apart.mean() < 0.15


def test_a_poster_with_few_scans_is_known_by_those_like_it() -> None:
    rates, kinds = np.full(60, 0.4), np.arange(60) % 2
    rates[0] = 0.02  # some twenty scans in six weeks
    found = _course(_taught(rates, kinds, 6, seed=2))[0]
    alike = np.corrcoef(found, _weeks(_HALLS))[0, 1]
    assert alike > 0.8
    assert alike > np.corrcoef(found, _weeks(_DORMS))[0, 1]


@settings(max_examples=20)
@given(st.integers(0, 99), st.integers(1, 20), st.floats(0.0, 3.0))
def test_courses_are_positive_and_one_on_average(seed: int, posters: int, mean: float) -> None:
    chance = np.random.default_rng(seed)
    scans = chance.poisson(mean, (posters, KINDS)).astype(np.float64)
    courses = Courses.of(scans, np.full((posters, KINDS), 20.0))
    assert np.isclose(courses.weights.sum(), 1)
    for course in (*courses.courses, *courses.shared(scans, np.full((posters, KINDS), 20.0))[0]):
        assert (course > 0).all()
        assert np.isclose(course[KINDS_OF_HOUR].mean(), 1)


def test_nobody_has_no_course_of_its_own() -> None:
    nothing = np.zeros((0, KINDS))
    assert Courses.of(nothing, nothing).common.shape == (KINDS,)
    assert HOURS * 2 == KINDS


def _rhythm(posters: int) -> tuple[Rhythm, Roster]:
    roster, rhythm = Roster(), Rhythm.empty()
    roster.add([(str(number), "program", 0) for number in range(posters)])
    rhythm.grow(posters, 1)
    return rhythm, roster


@settings(max_examples=15)
@given(st.integers(0, 99))
def test_an_unknown_rate_lies_between_its_own_and_that_of_its_program(seed: int) -> None:
    chance, (rhythm, roster) = np.random.default_rng(seed), _rhythm(30)
    means, ones = chance.gamma(0.5, 0.4, 30), np.ones(30)
    counts = np.zeros(30)
    for hour in range(24 * 10):
        seen = np.minimum(chance.poisson(means), 1).astype(np.float64)
        counts += seen
        rhythm.learn(roster, seen, ones, ones, 1.0, hour // 24 % 7)
    own, found = rhythm.scans / rhythm.exposure, rhythm.rates(roster)
    overall = rhythm.scans.sum() / rhythm.exposure.sum()
    low, high = np.minimum(own, overall), np.maximum(own, overall)
    assert ((low * 0.9 <= found) & (found <= high * 1.1)).all()
    assert (found > 0).all()


def test_how_scans_clump_and_days_vary_is_measured() -> None:
    chance, (rhythm, roster) = np.random.default_rng(3), _rhythm(300)
    ones, means = np.ones(300), np.full(300, 0.3)
    alone = 2 / (1 + 1.4)
    for day in range(40):
        todays = chance.gamma(4, 0.25, 300)
        for _ in range(24):
            groups = chance.poisson(means * todays * alone)
            seen = np.array([chance.geometric(alone, each).sum() for each in groups])
            rhythm.learn(roster, seen.astype(np.float64), ones, ones, 1.0, day % 7)
    assert 1.2 < rhythm.clumping < 1.6
    assert 0.12 < rhythm.unrest.mean() < 0.4


def test_calm_posters_are_known_as_calm() -> None:
    chance, (rhythm, roster) = np.random.default_rng(4), _rhythm(100)
    ones, means = np.ones(100), np.full(100, 0.3)
    for hour in range(40 * 24):
        seen = chance.poisson(means).astype(np.float64)
        rhythm.learn(roster, seen, ones, ones, 1.0, hour // 24 % 7)
    assert rhythm.clumping < 1.1
    assert rhythm.unrest.mean() < 0.08
