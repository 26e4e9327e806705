"""Whether an alert may be told now: mutes, quiet hours, and the most alerts of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from bot.domain.alert import Kind
from bot.domain.alert import Scope as Reach
from bot.domain.calendar import instant, local, midnight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain.alert import Alert
    from bot.domain.model import Poster

_MORNING = time(9)


class Scope(StrEnum):
    """What a mute covers: a poster, all posters of a building, a program with its posters, all."""

    POSTER = "poster"
    PLACE = "place"
    PROGRAM = "program"
    OVERALL = "overall"


class Why(StrEnum):
    """Why an alert waits; `AWAY` is for Slack, which did not take its message in time."""

    QUIET_HOURS = "quiet hours"
    ENOUGH_TODAY = "enough today"
    AWAY = "away"


class State(StrEnum):
    """What became of a poster that had gone quiet, as a person says."""

    UP = "up"
    REPLACED = "replaced"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Mute:
    """No alerts about a subject in a channel, `until` then (UTC seconds).

    The subject is the id of a poster or a program, a place in words, or empty for everything.
    `author` is the Slack id of who wanted it.
    """

    channel: str
    scope: Scope
    subject: str
    until: int
    author: str
    made_at: int
    key: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """An alert in brief, with how many people called it useful and how many noise."""

    key: int
    kind: Kind
    scope: str
    subject: str
    fired_at: int
    useful: int = 0
    noise: int = 0


@dataclass(frozen=True, slots=True)
class Votes:
    """What people said of all alerts of a kind."""

    kind: Kind
    useful: int
    noise: int


@dataclass(frozen=True, slots=True)
class Concern:
    """What an alert concerns: ids, and the place in words; empty where it concerns none."""

    poster: str = ""
    place: str = ""
    program: str = ""

    def muted_by(self, mute: Mute) -> bool:
        """Whether a mute covers it: that of a program its posters too, that of all everything."""
        if mute.scope is Scope.OVERALL:
            return True
        if mute.scope is Scope.PLACE:
            return bool(self.place) and self.place.casefold() == mute.subject.casefold()
        mine = self.poster if mute.scope is Scope.POSTER else self.program
        return bool(mine) and mine == mute.subject


@dataclass(frozen=True, slots=True)
class Sent:
    """It may be told now."""


@dataclass(frozen=True, slots=True)
class Held:
    """It is to be told at `until` (UTC seconds), in one message with others."""

    until: int
    why: Why


@dataclass(frozen=True, slots=True)
class Muted:
    """It is not to be told; `reason` says in words why not."""

    reason: str


Decision: TypeAlias = Sent | Held | Muted


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The time of every day from `begin` until `end`, across midnight where `end` comes first.

    It is quiet whenever the clock on the wall shows a time between them, also where the clocks show
    that time twice in a night.
    """

    begin: time
    end: time
    zone: str

    def now(self, at: int) -> bool:
        """Whether it is quiet at an instant (UTC seconds)."""
        shown = local(at, self.zone).time()
        if self.begin <= self.end:
            return self.begin <= shown < self.end
        return shown >= self.begin or shown < self.end

    def over(self, at: int) -> int:
        """When the quiet hours around an instant end; that instant where it is not quiet."""
        while self.now(at):
            at = self._next_end(at)
        return at

    def _next_end(self, at: int) -> int:
        wall = local(at, self.zone)
        end = datetime.combine(wall.date(), self.end)
        if end <= wall:
            end += timedelta(days=1)
        found = instant(end, self.zone)
        # Where the clocks show the same hour twice, that may be the end which has gone by.
        return found if found > at else at + int((end - wall).total_seconds())


@dataclass(frozen=True, slots=True)
class Rule:
    """How much a channel hears: its quiet hours, if any, and the most alerts a day, 0 for all."""

    quiet: QuietHours | None = None
    most_a_day: int = 0


def decide(
    concern: Concern, mutes: Iterable[Mute], rule: Rule, told_today: int, now: int, zone: str
) -> Decision:
    """What becomes of a new alert in a channel at `now` (UTC seconds).

    Args:
        concern: What it is about.
        mutes: Those of the channel.
        rule: That of the channel.
        told_today: How many alerts the channel was told since the last midnight.
        now: UTC seconds.
        zone: The IANA zone in which a day begins.
    """
    for mute in mutes:
        if now < mute.until and concern.muted_by(mute):
            return Muted(f"muted by {mute.author}")
    if rule.quiet and rule.quiet.now(now):
        return Held(rule.quiet.over(now), Why.QUIET_HOURS)
    if rule.most_a_day and told_today >= rule.most_a_day:
        return Held(_next_morning(now, zone, rule.quiet), Why.ENOUGH_TODAY)
    return Sent()


def today(now: int, zone: str) -> int:
    """The instant at which the day of `now` began in `zone`."""
    return midnight(local(now, zone).date(), zone)


def concern(alert: Alert | Told, poster: Poster) -> Concern:
    """What an alert concerns; `poster` is only looked at where it is about that poster."""
    if alert.scope == Reach.POSTER:
        return Concern(poster.id, place(poster.location), poster.program)
    return Concern(program=alert.subject if alert.scope == Reach.PROGRAM else "")


def place(location: str | None) -> str:
    """The building in a location: "Library" of "Library - First Floor"; empty without one."""
    return " ".join((location or "").split()).split(" - ", maxsplit=1)[0]


def quiet_hours(text: str, zone: str) -> QuietHours | None:
    """The hours of "22:00-07:00"; None for nothing, and for hours that end as they begin."""
    begin, _, end = text.partition("-")
    if begin == end:
        return None
    return QuietHours(time.fromisoformat(begin), time.fromisoformat(end), zone)


def _next_morning(now: int, zone: str, quiet: QuietHours | None) -> int:
    tomorrow = local(now, zone).date() + timedelta(days=1)
    morning = instant(datetime.combine(tomorrow, _MORNING), zone)
    return quiet.over(morning) if quiet else morning
