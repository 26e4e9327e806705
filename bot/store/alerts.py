"""What was told unasked, so that nothing is told twice and what runs can be followed."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from bot.domain.alert import Alert, Evidence, Kind, Scope, Verdict
from bot.store.keys import rows_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.store.database import Transaction

_PLAIN = "key, kind, scope, subject, started_at, fired_at, resolved_at, scans, expected, reason"
_COLUMNS = f"{_PLAIN}, detail"
_SELECT = f"select {_COLUMNS} from alert"
_OF_COLUMNS = frozenset(_PLAIN.split(", "))


def add(tx: Transaction, alert: Alert) -> Alert:
    """Keep an alert; returns it with its key."""
    ((key,),) = tx.rows(
        """insert into alert
            (kind, scope, subject, started_at, fired_at, resolved_at, scans, expected, reason,
            detail)
        values (:kind, :scope, :subject, :started_at, :fired_at, :resolved_at, :scans, :expected,
            :reason, :detail)
        returning key""",
        kind=alert.kind,
        scope=alert.scope,
        subject=alert.subject,
        started_at=alert.started_at,
        fired_at=alert.fired_at,
        resolved_at=alert.resolved_at,
        scans=alert.scans,
        expected=alert.expected,
        reason=alert.reason,
        detail=_detail(alert),
    )
    return replace(alert, key=key)


def change(tx: Transaction, alert: Alert) -> None:
    """Keep how an alert stands now."""
    tx.execute(
        "update alert set resolved_at = :resolved_at, detail = :detail where key = :key",
        resolved_at=alert.resolved_at,
        detail=_detail(alert),
        key=alert.key,
    )


def by_key(tx: Transaction, keys: Collection[int]) -> list[Alert]:
    """The alerts with these keys, in the order of the keys."""
    found = [_read(row) for row in rows_of(tx, f"{_SELECT} where key in", sorted(keys))]
    return sorted(found, key=lambda alert: alert.key)


def unresolved(tx: Transaction, kind: Kind) -> list[Alert]:
    """The alerts of a kind that are not over, oldest first."""
    rows = tx.rows(f"{_SELECT} where kind = :kind and resolved_at is null order by key", kind=kind)
    return [_read(row) for row in rows]


def ended(tx: Transaction, kind: Kind, since: int) -> list[Alert]:
    """The alerts of a kind that were over since then (UTC seconds), oldest first."""
    rows = tx.rows(
        f"{_SELECT} where kind = :kind and resolved_at >= :since order by key",
        kind=kind,
        since=since,
    )
    return [_read(row) for row in rows]


def group(tx: Transaction, key: int) -> list[Alert]:
    """The alerts that stand in the message of this one, itself first."""
    rows = tx.rows(
        f"""{_SELECT} where key >= :key
            and fired_at = (select fired_at from alert where key = :key) order by key""",
        key=key,
    )
    return [each for each in map(_read, rows) if key in {each.key, each.group}]


def reached(tx: Transaction, kind: Kind) -> dict[tuple[Scope, str], int]:
    """The most scans of which an alert of a kind told, by scope and subject."""
    rows = tx.rows(
        "select scope, subject, max(scans) from alert where kind = :kind"
        " group by scope, subject order by scope, subject",
        kind=kind,
    )
    return {(Scope(scope), subject): int(most) for scope, subject, most in rows}


def running(tx: Transaction, scope: Scope, subject: str, since: int) -> Alert | None:
    """The last spike of a subject that runs, or was not over yet at `since` (UTC seconds)."""
    rows = tx.rows(
        f"{_SELECT} where kind = :kind and scope = :scope and subject = :subject"
        " and (resolved_at is null or resolved_at > :since) order by key desc limit 1",
        kind=Kind.SPIKE,
        scope=scope,
        subject=subject,
        since=since,
    )
    return _read(rows[0]) if rows else None


def _detail(alert: Alert) -> str:
    told = {name: value for name, value in asdict(alert).items() if name not in _OF_COLUMNS}
    return json.dumps(told)


def _read(row: tuple[Any, ...]) -> Alert:
    *plain, detail = row
    key, kind, scope, *rest = plain
    told = json.loads(detail)
    names = _PLAIN.split(", ")[3:]
    values = dict(zip(names, rest, strict=True))
    evidence = told.pop("evidence", {})
    evidence["busy"] = tuple((id_, scans) for id_, scans in evidence.get("busy", ()))
    return Alert(
        kind=Kind(kind),
        scope=Scope(scope),
        key=key,
        verdict=Verdict(told.pop("verdict", Verdict.UNCLEAR)),
        evidence=Evidence(**evidence),
        window=told.pop("window", 3600),
        **values,
        **told,
    )
