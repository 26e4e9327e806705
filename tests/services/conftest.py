from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.fake_vantio import FakeVantio
from bot.store.opening import open_store
from tests.services.poller import Poller, row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.store.database import Database


@pytest.fixture
def vantio() -> Iterator[FakeVantio]:
    with FakeVantio([row(n) for n in range(450)]) as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    yield opened
    opened.close()


@pytest.fixture
def poller(vantio: FakeVantio, store: Database) -> Iterator[Poller]:
    made = Poller(vantio, store)
    yield made
    made.client.close()
