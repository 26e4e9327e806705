from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.detection.memory import dump, load
from bot.domain.detection.recent import HOUR
from bot.domain.detection.watch import Watch
from tests.domain.detection.feeding import MONDAY, by_chance, detector, slot

if TYPE_CHECKING:
    from bot.domain.detection.detector import Detector
    from bot.domain.detection.judgement import Windows


def _go_on(of: Detector, seed: int, first: int, hours: int) -> tuple[list[object], Windows]:
    """Feed hours, and look at the end of each; returns what was told."""
    chance, watch = np.random.default_rng(seed), Watch(of)
    told: list[object] = []
    means = chance.gamma(0.5, 0.3, len(of.roster.poster_ids))
    for hour in range(first, first + hours):
        of.put(hour, by_chance(chance, hour, means * (8 if hour % 37 == 0 else 1)))
        told += [(e.subject, e.scans, e.score, e.now) for e in watch.tick((hour + 1) * HOUR)]
        told += watch.newly_quiet()
    return told, of.windows((first + hours) * HOUR)


@settings(max_examples=8)
@given(st.integers(0, 99), st.integers(1, 12), st.integers(0, 200))
def test_what_was_loaded_has_the_same_future(seed: int, posters: int, hours: int) -> None:
    first = detector(posters, programs=3)
    _go_on(first, seed, MONDAY, hours)
    second = load(dump(first), slot)
    assert dump(second) == dump(first)
    told, windows = _go_on(first, seed + 1, MONDAY + hours, 60)
    told_again, windows_again = _go_on(second, seed + 1, MONDAY + hours, 60)
    assert told == told_again
    assert np.array_equal(windows.expected, windows_again.expected)
    assert dump(second) == dump(first)


def test_one_that_knows_nobody_can_be_kept() -> None:
    kept = dump(detector(0))
    assert dump(load(kept, slot)) == kept


@pytest.mark.parametrize("memory", [b"", b"PK\x03\x04", b"something else", b"\x93NUMPY"])
def test_what_is_no_memory_is_refused(memory: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        load(memory, slot)


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_memory_is_refused_or_whole(data: st.DataObject) -> None:
    memory = bytearray(_KEPT)
    memory[data.draw(st.integers(0, len(memory) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        found = load(bytes(memory), slot)
    except ValueError:
        return
    assert dump(found) == _KEPT


@settings(max_examples=30)
@given(st.integers(0, 10**9))
def test_half_a_memory_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        load(_KEPT[: length % len(_KEPT)], slot)


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.domain.detection.memory.VERSION", 0)
    other = dump(detector(1))
    monkeypatch.undo()
    with pytest.raises(ValueError, match="version 0"):
        load(other, slot)


def _kept() -> bytes:
    known = detector(3, programs=2)
    _go_on(known, 5, MONDAY, 30)
    return dump(known)


_KEPT = _kept()
