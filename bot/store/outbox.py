"""Messages to send, each once: waiting -> sending -> sent, or back to waiting, or buried.

`intent` is the identity of what is to be said; a second message with the same intent is never
added. A row in `sending` whose process died has an unknown outcome until somebody has looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message on its way; `message` is its JSON, `first_at` when it was made (UTC seconds)."""

    key: int
    intent: str
    kind: str
    channel: str
    message: str
    attempts: int
    first_at: int


@dataclass(frozen=True, slots=True)
class Buried:
    """A message that will not be sent, and why."""

    kind: str
    channel: str
    created_at: int
    error: str


_PARCEL = "key, intent, kind, channel, message, attempts, created_at"


def add(tx: Transaction, intent: str, kind: str, channel: str, message: str, now: int) -> bool:
    """Put a message in, due at once; False where the intent was already there."""
    added = tx.execute(
        """insert into outbox (intent, kind, channel, message, created_at, state, due_at)
        values (:intent, :kind, :channel, :message, :now, 'waiting', :now)
        on conflict (intent) do nothing""",
        intent=intent,
        kind=kind,
        channel=channel,
        message=message,
        now=now,
    )
    return added == 1


def claim(tx: Transaction, now: int, who: str) -> Parcel | None:
    """Take the message that has been due longest; commit this durably before the wire."""
    return _taken(
        tx.rows(
            f"""update outbox set state = 'sending', sending_at = :now, claimed_by = :who,
                attempts = attempts + 1
            where state = 'waiting' and key = (
                select key from outbox where state = 'waiting' and due_at <= :now
                order by due_at, key limit 1)
            returning {_PARCEL}""",
            now=now,
            who=who,
        )
    )


def claim_unknown(tx: Transaction, now: int, who: str, settled_before: int) -> Parcel | None:
    """Take a message whose last attempt began before `settled_before` and was never concluded.

    It is not taken again for a minute, so that a look which fails is not repeated at once.
    """
    return _taken(
        tx.rows(
            f"""update outbox set claimed_by = :who, look_again_at = :later
            where state = 'sending' and key = (
                select key from outbox where state = 'sending' and sending_at < :settled_before
                    and (look_again_at is null or look_again_at <= :now)
                order by sending_at, key limit 1)
            returning {_PARCEL}""",
            now=now,
            later=now + 60,
            who=who,
            settled_before=settled_before,
        )
    )


def claim_repeated(tx: Transaction, now: int, who: str) -> Parcel | None:
    """Take a sent message of more than one attempt whose last look is due.

    It comes up again in ten minutes, until `looked` says that the look has happened.
    """
    return _taken(
        tx.rows(
            f"""update outbox set claimed_by = :who, look_again_at = :now + 600
            where state = 'sent' and key = (
                select key from outbox where state = 'sent' and look_again_at <= :now
                order by look_again_at, key limit 1)
            returning {_PARCEL}""",
            now=now,
            who=who,
        )
    )


def looked(tx: Transaction, key: int) -> None:
    """No further look at this sent message is needed."""
    tx.execute("update outbox set look_again_at = null where key = :key", key=key)


def sent(
    tx: Transaction, key: int, channel: str, ts: str, now: int, look_again: int | None
) -> None:
    """Keep the receipt; `look_again` is when to look for a duplicate that landed late."""
    tx.execute(
        """update outbox set state = 'sent', sent_to = :channel, sent_ts = :ts, sent_at = :now,
            error = null, look_again_at = :look_again where key = :key""",
        key=key,
        channel=channel,
        ts=ts,
        now=now,
        look_again=look_again,
    )


def release(tx: Transaction, key: int, who: str, due_at: int, error: str) -> None:
    """Put a message back, which certainly was not posted, to be tried again at `due_at`."""
    tx.execute(
        """update outbox set state = 'waiting', due_at = :due_at, error = :error,
            look_again_at = null
        where key = :key and state = 'sending' and claimed_by = :who""",
        key=key,
        who=who,
        due_at=due_at,
        error=error,
    )


def bury(tx: Transaction, key: int, error: str) -> None:
    """Give up a message that is being sent, with the reason that a person will read."""
    tx.execute(
        "update outbox set state = 'buried', error = :error where key = :key and state = 'sending'",
        key=key,
        error=error,
    )


def counts(tx: Transaction) -> dict[str, int]:
    """How many messages are in each state."""
    return dict(tx.rows("select state, count(*) from outbox group by state order by state"))


def late(tx: Transaction, before: int) -> int:
    """How many messages that were made before then are still not sent."""
    ((count,),) = tx.rows(
        "select count(*) from outbox"
        " where state in ('waiting', 'sending') and created_at < :before",
        before=before,
    )
    return int(count)


def buried(tx: Transaction, since: int) -> list[Buried]:
    """Messages given up that were made since then, latest first."""
    rows = tx.rows(
        "select kind, channel, created_at, error from outbox"
        " where state = 'buried' and created_at >= :since order by created_at desc, key desc",
        since=since,
    )
    return [Buried(*row) for row in rows]


def outcome(tx: Transaction, intent: str) -> tuple[str, str | None] | None:
    """State and last error of one message, None where there is none of that intent."""
    rows = tx.rows("select state, error from outbox where intent = :intent", intent=intent)
    return (rows[0][0], rows[0][1]) if rows else None


def _taken(rows: list[tuple[int, str, str, str, str, int, int]]) -> Parcel | None:
    return Parcel(*rows[0]) if rows else None
