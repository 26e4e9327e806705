"""Whatever a store holds, its copy holds, and a copy of the copy."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st

from bot.services.copying import copy
from bot.store import catalogue, copying
from bot.store.ids import pack
from bot.store.opening import connect, open_store
from tests.store.samples import modest

from .contents import BINARY, LEFT_EMPTY, contents, insert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.catalogue import Table
    from bot.store.database import Database
    from tests.postgres_server import Server

TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\0") | st.sampled_from("\\\t\n\r'\"%:?N."),
    max_size=12,
)
INTEGERS = st.integers(-(2**31), 2**31 - 1)
# A copy takes half a second, so that looking for the smallest of bad examples takes minutes.
NO_SHRINKING = (Phase.reuse, Phase.generate)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "integer": INTEGERS | st.integers(-2, 2),
    "bigint": st.integers(-(2**63), 2**63 - 1) | INTEGERS,
    "double precision": st.floats(allow_nan=False),
    "text": TEXT,
    "blob": (st.uuids().map(str) | st.uuids().map(lambda id_: str(id_).upper()) | TEXT).map(pack),
}


@st.composite
def rows(draw: st.DrawFn, shapes: dict[str, Table]) -> tuple[str, list[str], list[Any]]:
    """A table, its columns, and a value for each; one that can't be stored is left out later."""
    name = draw(st.sampled_from(sorted(shapes.keys() - LEFT_EMPTY)))
    table = shapes[name]
    values = [
        draw(
            st.binary(max_size=300)
            if (name, column) in BINARY
            else VALUES[type_]
            if column in table.key
            else st.none() | VALUES[type_] | VALUES[type_]
        )
        for column, type_ in table.columns.items()
    ]
    return name, list(table.columns), values


@pytest.fixture
def source() -> Iterator[Database]:
    with closing(open_store("sqlite:///:memory:")) as database:
        yield database


@pytest.fixture
def bare(postgres: Server) -> Iterator[Database]:
    with postgres.database() as url, closing(connect(url)) as database:
        yield database


@given(data=st.data())
@modest(max_examples=12, phases=NO_SHRINKING)
def test_a_copy_of_a_copy_is_the_store(
    source: Database, bare: Database, data: st.DataObject
) -> None:
    with source.write() as tx:
        shapes = catalogue.tables(tx, source.dialect)
        for name in shapes:
            copying.clear(tx, name)
        for row in data.draw(st.lists(rows(shapes), min_size=20, max_size=60)):
            insert(tx, *row, how="insert or ignore")
    with bare.write() as tx:
        for name in catalogue.tables(tx, bare.dialect):
            tx.execute(f'drop table "{name}"')
        tx.execute("drop table if exists migration")
    copy(source, bare, lambda *_: None)
    assert contents(bare) == contents(source)
    with closing(connect("sqlite:///:memory:")) as back:
        copy(bare, back, lambda *_: None)
        assert contents(back) == contents(source)
