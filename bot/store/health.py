"""Whether Vantio and Slack answer, since when not, and what a person must do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.outage import Outage

if TYPE_CHECKING:
    from bot.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Source:
    """One dependency; times in UTC seconds, `down_since` None while it is up."""

    name: str
    last_ok: int | None
    down_since: int | None
    problem: str | None
    remedy: str | None


def up(tx: Transaction, name: str, now: int) -> bool:
    """Note an answer; True when the source had been down."""
    was_down = down_since(tx, name) is not None
    tx.execute(
        """insert into source (name, last_ok) values (:name, :now)
        on conflict (name) do update set last_ok = excluded.last_ok, down_since = null,
            problem = null, remedy = null""",
        name=name,
        now=now,
    )
    if was_down:
        tx.execute(
            "update outage set ended = :now where source = :name and ended is null",
            name=name,
            now=now,
        )
    return was_down


def down(
    tx: Transaction, name: str, now: int, problem: str, remedy: str, *, urgent: bool = False
) -> bool:
    """Note a failure, `urgent` if only a person can end it; True when the source had been up."""
    was_down = down_since(tx, name) is not None
    tx.execute(
        """insert into source (name, down_since, problem, remedy)
        values (:name, :now, :problem, :remedy)
        on conflict (name) do update set
            down_since = coalesce(source.down_since, excluded.down_since),
            problem = excluded.problem, remedy = excluded.remedy""",
        name=name,
        now=now,
        problem=problem,
        remedy=remedy,
    )
    tx.execute(
        """insert into outage (source, began, urgent, problem, remedy)
        select name, down_since, :urgent, problem, remedy from source where name = :name
        on conflict (source, began) do update set ended = null,
            urgent = case when excluded.urgent = 1 then 1 else outage.urgent end,
            problem = excluded.problem, remedy = excluded.remedy""",
        name=name,
        urgent=int(urgent),
    )
    return not was_down


def down_since(tx: Transaction, name: str) -> int | None:
    """Since when the source does not answer, in UTC seconds; None where it does."""
    rows = tx.rows("select down_since from source where name = :name", name=name)
    return rows[0][0] if rows else None


def outages(tx: Transaction) -> list[Outage]:
    """The outages that last, and those that ended and were not forgotten, the oldest first."""
    rows = tx.rows(
        "select source, began, ended, urgent, problem, remedy from outage order by began, source"
    )
    return [
        Outage(source, began, ended, bool(urgent), problem, remedy)
        for source, began, ended, urgent, problem, remedy in rows
    ]


def forget(tx: Transaction, outage: Outage) -> None:
    """Keep no longer that there was this outage."""
    tx.execute(
        "delete from outage where source = :source and began = :began",
        source=outage.source,
        began=outage.began,
    )


def wait_until(tx: Transaction, name: str, at: int) -> None:
    """Note before which time the source wants to be left alone, in UTC seconds."""
    tx.execute(
        """insert into source (name, not_before) values (:name, :at)
        on conflict (name) do update set not_before = excluded.not_before""",
        name=name,
        at=at,
    )


def not_before(tx: Transaction, name: str) -> int:
    """From when on the source may be asked, in UTC seconds; 0 where it named no time."""
    rows = tx.rows("select coalesce(not_before, 0) from source where name = :name", name=name)
    return rows[0][0] if rows else 0


def sources(tx: Transaction) -> list[Source]:
    """Every source heard of, by name."""
    rows = tx.rows(
        "select name, last_ok, down_since, problem, remedy from source"
        " where last_ok is not null or down_since is not null order by name"
    )
    return [Source(*row) for row in rows]
