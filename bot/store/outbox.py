"""Messages to send, each once: waiting -> sending -> sent, or back to waiting, or buried.

`intent` is the identity of what is to be said; a second message with the same intent is never
added. A row in `sending` whose process died has an unknown outcome until somebody has looked. A
message that waits can be withdrawn. The messages of one channel go in the order in which they were
made (`bot.store.lanes`), a reply after the message in whose thread it goes. `bot.store.revisions`
brings the revisions of messages that were sent to the channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.store import lanes

if TYPE_CHECKING:
    from bot.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message on its way; `message` is its JSON, `first_at` when it was made (UTC seconds).

    It goes in `lane` to the channel or person with the Slack id `to`, as a reply below the message
    with the time stamp `thread_ts`. `sent_ts` is the time stamp of its receipt.
    """

    key: int
    intent: str
    kind: str
    channel: str
    message: str
    attempts: int
    first_at: int
    sent_ts: str | None
    lane: str
    to: str
    thread_ts: str | None


@dataclass(frozen=True, slots=True)
class Buried:
    """A message that will not be sent, and why."""

    kind: str
    channel: str
    created_at: int
    error: str


_PARCEL = """
select one.key, one.intent, one.kind, one.channel, one.message, one.attempts, one.created_at,
    one.sent_ts, one.lane, coalesce(one.sent_to, parent.sent_to, one.lane), parent.sent_ts
from outbox one left join outbox parent on parent.intent = one.thread_of where one.key = :key"""
_NEVER = ("buried", "withdrawn")
_WITHOUT_PARENT = "The message in whose thread it belongs was not posted."


def add(
    tx: Transaction,
    intent: str,
    kind: str,
    channel: str,
    message: str,
    now: int,
    thread_of: str | None = None,
) -> bool:
    """Put a message in, due at once; False where the intent was already there.

    With `thread_of` it is a reply to the message of that intent, and due once that is sent. It is
    buried at once where there is no such message, or none that will be sent.
    """
    above = thread_of and (outcome(tx, thread_of) or _NEVER)[0]
    lost = above in _NEVER
    added = tx.execute(
        """insert into outbox
            (intent, kind, channel, message, created_at, state, due_at, thread_of, error, lane)
        values (:intent, :kind, :channel, :message, :now, :state, :now, :thread_of, :error, :lane)
        on conflict (intent) do nothing""",
        intent=intent,
        kind=kind,
        channel=channel,
        message=message,
        now=now,
        state="buried" if lost else "waiting",
        thread_of=thread_of,
        error=_WITHOUT_PARENT if lost else None,
        lane=lanes.enter(tx, channel, thread_of),
    )
    return added == 1


def revise(tx: Transaction, intent: str, message: str, now: int) -> None:
    """Let `message` (JSON) stand in the place of a message; of several revisions the last wins.

    One that waits is replaced, and one that is being sent is revised once it is sent. Where a
    message stands, nothing is asked of Slack unless something else is to stand there. A message
    that will not be sent stays as it is.
    """
    tx.execute(
        """update outbox set
            message = case when state = 'waiting' then :message else message end,
            revision = case when state = 'waiting'
                or message = :message and (state = 'sending' or sending_at is null)
                then null else :message end,
            revise_at = case when revise_at > :now then revise_at else :now end
        where intent = :intent and state in ('waiting', 'sending', 'sent')""",
        intent=intent,
        message=message,
        now=now,
    )


def withdraw(tx: Transaction, intent: str) -> bool:
    """Do not send a message that waits; False where there is none, or it is not waiting."""
    withdrawn = tx.execute(
        "update outbox set state = 'withdrawn' where intent = :intent and state = 'waiting'",
        intent=intent,
    )
    bury_replies(tx)
    return withdrawn == 1


def claim(tx: Transaction, now: float, who: str) -> Parcel | None:
    """Take the message that has been due longest; commit this durably before the wire.

    Nothing is taken from a channel while an earlier message to it is not concluded, while it rests,
    or while it is paused. `now` has its fraction, since channels rest for less than a second.
    """
    return _taken(
        tx,
        tx.rows(
            f"""update outbox set state = 'sending', sending_at = :now, claimed_by = :who,
                attempts = attempts + 1
            where state = 'waiting' and key = ({lanes.DUE}) returning key""",
            now=int(now),
            now_ms=int(now * 1000),
            who=who,
        ),
    )


def claim_unknown(tx: Transaction, now: int, who: str, settled_before: int) -> Parcel | None:
    """Take a message whose last attempt began before `settled_before` and was never concluded.

    It is not taken again for a minute, so that a look which fails is not repeated at once.
    """
    return _taken(
        tx,
        tx.rows(
            """update outbox set claimed_by = :who, look_again_at = :later
            where state = 'sending' and key = (
                select key from outbox where state = 'sending' and sending_at < :settled_before
                    and (look_again_at is null or look_again_at <= :now)
                order by sending_at, key limit 1)
            returning key""",
            now=now,
            later=now + 60,
            who=who,
            settled_before=settled_before,
        ),
    )


def claim_repeated(tx: Transaction, now: int, who: str) -> Parcel | None:
    """Take a sent message of more than one attempt whose last look is due.

    It comes up again in ten minutes, until `looked` says that the look has happened.
    """
    return _taken(
        tx,
        tx.rows(
            """update outbox set claimed_by = :who, look_again_at = :now + 600
            where state = 'sent' and key = (
                select key from outbox where state = 'sent' and look_again_at <= :now
                order by look_again_at, key limit 1)
            returning key""",
            now=now,
            who=who,
        ),
    )


def looked(tx: Transaction, key: int) -> None:
    """No further look at this sent message is needed."""
    tx.execute("update outbox set look_again_at = null where key = :key", key=key)


def sent(
    tx: Transaction,
    key: int,
    channel: str,
    ts: str,
    now: int,
    look_again: int | None,
    stands: str | None = None,
) -> None:
    """Keep the receipt; `look_again` is when to look for a duplicate that landed late.

    `stands` is the message that was posted, by default the row's, empty where nobody knows which.
    Whatever else is to stand in its place is due at once.
    """
    tx.execute(
        """update outbox set state = 'sent', sent_to = :channel, sent_ts = :ts, sent_at = :now,
            error = null, look_again_at = :look_again, attempts = 0, sending_at = null,
            message = coalesce(cast(:stands as text), message), revise_at = :now,
            revision = nullif(
                coalesce(revision, nullif(message, ''), cast(:stands as text)),
                coalesce(cast(:stands as text), message))
        where key = :key""",
        key=key,
        channel=channel,
        ts=ts,
        now=now,
        look_again=look_again,
        stands=stands,
    )


def release(
    tx: Transaction, key: int, who: str, due_at: int, error: str, *, tried: bool = True
) -> None:
    """Put a message back, which certainly was not posted, to be tried again at `due_at`.

    A revision that came meanwhile takes its place. Where it was not `tried`, this was no attempt.
    """
    tx.execute(
        """update outbox set state = 'waiting', due_at = :due_at, error = :error,
            attempts = attempts - :untried, look_again_at = null,
            message = coalesce(revision, message), revision = null
        where key = :key and state = 'sending' and claimed_by = :who""",
        key=key,
        who=who,
        due_at=due_at,
        error=error,
        untried=int(not tried),
    )


def bury(tx: Transaction, key: int, error: str) -> None:
    """Give up a message that is being sent, and its replies, with the reason for people to read."""
    tx.execute(
        """update outbox set state = 'buried', error = :error
        where key = :key and state = 'sending'""",
        key=key,
        error=error,
    )
    bury_replies(tx)


def bury_replies(tx: Transaction) -> None:
    """Give up the replies to what was given up or withdrawn."""
    tx.execute(
        """update outbox set state = 'buried', error = :error
        where state = 'waiting' and thread_of in (
            select intent from outbox as parent where parent.state in ('buried', 'withdrawn'))""",
        error=_WITHOUT_PARENT,
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
    """Messages given up that were made since then, latest first.

    Replies that only shared the fate of the message above them are left out.
    """
    rows = tx.rows(
        """select kind, channel, created_at, error from outbox as lost
        where state = 'buried' and created_at >= :since
            and (thread_of is null or exists (
                select 1 from outbox as parent
                where parent.intent = lost.thread_of and parent.state = 'sent'))
        order by created_at desc, key desc""",
        since=since,
    )
    return [Buried(*row) for row in rows]


def outcome(tx: Transaction, intent: str) -> tuple[str, str | None] | None:
    """State and last error of one message, None where there is none of that intent."""
    rows = tx.rows("select state, error from outbox where intent = :intent", intent=intent)
    return (rows[0][0], rows[0][1]) if rows else None


def _taken(tx: Transaction, keys: list[tuple[Any, ...]]) -> Parcel | None:
    """The message of the key that a claim returned; asked there, its parent would cost a scan."""
    rows = [row for (key,) in keys for row in tx.rows(_PARCEL, key=key)]
    return Parcel(*rows[0]) if rows else None
