"""One lane for each channel and person: its messages go in order, a second apart.

A lane bears the Slack id of its channel once that was found, so that neither a new name nor two
spellings of one make a difference. Only the message at its head can be claimed: the earliest that
is neither sent nor given up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.store.database import Transaction

PACE = 1000  # milliseconds from one message in a channel to the next
_LEASE = 15_000  # milliseconds for whoever looks for a channel, before another does

# The condition of the index of lanes, in its words.
OPEN = "state not in ('sent', 'buried', 'withdrawn')"
# Each lane and its head. SQLite joins in the order of a cross join: lanes first, which are few, so
# that a long queue in one costs the others nothing. For an equation instead of the two bounds,
# PostgreSQL may walk through the messages of all lanes in search of the first of one.
_HEADS = f"""lane cross join outbox head where head.key = (
    select next.key from outbox next
    where next.lane >= lane.key and next.lane <= lane.key
        and next.{OPEN}
    order by next.lane, next.key limit 1)"""
_ADMITS = "(paused_since is null or dark = 1 and probe_at <= :now)"
# The key of the message to claim at `:now`, which is `:now_ms` in milliseconds.
DUE = f"""select head.key from {_HEADS}
    and found = 1 and ready_at <= :now_ms and {_ADMITS}
    and head.state = 'waiting' and head.due_at <= :now
order by head.due_at, head.key limit 1"""
# When the next message can be claimed, in milliseconds.
NEXT = f"""select min(
    case when ready_at > head.due_at * 1000 then ready_at else head.due_at * 1000 end)
from {_HEADS} and found = 1 and {_ADMITS} and head.state = 'waiting'"""


def enter(tx: Transaction, channel: str, thread_of: str | None) -> str:
    """The lane of a message to what people call `channel`, which may be a reply to an intent."""
    ((lane,),) = tx.rows(
        """select coalesce(
            (select lane from outbox where intent = cast(:thread_of as text)),
            (select id from place where called = :channel), cast(:channel as text))""",
        channel=channel,
        thread_of=thread_of,
    )
    tx.execute("insert into lane (key) values (:lane) on conflict (key) do nothing", lane=lane)
    return str(lane)


def seek(tx: Transaction, now_ms: int) -> str | None:
    """Take a lane in which something waits, and whose channel is yet to be found."""
    rows = tx.rows(
        f"""update lane set ready_at = :later where key = (
            select lane.key from {_HEADS}
                and found = 0 and ready_at <= :now_ms and paused_since is null
            order by head.key limit 1)
        returning key""",
        now_ms=now_ms,
        later=now_ms + _LEASE,
    )
    return rows[0][0] if rows else None


def find(tx: Transaction, lane: str, called: str, id_: str) -> None:
    """Note that what people call `called` has this Slack id, and go on in the lane of that id."""
    tx.execute(
        """insert into place (called, id) values (:called, :id)
        on conflict (called) do update set id = excluded.id""",
        called=called,
        id=id_,
    )
    tx.execute("update place set id = :id where id = :lane", id=id_, lane=lane)
    tx.execute(
        """insert into lane (key, found) values (:id, 1)
        on conflict (key) do update set found = 1,
            ready_at = case when lane.found = 1 then lane.ready_at else 0 end""",
        id=id_,
    )
    if id_ != lane:
        tx.execute("update outbox set lane = :id where lane = :lane", id=id_, lane=lane)
        tx.execute("delete from lane where key = :lane", lane=lane)


def excuse(tx: Transaction, lane: str, error: str) -> None:
    """Note at the head of a lane why it can't be sent yet."""
    tx.execute(
        f"""update outbox set error = :error where state = 'waiting' and key = (
            select head.key from {_HEADS} and lane.key = :lane)""",
        lane=lane,
        error=error,
    )


def places(tx: Transaction) -> Mapping[str, str]:
    """The Slack ids of channels by what the settings call them, as far as they were found."""
    return dict(tx.rows("select called, id from place order by called"))


def rest(tx: Transaction, lane: str, until_ms: int) -> None:
    """Claim nothing in a lane until then (UTC milliseconds)."""
    tx.execute(
        "update lane set ready_at = :until where key = :lane and ready_at < :until",
        lane=lane,
        until=until_ms,
    )


def others_rest(tx: Transaction, lane: str, now_ms: int) -> bool:
    """Whether another channel rests for longer than the pace asks for."""
    found = tx.rows(
        "select 1 from lane where found = 1 and key <> :lane and ready_at > :paced limit 1",
        lane=lane,
        paced=now_ms + PACE,
    )
    return bool(found)


def next_ready(tx: Transaction, now: int) -> int | None:
    """When the next message can be claimed, in UTC milliseconds; None where none waits."""
    ((at,),) = tx.rows(NEXT, now=now)
    return None if at is None else int(at)
