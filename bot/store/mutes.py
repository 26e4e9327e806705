"""What nobody wants to hear of for a while, by channel."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.noise import Mute, Scope

if TYPE_CHECKING:
    from bot.store.database import Transaction, Value

_COLUMNS = "channel, scope, subject, until, author, made_at, key"


def add(tx: Transaction, mute: Mute) -> Mute:
    """Keep a mute, in the place of one of the same subject and channel; returns it with its key."""
    tx.execute("delete from mute where until <= :now", now=mute.made_at)
    values: dict[str, Value] = {
        "channel": mute.channel,
        "scope": mute.scope,
        "subject": mute.subject,
        "until": mute.until,
        "author": mute.author,
        "made_at": mute.made_at,
    }
    kept = tx.rows(
        """update mute set until = :until, author = :author, made_at = :made_at
        where channel = :channel and scope = :scope and subject = :subject returning key""",
        **values,
    ) or tx.rows(
        """insert into mute (channel, scope, subject, until, author, made_at)
        values (:channel, :scope, :subject, :until, :author, :made_at) returning key""",
        **values,
    )
    return replace(mute, key=int(kept[0][0]))


def end(tx: Transaction, key: int) -> Mute | None:
    """Take a mute away; returns what it was, None where there is none any more."""
    rows = tx.rows(f"delete from mute where key = :key returning {_COLUMNS}", key=key)
    return _read(*rows[0]) if rows else None


def running(tx: Transaction, now: int, channel: str | None = None) -> list[Mute]:
    """The mutes that have not ended, the first to end first: of a channel, or all."""
    rows = tx.rows(
        f"select {_COLUMNS} from mute where until > :now order by until, key",
        now=now,
    )
    return [_read(*row) for row in rows if channel in {None, row[0]}]


def _read(
    channel: str, scope: str, subject: str, until: int, author: str, made_at: int, key: int
) -> Mute:
    return Mute(channel, Scope(scope), subject, until, author, made_at, key)
