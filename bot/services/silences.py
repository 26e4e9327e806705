"""Posters that have gone quiet, and those of them that are scanned again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.alert import Alert, Kind, Scope
from bot.domain.detection.recent import HOUR, SLICES
from bot.store import scans as stored

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from bot.domain.detection.detector import Detector
    from bot.domain.detection.watch import Watch
    from bot.store.database import Transaction


def newly_quiet(watch: Watch) -> list[int]:
    """The posters (by number) whose silence has become too long, each once until it is scanned.

    A silence is known up to the hours that are learned; one that has ended since is none.
    """
    found = watch.newly_quiet()
    if not found:
        return []
    heard = _heard_since_learned(watch.detector)
    return [poster for poster in found if not heard[poster]]


def alert(tx: Transaction, detector: Detector, poster: int, now: int) -> Alert:
    """What is told of a poster (by number) that has gone quiet."""
    silence = detector.silence
    missed = float(silence.missed[poster])
    id_ = detector.roster.poster_ids[poster]
    last = stored.last_before(tx, id_, now)
    began = now - int(silence.hours[poster]) * HOUR if last is None else last
    # The hours that are not learned yet count in the one and not in the other.
    usual = float(silence.rate[poster]) * (now - began) / HOUR
    why = f"no scan where about {missed:.0f} were expected"
    return Alert(Kind.QUIET, Scope.POSTER, id_, began, now, now - began, 0, round(usual, 1), why)


def scanned_again(detector: Detector, quiet: Iterable[Alert], now: int) -> list[Alert]:
    """Those of these alerts whose poster has been scanned since, as over."""
    heard = _heard_since_learned(detector)
    numbered = [(each, detector.roster.number(each.subject)) for each in quiet]
    return [
        replace(each, resolved_at=now)
        for each, number in numbered
        if number is not None and (heard[number] or not detector.silence.told[number])
    ]


def remember(detector: Detector, quiet: Iterable[Alert], now: int) -> None:
    """After a start, let the detector know of whom people were told and who is quiet still."""
    for each in quiet:
        number = detector.roster.number(each.subject)
        if number is not None:
            last = now - int(detector.silence.hours[number]) * HOUR
            if last <= each.fired_at:
                detector.silence.told[number] = 1.0


def _heard_since_learned(detector: Detector) -> NDArray[np.bool_]:
    """Which posters were scanned in the hours that are there and not learned yet."""
    latest = detector.recent.latest
    first = max(detector.learned + 1, latest - 1)
    return detector.recent.window(first * SLICES, (latest + 1) * SLICES - 1) > 0
