"""What digests and leaderboards told, so that it can be joined, replaced and corrected."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.domain.correction import Figures
from bot.domain.digest import reissued
from bot.domain.model import Row

if TYPE_CHECKING:
    from bot.domain.digest import Edition
    from bot.domain.subscription import Subscription
    from bot.store.database import Transaction
    from bot.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Kept:
    """One edition that was put into the outbox for a channel, with the filters in `words`.

    It `told` these figures as they were at `told_at` (UTC seconds); `corrected` are those of its
    correction, None where there is none. `counted` are the scans of its period when it was last
    looked at. `state` is that of its message in the outbox: "waiting" or "sent".
    """

    intent: str
    channel: str
    words: str
    issue: Edition
    told: Figures
    told_at: int
    counted: int
    corrected: Figures | None
    state: str


def add(
    tx: Transaction, intent: str, of: Subscription, issue: Edition, told: Figures, now: int
) -> None:
    """Keep what an edition tells, in the transaction that adds its message to the outbox."""
    tx.execute(
        """insert into edition
            (intent, subscription, words, zone, start, until, due, told, told_at, counted)
        values (:intent, :subscription, :words, :zone, :start, :until, :due, :told, :now, :total)
        """,
        intent=intent,
        subscription=of.id,
        words=of.words,
        zone=issue.period.zone,
        start=issue.period.start,
        until=issue.period.end,
        due=issue.due,
        told=_json(told),
        now=now,
        total=told.total,
    )


def covered(tx: Transaction, of: Subscription, issue: Edition) -> bool:
    """Whether what an edition covers is told already, or about to be, alone or with more."""
    return bool(
        tx.rows(
            """select 1 from edition e join outbox o on o.intent = e.intent
            where e.subscription = :subscription and o.kind = :kind and o.channel = :channel
                and o.state <> 'withdrawn' and e.start <= :start and e.until >= :until limit 1""",
            subscription=of.id,
            kind=of.kind,
            channel=of.channel,
            start=issue.period.start,
            until=issue.period.end,
        )
    )


def waiting(tx: Transaction, of: Subscription, zone: str, now: int) -> list[Edition]:
    """The editions of a subscription, as it is now, whose messages are not on their way yet."""
    rows = tx.rows(
        """select o.kind, e.start, e.until, e.due from edition e join outbox o
            on o.intent = e.intent
        where o.state = 'waiting' and e.subscription = :subscription and o.kind = :kind
            and o.channel = :channel and e.words = :words and e.zone = :zone
        order by e.start, e.intent""",
        subscription=of.id,
        kind=of.kind,
        channel=of.channel,
        words=of.words,
        zone=zone,
    )
    return [reissued(kind, start, until, due, now, zone) for kind, start, until, due in rows]


def since(tx: Transaction, start: int, now: int) -> list[Kept]:
    """The editions of periods from `start` on that stand in their channel or wait, oldest first."""
    rows = tx.rows(
        """select e.intent, o.channel, e.words, e.told_at, e.counted, e.told, e.corrected, o.state,
            o.kind, e.start, e.until, e.due, e.zone
        from edition e join outbox o on o.intent = e.intent
        where e.start >= :start and o.state in ('waiting', 'sent') order by e.until, e.intent""",
        start=start,
    )
    return [_read(row, now) for row in rows]


def retold(tx: Transaction, intent: str, told: Figures, now: int) -> None:
    """Note what the message says that takes the place of one that waited."""
    tx.execute(
        """update edition set told = :told, told_at = :now, counted = :total
        where intent = :intent""",
        intent=intent,
        told=_json(told),
        now=now,
        total=told.total,
    )


def looked(tx: Transaction, intent: str, total: int) -> None:
    """Note how many scans the period had when it was looked at."""
    tx.execute(
        "update edition set counted = :total where intent = :intent", intent=intent, total=total
    )


def corrected(tx: Transaction, intent: str, now: Figures) -> None:
    """Note what the correction says."""
    tx.execute(
        "update edition set corrected = :now where intent = :intent", intent=intent, now=_json(now)
    )


def deleted(tx: Transaction, each: Kept, which: Scope) -> int:
    """How many scans of its period, among those that count, have vanished since it was told."""
    ((count,),) = tx.rows(
        f"""select count(*) from deleted c
        where c.at >= :start and c.at < :until and c.deleted_at >= :told_at {which.conditions()}""",
        start=each.issue.period.start,
        until=each.issue.period.end,
        told_at=each.told_at,
        **which.values(),
    )
    return int(count)


def _read(row: tuple[Any, ...], now: int) -> Kept:
    intent, channel, words, told_at, counted, told, corrected, state, *issue = row
    kind, start, until, due, zone = issue
    return Kept(
        intent=intent,
        channel=channel,
        words=words,
        issue=reissued(kind, start, until, due, now, zone),
        told=_figures(told),
        told_at=told_at,
        counted=counted,
        corrected=None if corrected is None else _figures(corrected),
        state=state,
    )


def _json(figures: Figures) -> str:
    rows = [(row.rank, row.id, row.name, row.scans) for row in figures.rows]
    return json.dumps({"total": figures.total, "rows": rows})


def _figures(text: str) -> Figures:
    told = json.loads(text)
    return Figures(told["total"], tuple(Row(*row) for row in told["rows"]))
