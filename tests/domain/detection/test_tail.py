from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.detection.tail import log_gamma, surprise


def _exact(count: int, mean: float, dispersion: float) -> float:
    """The same by adding up all terms below the count."""
    shape = 1 / dispersion
    terms = [
        math.exp(
            math.lgamma(k + shape)
            - math.lgamma(shape)
            - math.lgamma(k + 1)
            + shape * math.log(shape / (shape + mean))
            + k * math.log(mean / (shape + mean))
        )
        for k in range(count)
    ]
    return 1 - math.fsum(terms)


def _one(count: float, mean: float, dispersion: float) -> float:
    return float(surprise(*(np.array([float(each)]) for each in (count, mean, dispersion)))[0])


@given(st.floats(0.01, 5000))
def test_the_logarithm_of_the_gamma_function(x: float) -> None:
    found = float(log_gamma(np.array([x]))[0])
    assert math.isclose(found, math.lgamma(x), rel_tol=1e-9, abs_tol=1e-8)


@given(st.integers(1, 60), st.floats(0.05, 30), st.floats(0.02, 3))
def test_the_chance_of_so_many_or_more(count: int, mean: float, dispersion: float) -> None:
    if count <= mean:
        assert _one(count, mean, dispersion) == 0
        return
    chance = _exact(count, mean, dispersion)
    if chance < 1e-9:
        return  # what is left of a sum of nearly one is rounding
    # Never told too unlikely, and too likely by a third at most.
    found = 10 ** -_one(count, mean, dispersion)
    assert chance * 0.999 <= found <= chance * 1.35


@given(st.integers(1, 2000), st.floats(0.001, 500), st.floats(0.01, 5))
def test_more_scans_are_more_surprising(count: int, mean: float, dispersion: float) -> None:
    fewer, more = _one(count, mean, dispersion), _one(count + 1, mean, dispersion)
    assert math.isfinite(more)
    assert more >= fewer - 1e-9


@given(st.integers(2, 500), st.floats(0.001, 100), st.floats(0.01, 5))
def test_what_was_expected_is_less_surprising(count: int, mean: float, dispersion: float) -> None:
    assert _one(count, mean * 1.5, dispersion) <= _one(count, mean, dispersion) + 1e-9
