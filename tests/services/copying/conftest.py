from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.store import copying
from bot.store.opening import connect, open_store

from .contents import ROWS, fill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.store.database import Database
    from tests.postgres_server import Server


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Database]:
    with closing(open_store(f"sqlite:///{tmp_path / 'source.db'}")) as database:
        fill(database, ROWS)
        yield database


@pytest.fixture(params=["sqlite", "postgres"])
def target_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'target.db'}"
        return
    postgres: Server = request.getfixturevalue("postgres")
    with postgres.database() as url:
        yield url


@pytest.fixture
def target(target_url: str) -> Iterator[Database]:
    with closing(connect(target_url)) as database:
        yield database


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "STEP", 5)
