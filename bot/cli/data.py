"""What `--json` prints, as plain data; times are ISO 8601 with the offset of the zone."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from bot.domain.model import Answer, Row, Status
    from bot.domain.period import Period


def answer(found: Answer) -> dict[str, Any]:
    """The numbers of an answer."""
    subject = found.subject
    return {
        "question": found.question.words(),
        "period": period(found.comparison.period),
        "compared_with": period(found.comparison.before),
        "filters": list(found.filters),
        "subject": {"kind": subject.kind, "id": subject.id, "name": subject.name}
        if subject
        else None,
        "total": {
            "scans": found.total,
            "before": found.total_before,
            "scanners_estimate": found.scanners,
        },
        "ranked": found.ranked,
        "rows": [_row(row) for row in found.rows],
        "series": [
            {
                "start": instant(bucket.start, found.comparison.period.zone),
                "label": bucket.label,
                "scans": bucket.scans,
            }
            for bucket in found.series
        ],
        "notes": list(found.notes),
    }


def status(found: Status) -> dict[str, Any]:
    """How the bot is doing; times are UTC seconds."""
    return {"question": "status", **asdict(found)}


def period(found: Period) -> dict[str, str]:
    """A half-open period."""
    return {
        "start": instant(found.start, found.zone),
        "end": instant(found.end, found.zone),
        "zone": found.zone,
        "label": found.label,
    }


def instant(at: int, zone: str) -> str:
    """An instant on the wall of a zone, with its offset."""
    return datetime.fromtimestamp(at, ZoneInfo(zone)).isoformat()


def _row(row: Row) -> dict[str, Any]:
    return {**asdict(row), "series": list(row.series)}
