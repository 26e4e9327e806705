"""Times as text, and back."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(at: int) -> str:
    """UTC seconds as ISO 8601 ("2026-03-01T10:05:00Z")."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text: str) -> int:
    """The other way round."""
    return int(datetime.fromisoformat(text).timestamp())
