"""Deciding what to tell: which windows are surprising enough, and what belongs to one event."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from bot.domain.alert import Scope
from bot.domain.detection import breadth, judgement
from bot.domain.detection.events import Event
from bot.domain.detection.judgement import WINDOWS
from bot.domain.detection.recent import HOUR, SLICE
from bot.domain.detection.recurrence import usual_then

if TYPE_CHECKING:
    from bot.domain.detection.arrays import Floats, Integers
    from bot.domain.detection.detector import Detector
    from bot.domain.detection.events import Subject
    from bot.domain.detection.judgement import Judged, Windows


_DAY: Final = 86_400
_NOVELTY: Final = 2 * _DAY
_HOUR_COLUMN: Final = 1
_HOT: Final = 1.0
_FIVE_TIMES: Final = 0.7
_STEPS: Final = {"low": _FIVE_TIMES, "normal": 0.0, "high": -_FIVE_TIMES}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores from which one speaks: of posters, of programs and the account, of silences.

    A score is minus log10 of how often a week such a thing comes up by chance, were it looked at
    once in each window and were all that is learned right. `inside` is how much more it takes for a
    poster while its program or the account is told of.
    """

    poster: float = 2.8
    program: float = 1.25
    silence: float = 3.8
    inside: float = 1.0

    @classmethod
    def of(cls, sensitivity: str) -> Thresholds:
        """Those for "low", "normal" or "high".

        Normal is wrong about once in 1,000 weeks of a poster, and once in four weeks about a
        program; low a fifth as often, high five times.

        Raises:
            ValueError: There is no such sensitivity.
        """
        if sensitivity not in _STEPS:
            raise ValueError(f"sensitivity is {' or '.join(_STEPS)}, not {sensitivity!r}")
        step, usual = _STEPS[sensitivity], cls()
        return cls(usual.poster + step, usual.program + step, usual.silence + step)


@dataclass(slots=True)
class Watch:
    """What goes on at the moment, as the detector shows it."""

    detector: Detector
    thresholds: Thresholds = Thresholds()
    events: dict[Subject, Event] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=dict)

    def tick(self, now: int) -> list[Event]:
        """Look at the windows that end `now` (UTC seconds); returns the events that changed."""
        self._forget(now)
        if not self.detector.ready(now):
            return []
        windows = self.detector.windows(now)
        self._cut(windows.counts, windows.expected, now)
        self._look_at_programs(windows, now)
        self._look_at_posters(windows, now)
        changed = [event for event in self.events.values() if event.changed]
        for event in changed:
            event.changed = False
        return changed

    def newly_quiet(self) -> list[int]:
        """Posters whose silence has become too long, each once until it is scanned again."""
        if not self.detector.ready(self.detector.learned * HOUR):
            return []
        silence = self.detector.silence
        scores = silence.scores(self.detector.rhythm)
        found = np.flatnonzero(scores >= self.thresholds.silence)
        silence.told[found] = 1.0
        return [int(poster) for poster in found]

    def _forget(self, now: int) -> None:
        over = [each for each in self.events.values() if each.forgotten(now)]
        for event in over:
            del self.events[event.subject]
            if event.subject[0] is Scope.POSTER:
                self.ends[event.subject[1]] = event.hot_at
        self.ends = {poster: end for poster, end in self.ends.items() if now - end < _DAY}

    def _cut(self, counts: Floats, expected: Floats, now: int) -> None:
        """Leave out of the windows of posters what belongs to events that are over."""
        last = (now - 1) // SLICE
        over = {
            poster: event.resolved_at
            for (scope, poster), event in self.events.items()
            if scope is Scope.POSTER and event.resolved_at is not None
        }
        for poster, end in (self.ends | over).items():
            first, one = end // SLICE + 1, np.array([poster])
            for column, size in enumerate(WINDOWS):
                if last - size + 1 >= first:
                    continue
                if first > last:
                    counts[poster, column] = 0
                    continue
                counts[poster, column] = self.detector.recent.window(first, last, one)[0]
                expected[poster, column] = self.detector.expected(first * SLICE, now, one)[0]

    def _look_at_programs(self, windows: Windows, now: int) -> None:
        detector = self.detector
        grown = detector.roster.up_since <= now - _DAY
        judged = breadth.programs(windows, detector.rhythm, detector.roster, grown)
        last = len(judged.counts) - 1
        for row in [last, *range(last)]:
            subject = (Scope.OVERALL, 0) if row == last else (Scope.PROGRAM, row)
            inside = self._wider(subject)
            self._follow(subject, judged, row, now, self.thresholds.program, inside=inside)

    def _look_at_posters(self, windows: Windows, now: int) -> None:
        detector = self.detector
        running = np.zeros(len(windows.counts), np.bool_)
        running[[n for (s, n), e in self.events.items() if s is Scope.POSTER and e.running]] = True
        active = (windows.counts[:, 0] > 0) & (detector.roster.up_since <= now - _NOVELTY)
        which = np.flatnonzero(active | running)
        if not len(which):
            return
        self._leave_out_novelty(windows, now)
        judged = judgement.posters(windows, detector.rhythm, detector.roster, which)
        telling = judged.scores.max(axis=1) >= self.thresholds.poster
        for row in np.flatnonzero(telling | running[which]):
            subject = (Scope.POSTER, int(which[row]))
            inside = self._wider(subject)
            self._follow(subject, judged, int(row), now, self.thresholds.poster, inside=inside)

    def _leave_out_novelty(self, windows: Windows, now: int) -> None:
        """Judge no window that reaches into the first days of a poster."""
        age = now - self.detector.roster.up_since
        for column, size in enumerate(WINDOWS):
            windows.counts[age < _NOVELTY + size * SLICE, column] = 0

    def _wider(self, subject: Subject) -> bool:
        """Whether an event is told of, or was lately, that this one may well be a part of."""
        scope, number = subject
        wide = {each for each in self.events if each[0] is not Scope.POSTER} - {subject}
        if scope is Scope.OVERALL:
            return bool(wide)
        program = self.detector.roster.programs[number] if scope is Scope.POSTER else number
        return bool(wide & {(Scope.OVERALL, 0), (Scope.PROGRAM, int(program))})

    def _follow(
        self, subject: Subject, judged: Judged, row: int, now: int, least: float, *, inside: bool
    ) -> None:
        event = self.events.get(subject)
        if event and event.running:
            column = max(event.window - 1, 0)
            hot = judged.unusual(row, column) >= _HOT
            count, usual = judged.counts[row, _HOUR_COLUMN], judged.expected[row, _HOUR_COLUMN]
            event.see(now, int(count), float(usual), hot=hot)
            return
        if judged.scores[row].max() < least:
            return
        column, score = self._best(subject, judged, row, now)
        if score < least + self.thresholds.inside * inside:
            return
        if event:
            event.go_on(now)
        else:
            self.events[subject] = self._begun(subject, judged, row, column, score, now)

    def _best(self, subject: Subject, judged: Judged, row: int, now: int) -> tuple[int, float]:
        """The most surprising window, after what came at the same time in other weeks."""
        posters = self._posters_of(subject)
        scores = judged.scores[row].copy()
        for column in np.flatnonzero(scores):
            count, expected = judged.counts[row, column], float(judged.expected[row, column])
            recent, size = self.detector.recent, WINDOWS[column]
            then = usual_then(recent, posters, now, size, count, expected)
            if then > expected:
                scores[column] = judged.again(row, int(column), then / max(expected, 1e-6))
        best = int(scores.argmax())
        return best, float(scores[best])

    def _posters_of(self, subject: Subject) -> Integers:
        scope, number = subject
        if scope is Scope.POSTER:
            return np.array([number])
        programs = self.detector.roster.programs
        return (
            np.arange(len(programs))
            if scope is Scope.OVERALL
            else np.flatnonzero(programs == number)
        )

    def _begun(
        self, subject: Subject, judged: Judged, row: int, column: int, score: float, now: int
    ) -> Event:
        return Event(
            subject,
            column,
            self._onset(subject, float(judged.expected[row, column]), column, now),
            now,
            int(judged.counts[row, column]),
            float(judged.expected[row, column]),
            score,
            now,
            now=int(judged.counts[row, _HOUR_COLUMN]),
            usual=float(judged.expected[row, _HOUR_COLUMN]),
            peak=int(judged.counts[row, _HOUR_COLUMN]),
        )

    def _onset(self, subject: Subject, expected: float, column: int, now: int) -> int:
        """When it began: where the scans up to now are furthest above what was expected."""
        last, size = (now - 1) // SLICE, WINDOWS[column]
        columns = self.detector.recent.window
        posters = self._posters_of(subject)
        course = np.array([columns(s, s, posters).sum() for s in range(last - size + 1, last + 1)])
        excess = np.cumsum((course - expected / size)[::-1])
        return int(last - int(excess.argmax())) * SLICE
