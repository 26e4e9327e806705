"""Revisions of messages that were sent, on their way to the channel.

A sent row keeps in `message` what stands in the channel as far as is known (empty where nobody
knows) and in `revision` what is to stand there. `sending_at` says since when an edit has been on
the wire; it stays where the edit's outcome is unknown. Only one edit of a message is under way at a
time, since of two the first might land last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.store.database import Transaction

PACE = 60  # seconds from one edit of a message to the next
_REST = 3600  # seconds before a message that could not be edited is touched again


@dataclass(frozen=True, slots=True)
class Edit:
    """One revision on its way: `message` (JSON) is to stand in `channel` at the time stamp `ts`.

    `attempts` counts those since the last success, `begun` is when this one began (UTC seconds).
    """

    key: int
    kind: str
    message: str
    channel: str
    ts: str
    attempts: int
    begun: int


def claim(tx: Transaction, now: int, settled_before: int) -> Edit | None:
    """Take the revision that has been due longest; commit this durably before the wire.

    One whose last edit was never concluded is passed over, unless that began before
    `settled_before`.
    """
    # By receipt and not by state: the index of states would lead through all that was ever sent.
    rows = tx.rows(
        """update outbox set sending_at = :now, attempts = attempts + 1,
            message = case when sending_at is null then message else '' end
        where key = (
            select key from outbox
            where revision is not null and sent_ts is not null and revise_at <= :now
                and (sending_at is null or sending_at < :settled_before)
            order by revise_at, key limit 1)
        returning key, kind, revision, sent_to, sent_ts, attempts, sending_at""",
        now=now,
        settled_before=settled_before,
    )
    return Edit(*rows[0]) if rows else None


def edited(tx: Transaction, edit: Edit, now: int) -> None:
    """Note that the revision stands; one that came meanwhile is due after a pause."""
    tx.execute(
        """update outbox set message = :message, revision = nullif(revision, :message),
            revise_at = :revise_at, sending_at = null, attempts = 0
        where key = :key and sending_at = :begun""",
        key=edit.key,
        begun=edit.begun,
        message=edit.message,
        revise_at=now + PACE,
    )


def release(tx: Transaction, edit: Edit, revise_at: int) -> None:
    """Put a revision back, which certainly was not carried out, to be tried again then."""
    tx.execute(
        """update outbox set revise_at = :revise_at, sending_at = null,
            revision = nullif(revision, message)
        where key = :key and sending_at = :begun""",
        key=edit.key,
        begun=edit.begun,
        revise_at=revise_at,
    )


def doubt(tx: Transaction, edit: Edit, revise_at: int) -> None:
    """Leave it open whether a revision was carried out; it is due again then, once settled."""
    tx.execute(
        "update outbox set revise_at = :revise_at where key = :key and sending_at = :begun",
        key=edit.key,
        begun=edit.begun,
        revise_at=revise_at,
    )


def drop(tx: Transaction, edit: Edit, now: int) -> None:
    """Give up a revision; one that came meanwhile is due after a long pause."""
    tx.execute(
        """update outbox set revision = nullif(nullif(revision, :message), message),
            revise_at = :revise_at, sending_at = null, attempts = 0
        where key = :key and sending_at = :begun""",
        key=edit.key,
        begun=edit.begun,
        message=edit.message,
        revise_at=now + _REST,
    )
