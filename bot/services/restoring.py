"""Taking up events after a start, so that what was told is followed and not told again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.domain.alert import Kind, Scope
from bot.domain.detection.events import REST, Event
from bot.domain.detection.judgement import WINDOWS
from bot.domain.detection.recent import SLICE
from bot.services import silences
from bot.store import alerts

if TYPE_CHECKING:
    from bot.domain.alert import Alert
    from bot.domain.detection.events import Subject
    from bot.domain.detection.roster import Roster
    from bot.domain.detection.watch import Watch
    from bot.store.database import Transaction

_DAY: Final = 86_400


def restore(tx: Transaction, watch: Watch, now: int) -> None:
    """Let the watch know of what runs, and of the events that were over in the last day."""
    silences.remember(watch.detector, alerts.unresolved(tx, Kind.QUIET), now)
    known = [*alerts.unresolved(tx, Kind.SPIKE), *alerts.ended(tx, Kind.SPIKE, now - _DAY)]
    for alert in known:
        subject = _subject(watch.detector.roster, alert)
        if subject is None or subject in watch.events:
            continue
        end = alert.resolved_at
        if end is None or now - end < REST:
            watch.events[subject] = _event(subject, alert, now)
        elif alert.scope is Scope.POSTER:
            watch.ends[subject[1]] = max(end, watch.ends.get(subject[1], 0))


def _subject(roster: Roster, alert: Alert) -> Subject | None:
    if alert.scope is Scope.OVERALL:
        return alert.scope, 0
    if alert.scope is Scope.PROGRAM:
        ids = roster.program_ids
        return (alert.scope, ids.index(alert.subject)) if alert.subject in ids else None
    number = roster.number(alert.subject)
    return None if number is None else (alert.scope, number)


def _event(subject: Subject, alert: Alert, now: int) -> Event:
    return Event(
        subject,
        _column(alert.window),
        alert.started_at,
        alert.fired_at,
        alert.scans,
        alert.expected,
        alert.score,
        hot_at=alert.resolved_at or alert.hot_at or now,
        resolved_at=alert.resolved_at,
        now=alert.now,
        usual=alert.usual,
        peak=alert.peak,
        alert=alert.key,
        changed=False,
    )


def _column(window: int) -> int:
    """The number of the window that is this long (seconds), or the next longer one."""
    return next((n for n, size in enumerate(WINDOWS) if size * SLICE >= window), len(WINDOWS) - 1)
