"""What an answer costs, counted in statements: time would depend on the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.domain import command
from bot.domain.model import Programs
from bot.services.reports import Reports
from tests.domain.clocks import at
from tests.services.world import fill, scans

if TYPE_CHECKING:
    from bot.store.database import Database, Value

ZONE = "Europe/Berlin"
NOW = at("2026-11-25 15:20", ZONE)
DAY = 86_400
PERIODS = ("today", "last 7 days", "last 30 days", "last 365 days", "all time")


@pytest.fixture
def asked(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every query from now on."""
    found: list[str] = []
    with database.read() as tx:
        kind = type(tx)
    rows = kind.rows

    def noted(self: Any, sql: str, *listed: Value, **values: Value) -> list[tuple[Any, ...]]:  # noqa: ANN401 - of either kind
        found.append(sql)
        return rows(self, sql, *listed, **values)

    monkeypatch.setattr(kind, "rows", noted)
    return found


@pytest.mark.parametrize(
    ("words", "most"),
    [
        *(("top", 20), ("leaderboard", 20), ("trend", 10), ("poster p1", 24), ("program g1", 24)),
        *(("top program:g1", 24), ("trend ambassador:a1", 14), ("leaderboard ambassador:a1", 24)),
    ],
)
def test_a_longer_period_or_a_longer_list_takes_no_more_statements(
    database: Database, asked: list[str], words: str, most: int
) -> None:
    for back in range(1, 400, 7):
        posters = (scans(NOW - back * DAY, 2, f"p{n}", "g1", f"a{n % 5}") for n in range(30))
        fill(database, *(scan for each in posters for scan in each))
    for period in PERIODS:
        asked.clear()
        answer = Reports(database, Programs({})).answer(
            command.parse(f"{words} {period}", NOW, ZONE), NOW
        )
        assert answer.series
        assert len(asked) <= most
