"""What a regular message covers, and whether to send it now or to wait for the scans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.calendar import Step, Unit, day_words, local
from bot.domain.period import days

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from bot.domain.period import Period

_LATE = 15 * 60
_DAY = timedelta(days=1)
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Edition:
    """One message of a subscription: what it covers, and when it was due (UTC seconds).

    Of several in one, `due` is when the first of them was. `late` says that the message must own up
    to being late, or to covering for missed ones.
    """

    kind: str
    period: Period
    due: int
    late: bool

    def key(self, channel: str, subscription: int) -> str:
        """The identity of the message: the same however often it is made, so it is sent once."""
        span = f"{self.period.start}-{self.period.end}"
        return f"{self.kind}/{channel}/{subscription}/{span}"


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now; nothing changes before `until` (UTC seconds) unless a sweep finishes."""

    until: int


@dataclass(frozen=True, slots=True)
class Send:
    """Now; `note` is a sentence that qualifies the numbers, None where they are complete."""

    note: str | None = None


def edition(kind: str, dues: Sequence[int], now: int, zone: str) -> Edition:
    """The one message that answers due times, however many were missed.

    A digest covers the whole day before its due time, a leaderboard the whole week, Monday to
    Sunday; several are one message from the first missed day or week to the last.

    Args:
        kind: "digest" or "leaderboard".
        dues: Due times in UTC seconds, oldest first; at least one.
        now: UTC seconds.
        zone: The IANA zone whose days are meant.

    Raises:
        ValueError: Nothing is due.
    """
    if not dues:
        raise ValueError("an edition needs a due time")
    first, last = local(dues[0], zone).date(), local(dues[-1], zone).date()
    if kind == "leaderboard":
        first -= timedelta(days=first.weekday() + _WEEK)
        last -= timedelta(days=last.weekday() + 1)
    else:
        first, last = first - _DAY, last - _DAY
    return Edition(kind, _covering(kind, first, last, zone), dues[0], _late(dues[0], now))


def reissued(kind: str, start: int, end: int, due: int, now: int, zone: str) -> Edition:
    """The edition that covers [`start`, `end`) and was due at `due`, as it is made at `now`.

    All are UTC seconds; `start` and `end` are midnights in the IANA zone.
    """
    first, last = local(start, zone).date(), local(end - 1, zone).date()
    return Edition(kind, _covering(kind, first, last, zone), due, _late(due, now))


def joined(
    issue: Edition, waiting: Iterable[Edition], now: int, zone: str
) -> tuple[Edition, list[Edition]]:
    """One edition for `issue` and for those that wait before it, and which of these it replaces.

    Only those that lead up to `issue` without a gap: in a gap lies what was told already.
    """
    replaced: list[Edition] = []
    for each in sorted(waiting, key=lambda each: each.period.end, reverse=True):
        if each.period.end == (replaced or [issue])[-1].period.start:
            replaced.append(each)
    if not replaced:
        return issue, []
    first = replaced[-1]
    span = (first.period.start, issue.period.end)
    return reissued(issue.kind, *span, first.due, now, zone), replaced


def decide(
    due: int,
    period_end: int,
    now: int,
    fresh_until: int | None,
    patience: int = 3600,
    *,
    awake: int = 0,
    zone: str = "UTC",
) -> Wait | Send:
    """Whether to send an edition now, or to wait until its scans have all arrived.

    Args:
        due: When it was to be sent.
        period_end: The end of what it covers.
        now: The time.
        fresh_until: Up to when the store holds everything; None while no sweep has ever finished.
        patience: For how many seconds to wait after the message first could have been sent.
        awake: Since when the bot has been running; before that, nobody could have sent anything.
        zone: The zone in which a note tells the time.

    Times are UTC seconds.
    """
    possible = max(due, period_end)
    if now < possible:
        return Wait(possible)
    if fresh_until is not None and fresh_until >= period_end:
        return Send()
    given_up = max(possible, awake) + patience
    if now < given_up:
        return Wait(given_up)
    return Send(_note(fresh_until, zone))


def _covering(kind: str, first: date, last: date, zone: str) -> Period:
    """Whole days, or for a leaderboard whole weeks, with the same before them to compare with."""
    weeks = ((last - first).days + 1) // _WEEK
    return days(first, last, zone, Step(Unit.WEEK, weeks) if kind == "leaderboard" else None)


def _late(due: int, now: int) -> bool:
    return now - due > _LATE


def _note(fresh_until: int | None, zone: str) -> str:
    if fresh_until is None:
        return "Vantio has not been read to the end yet, so scans may be missing."
    wall = local(fresh_until, zone)
    since = f"{day_words(wall)} {wall:%H:%M} ({zone})"
    return f"Vantio has not been read completely since {since}, so later scans may be missing."
