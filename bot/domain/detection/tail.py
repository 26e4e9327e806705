"""How unlikely a count is: the upper tail of the negative binomial distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from bot.domain.detection.arrays import Floats


_TERMS = 32
_MOST = 0.9999  # of the next term beside one
_SHIFT = 8
_LN10 = float(np.log(10))
_HALF_LOG_2PI = 0.5 * float(np.log(2 * np.pi))


def surprise(counts: Floats, means: Floats, dispersion: Floats) -> Floats:
    """Minus log10 of the chance to see at least so many.

    All three are arrays of one shape. The variance of a count is mean + dispersion * mean ** 2. The
    first terms of the tail are added up, and the rest is bounded by a geometric series, so the
    chance is never told too small by more than rounding. For counts above their mean; nothing else
    is a surprise.
    """
    means = np.maximum(means, 1e-9)
    shape = 1 / np.maximum(dispersion, 1e-6)
    odds = means / (shape + means)
    log_first = (
        log_gamma(counts + shape)
        - log_gamma(shape)
        - log_gamma(counts + 1)
        - shape * np.log1p(means / shape)
        + counts * np.log(odds)
    )
    steps = counts[..., None] + np.arange(_TERMS)
    ratios = np.minimum((steps + shape[..., None]) / (steps + 1) * odds[..., None], _MOST)
    terms = np.cumprod(ratios, axis=-1)
    # The ratios of terms go on rising or falling towards the odds.
    rest = terms[..., -1] / (1 - np.maximum(ratios[..., -1], np.minimum(odds, _MOST)))
    tail = np.log1p(terms[..., :-1].sum(axis=-1) + rest)
    return np.where(counts > means, np.maximum(-(log_first + tail) / _LN10, 0), 0)


def log_gamma(x: Floats) -> Floats:
    """The logarithm of the gamma function for positive numbers, to some ten digits.

    Stirling's series, far enough out for three terms of it (Abramowitz and Stegun, 6.1.41).
    """
    far = x + _SHIFT
    inverse = 1 / far
    series = inverse / 12 - inverse**3 / 360 + inverse**5 / 1260
    product = x.copy()
    for step in range(1, _SHIFT):
        product = product * (x + step)
    stirling: Floats = (far - 0.5) * np.log(far) - far + _HALF_LOG_2PI + series
    return stirling - np.log(product)
