"""Whether Vantio and Slack answer, since when not, and what a person must do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    was_down = _is_down(tx, name)
    tx.execute(
        """insert into source (name, last_ok) values (:name, :now)
        on conflict (name) do update set last_ok = excluded.last_ok, down_since = null,
            problem = null, remedy = null""",
        name=name,
        now=now,
    )
    return was_down


def down(tx: Transaction, name: str, now: int, problem: str, remedy: str) -> bool:
    """Note a failure; True when the source had been up."""
    was_down = _is_down(tx, name)
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
    return not was_down


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


def _is_down(tx: Transaction, name: str) -> bool:
    rows = tx.rows("select 1 from source where name = :name and down_since is not null", name=name)
    return bool(rows)
