"""A copy that was interrupted is finished, whatever happened meanwhile."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.services.copying import copy
from bot.store import copying, migrations, schema, unfinished
from bot.store.database import StoreError
from bot.store.opening import connect, open_store

from .contents import ROWS, contents
from .steps import interrupt, replace, silent

if TYPE_CHECKING:
    from bot.store.database import Database, Transaction
    from tests.postgres_server import Server


def test_an_interrupted_copy_goes_on_where_it_stopped(source: Database, target: Database) -> None:
    interrupt(source, target, 40)
    with target.read() as tx:
        places = unfinished.places(tx)
    copied = sum(place.copied for place in places.values())
    assert copied == ROWS * 13 + 5
    assert any(0 < place.copied < ROWS and not place.complete for place in places.values())
    told: list[int] = []
    copy(source, target, lambda done, _: told.append(done))
    assert told[0] == copied
    assert contents(target) == contents(source)


CHANGES = (
    "delete from agent where key = 97",
    "update alert set reason = 'another' where key = 97",
    "update impression set at = at + 100 * 1099511627776 where at < -12 * 1099511627776",
    "update outbox set intent = 'x' where key = 97",
    "insert into agent (key, agent, device) values (1, '', '')",
)


@pytest.mark.parametrize(
    ("target_url", "steps"),
    [("sqlite", 10), ("sqlite", 31), ("sqlite", 80), ("sqlite", 150), ("postgres", 31)],
    indirect=["target_url"],
)
@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_meanwhile_is_mended(
    source: Database, target: Database, steps: int, change: str
) -> None:
    interrupt(source, target, steps)
    replace(source, change)
    copy(source, target, silent)
    assert contents(target) == contents(source)


def test_a_copy_interrupted_twice(source: Database, target: Database) -> None:
    interrupt(source, target, 40)
    replace(source, "delete from agent where key = 97")
    interrupt(source, target, 100)
    copy(source, target, silent)
    assert contents(target) == contents(source)


def test_a_copy_begun_by_an_older_version_begins_anew(
    source: Database, target: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(source, target, 40)
    later = "create table later (word {name} primary key); insert into later values ('soon')"
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, ("later", later)))
    schema.migrate(source)
    copy(source, target, silent)
    assert contents(target) == contents(source)


def test_a_target_that_changes_is_noticed(source: Database, target: Database) -> None:
    meddling = iter([True])

    def meddle(done: int, total: int) -> None:
        if done == total // 3 and next(meddling, False):
            replace(target, "update agent set device = 'another' where key = 97")

    with pytest.raises(StoreError, match=r"^Table agent: the copy differs") as caught:
        copy(source, target, meddle)
    assert caught.value.permanent
    copy(source, target, silent)
    assert contents(target) == contents(source)


def test_a_second_copy_at_the_same_time_is_noticed(
    source: Database, target: Database, target_url: str
) -> None:
    joining = iter([True])

    def join_in(done: int, _total: int) -> None:
        if done > ROWS * 5 and next(joining, False):
            same = closing(open_store(f"sqlite:///{source.name}"))
            with same as origin, closing(connect(target_url)) as other:
                interrupt(origin, other, 10)

    with pytest.raises(StoreError, match="Another copy to the same store is running"):
        copy(source, target, join_in)
    copy(source, target, silent)
    assert contents(target) == contents(source)


def test_a_connection_that_breaks_is_told_with_the_remedy(
    source: Database, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(tx: Transaction, *_: object) -> None:
        tx.rows("select pg_terminate_backend(pg_backend_pid())")

    with postgres.database() as url, closing(connect(url)) as target:
        with monkeypatch.context() as breaking:
            breaking.setattr(copying, "settle", break_off)
            with pytest.raises(StoreError, match=r"goes on where it stopped\.$") as caught:
                copy(source, target, silent)
        assert not caught.value.permanent
        assert "\n" not in str(caught.value)
        copy(source, target, silent)
        assert contents(target) == contents(source)
