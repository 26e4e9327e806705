"""What a channel is told of alerts: each alert is `alert/<channel>/<number>` in the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.domain.alert import Kind
from bot.domain.noise import Told

if TYPE_CHECKING:
    from bot.store.database import Transaction

_BRIEF = """
select a.key, a.kind, a.scope, a.subject, a.fired_at,
    cast(coalesce(sum(f.useful), 0) as bigint), cast(coalesce(sum(1 - f.useful), 0) as bigint)
from alert a left join feedback f on f.alert = a.key"""
_GROUPED = "group by a.key, a.kind, a.scope, a.subject, a.fired_at"
_IN_CHANNEL = "intent >= :first and intent < :after"


def intent(channel: str, alert: int) -> str:
    """What identifies the message about an alert in a channel."""
    return f"alert/{channel}/{alert}"


def count(tx: Transaction, channel: str, since: int) -> int:
    """How many alerts a channel was told, or is about to be, that were made since then."""
    ((found,),) = tx.rows(
        f"""select count(*) from outbox where {_IN_CHANNEL} and created_at >= :since
            and thread_of is null and state in ('waiting', 'sending', 'sent')""",
        since=since,
        **_range(channel),
    )
    return int(found)


def waiting(tx: Transaction, channel: str) -> list[int]:
    """The alerts whose message to a channel is not on its way yet."""
    rows = tx.rows(
        f"select intent from outbox where {_IN_CHANNEL} and state = 'waiting' order by key",
        **_range(channel),
    )
    tails = [found.removeprefix(intent(channel, 0)[:-1]) for (found,) in rows]
    return [int(tail) for tail in tails if tail.isdecimal()]


def receipt(tx: Transaction, channel: str, alert: int) -> tuple[str, str] | None:
    """Id of the channel and time stamp of an alert's message; None where it does not stand."""
    rows = tx.rows(
        "select sent_to, sent_ts from outbox where intent = :intent and state = 'sent'",
        intent=intent(channel, alert),
    )
    return (rows[0][0], rows[0][1]) if rows else None


def brief(tx: Transaction, key: int) -> Told | None:
    """One alert, None where there is none of that number."""
    rows = tx.rows(f"{_BRIEF} where a.key = :key {_GROUPED}", key=key)
    return _read(rows[0]) if rows else None


def latest(tx: Transaction, most: int) -> list[Told]:
    """The last alerts, the latest first."""
    rows = tx.rows(f"{_BRIEF} {_GROUPED} order by a.fired_at desc, a.key desc limit {most:d}")
    return [_read(row) for row in rows]


def lifted(tx: Transaction, program: str) -> bool:
    """Whether a spike of this program, or of the whole account, is running."""
    return bool(
        tx.rows(
            """select 1 from alert where kind = 'spike' and resolved_at is null
                and (scope = 'overall' or scope = 'program' and subject = :program) limit 1""",
            program=program,
        )
    )


def _range(channel: str) -> dict[str, str]:
    """Between which two texts all intents of a channel lie."""
    first = intent(channel, 0)[:-1]
    return {"first": first, "after": f"{first[:-1]}0"}


def _read(row: tuple[Any, ...]) -> Told:
    key, kind, *rest = row
    return Told(key, Kind(kind), *rest)
