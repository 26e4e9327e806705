"""Channels that Slack lets nothing into, until a person has done something about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.store import lanes, outbox

if TYPE_CHECKING:
    from bot.store.database import Transaction

PROBE = 600  # seconds from one try of a paused channel to the next
DAY = 86_400
_TOO_OLD = "Nothing could be posted there for too long."
_PAUSE = """select called, paused_since, problem, remedy from lane
where paused_since is not null"""


@dataclass(frozen=True, slots=True)
class Pause:
    """A channel as people call it, since when nothing goes there (UTC seconds), why, and the cure.

    `problem` goes on after a colon ("the bot is not a member"); `remedy` is a sentence.
    """

    channel: str
    since: int
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Probe:
    """A lane to try again; `found` says that it bears a Slack id."""

    lane: str
    called: str
    found: bool


def begin(tx: Transaction, lane: str, pause: Pause, *, dark: bool) -> bool:
    """Pause a lane, or note what keeps it paused; True where it was not paused.

    `dark` says that only posting can tell when it is over.
    """
    was_open = bool(
        tx.rows("select 1 from lane where key = :lane and paused_since is null", lane=lane)
    )
    tx.execute(
        """update lane set paused_since = coalesce(paused_since, :now), called = :called,
            problem = :problem, remedy = :remedy, dark = case when found = 1 then :dark else 0 end,
            probe_at = case when probe_at > :now then probe_at else :probe_at end
        where key = :lane""",
        lane=lane,
        now=pause.since,
        called=pause.channel,
        problem=pause.problem,
        remedy=pause.remedy,
        dark=int(dark),
        probe_at=pause.since + PROBE,
    )
    expire(tx, lane, pause.since)
    return was_open


def end(tx: Transaction, lane: str, now: int) -> Pause | None:
    """Let into a lane again what is still wanted; the pause that it had, None where it had none."""
    rows = tx.rows(f"{_PAUSE} and key = :lane", lane=lane)
    tx.execute(
        """update lane set paused_since = null, problem = null, remedy = null, dark = 0,
            probe_at = null, ready_at = case when found = 1 then ready_at else 0 end
        where key = :lane and paused_since is not null""",
        lane=lane,
    )
    if not rows:
        return None
    expire(tx, lane, now)
    return Pause(*rows[0])


def claim(tx: Transaction, now: int) -> Probe | None:
    """Take the paused lane that has not been tried for longest, where a look can tell."""
    rows = tx.rows(
        """update lane set probe_at = :later where key = (
            select key from lane where paused_since is not null and dark = 0 and probe_at <= :now
            order by probe_at, key limit 1)
        returning key, called, found""",
        now=now,
        later=now + PROBE,
    )
    return Probe(rows[0][0], rows[0][1], bool(rows[0][2])) if rows else None


def try_soon(tx: Transaction, now: int) -> None:
    """Let every paused lane be tried at once."""
    tx.execute("update lane set probe_at = :now where paused_since is not null", now=now)


def wanted(tx: Transaction, lane: str) -> bool:
    """Whether anything waits in a lane, or is to go there regularly."""
    return bool(
        tx.rows(
            f"""select 1 from outbox where lane = :lane and {lanes.OPEN}
            union all
            select 1 from subscription
            where channel = :lane or channel in (select called from place where id = :lane)
            limit 1""",
            lane=lane,
        )
    )


def expire(tx: Transaction, lane: str, now: int) -> None:
    """Give up what has waited in a lane for so long that nobody wants it any more.

    A leaderboard is worth a week, until the next one comes; anything else a day.
    """
    # The first condition on the state is that of the index.
    tx.execute(
        f"""update outbox set state = 'buried', error = :error
        where lane = :lane and {lanes.OPEN} and state = 'waiting'
            and created_at < case when kind = 'leaderboard' then :week_ago else :day_ago end""",
        error=_TOO_OLD,
        lane=lane,
        day_ago=now - DAY,
        week_ago=now - 7 * DAY,
    )
    outbox.bury_replies(tx)


def of(tx: Transaction, intent: str) -> Pause | None:
    """The pause that holds up a message, None where none does."""
    rows = tx.rows(
        f"{_PAUSE} and key = (select lane from outbox where intent = :intent)", intent=intent
    )
    return Pause(*rows[0]) if rows else None


def every(tx: Transaction) -> list[Pause]:
    """The pauses of the moment, the longest first."""
    return [Pause(*row) for row in tx.rows(f"{_PAUSE} order by paused_since, key")]
