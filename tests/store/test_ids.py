from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.store import impressions
from bot.store.ids import pack, pack_all, unpack

from .samples import START, no_hash, scan

if TYPE_CHECKING:
    from uuid import UUID

    from bot.store.database import Database

CANONICAL = "0b5c2f0e-8d1f-4c5e-9a7b-3f2d1e0c9b8a"
ALIKE = [
    CANONICAL.upper(),
    CANONICAL.replace("-", ""),
    f"{{{CANONICAL}}}"[:36],
    f"{CANONICAL[:-1]}\n",
    f"{CANONICAL[:-1]}\N{ARABIC-INDIC DIGIT THREE}",
    f"{CANONICAL[:8]} {CANONICAL[9:]}",
]


@given(st.one_of(st.text(), st.uuids().map(str), st.sampled_from([CANONICAL, *ALIKE])))
def test_an_id_comes_back_as_it_went_in(id_: str) -> None:
    assert unpack(pack(id_)) == id_


@given(st.uuids())
def test_a_canonical_uuid_is_its_bytes(uuid: UUID) -> None:
    assert pack(str(uuid)) == uuid.bytes


@pytest.mark.parametrize("id_", [*ALIKE, "", "imp_1", "0123456789abcdef"])
def test_anything_else_stays(id_: str) -> None:
    assert pack(id_) == id_


def test_ids_that_look_alike_are_kept_apart(database: Database) -> None:
    ids = [CANONICAL, *ALIKE]
    rows = [scan(0)._replace(id=id_) for id_ in ids]
    with database.write() as tx:
        assert impressions.add(tx, rows, no_hash).new == rows
        assert impressions.known(tx, [*ids, CANONICAL[::-1]]) == set(ids)
    streamed = {id_ for _, id_, *_ in impressions.stream(database, START, START + 1)}
    assert streamed == set(ids)


@given(st.lists(st.one_of(st.uuids().map(str), st.sampled_from([CANONICAL, *ALIKE, "", "imp_1"]))))
@example([CANONICAL] * 3)
@example([CANONICAL, f"{CANONICAL[:7]}-{CANONICAL[8:]}"])
@example([CANONICAL, f"{CANONICAL[:7]}-{CANONICAL[7]}{CANONICAL[9:]}"])
@example([f"{CANONICAL[:8]}0{CANONICAL[9:]}", f"{CANONICAL[:7]}-{CANONICAL[8:]}"])
@example([CANONICAL, f"{CANONICAL[:8]}0{CANONICAL[9:]}"])
@example([CANONICAL, f"  {CANONICAL[2:]}"])
def test_many_are_packed_as_each_is(ids: list[str]) -> None:
    assert pack_all(ids) == [pack(id_) for id_ in ids]
