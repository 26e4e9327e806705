"""Whatever happens in the meantime, every day and every week is told once.

A seed that fails here can be looked at with `python -m tests.hostile --only months`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hostile.months import ZONES, lived
from tests.postgres_server import empty

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hostile.months import Lived


DAYS = 36  # in which the clocks change in each of the zones


@pytest.mark.parametrize("zone", ZONES)
def test_every_period_is_told_once_and_says_when_it_is_late(zone: str, tmp_path: Path) -> None:
    told_once(lived(f"sqlite:///{tmp_path / 'store.db'}", zone, 7, DAYS / 30))


def test_in_postgresql_too(postgres_store: str) -> None:
    told_once(lived(postgres_store, ZONES[0], 7, 0.5))
    empty(postgres_store)


def told_once(found: Lived) -> None:
    assert (found.faults, found.disorder) == ([], 0)
    assert found.told > 30
    assert found.absences
