from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from bot.store.opening import open_store
from tests.postgres_server import Missing, empty, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.store.database import Database
    from tests.postgres_server import Server

REQUIRE = "POSTERPULSE_REQUIRE"

# How long an example takes says more about what else the machine does; `make bench` measures.
settings.register_profile("posterpulse", deadline=None)
settings.load_profile("posterpulse")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A running server, for the whole session."""
    with ExitStack() as stack:
        try:
            yield stack.enter_context(serving())
        except Missing as missing:
            refuse = pytest.fail if "postgres" in os.environ.get(REQUIRE, "") else pytest.skip
            refuse(str(missing))


@pytest.fixture(scope="session")
def postgres_store(postgres: Server) -> Iterator[str]:
    """The address of a store that tests use one after the other: a new one takes far longer."""
    with postgres.database() as url:
        open_store(url).close()
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty store, on both kinds of database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    url: str = request.getfixturevalue("postgres_store")
    yield url
    empty(url)


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    """An empty store, on both kinds of database."""
    opened = open_store(store_url)
    yield opened
    opened.close()
