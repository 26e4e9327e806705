"""Copying a store: all of it arrives, and what is not to be touched is not."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.domain.model import Poster
from bot.services.copying import Copied, copy
from bot.store import catalogue, copying, cursors, directory, first_load, schema, unfinished
from bot.store.database import StoreError
from bot.store.opening import connect, open_store
from tests.services.copied import LEFT_EMPTY, contents, fill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.store.database import Database, Transaction
    from tests.postgres_server import Server

ROWS = 13


def silent(_done: int, _total: int) -> None:
    pass


def replace(database: Database, sql: str) -> None:
    with database.write() as tx:
        assert tx.execute(sql) > 0


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


def interrupted_after(steps: int) -> Callable[[int, int], None]:
    """A person who presses Ctrl-C when so many steps were told."""
    left = iter(range(steps))

    def progress(_done: int, _total: int) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    return progress


def interrupt(source: Database, target: Database, steps: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        copy(source, target, interrupted_after(steps))


def refusal(source: Database, target: Database) -> str:
    with pytest.raises(StoreError) as caught:
        copy(source, target, silent)
    assert "\n" not in str(caught.value)
    assert caught.value.permanent
    return str(caught.value)


def test_every_row_of_every_table_arrives(source: Database, target: Database) -> None:
    told: list[tuple[int, int]] = []
    result = copy(source, target, lambda done, total: told.append((done, total)))
    expected = contents(source)
    assert all(len(rows) == ROWS for name, rows in expected.items() if name not in LEFT_EMPTY)
    assert contents(target) == expected
    assert result == Copied(ROWS * (len(expected) - len(LEFT_EMPTY)), len(expected))
    assert told == sorted(told)
    assert told[-1] == (result.rows * 3, result.rows * 3)


def test_there_and_back(source: Database, target: Database, tmp_path: Path) -> None:
    copy(source, target, silent)
    with closing(connect(f"sqlite:///{tmp_path / 'back.db'}")) as back:
        copy(target, back, silent)
        assert contents(back) == contents(source)
        with back.read() as tx, source.read() as origin:
            ids = "select id from impression order by at"
            assert tx.rows(ids) == origin.rows(ids)


def test_a_table_of_a_later_migration_is_copied_too(
    tmp_path: Path, target: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = "create table later (word {name} primary key, size double precision, id {packed});"
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, ("later", later)))
    with closing(open_store(f"sqlite:///{tmp_path / 'source.db'}")) as source:
        fill(source, ROWS)
        copy(source, target, silent)
        assert contents(target) == contents(source)
        assert len(contents(target)["later"]) == ROWS


def test_later_rows_get_keys_of_their_own(source: Database, target: Database) -> None:
    copy(source, target, silent)
    with target.write() as tx:
        directory.save_posters(tx, [Poster("new", "somewhere")])
        assert tx.rows("select count(*) from poster where key > (select max(key) from agent)") == [
            (1,)
        ]
        assert tx.rows("insert into feed (id) values ('new') returning key") == [(ROWS * 97 + 1,)]


def test_keys_of_empty_tables_begin_as_ever(tmp_path: Path, target: Database) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'source.db'}")) as source:
        assert copy(source, target, silent).rows == 0
    with target.write() as tx:
        assert tx.rows("insert into feed (id) values ('new') returning key") == [(1,)]


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
    [("sqlite", 10), ("sqlite", 45), ("sqlite", 80), ("sqlite", 150), ("postgres", 50)],
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
    later = "alter table agent add column {new}; update agent set word = 'first' where key < 500"
    later = later.replace("{new}", "word {name}")
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, ("later", later)))
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


def test_a_store_that_holds_something_is_refused(source: Database, target: Database) -> None:
    schema.migrate(target)
    with target.write() as tx:
        cursors.save(tx, "feed", "one")
    before = contents(target)
    assert refusal(source, target) == f"Store {target.name} is not empty; name an empty database."
    assert contents(target) == before


def test_a_copy_that_is_whole_is_refused(source: Database, target: Database) -> None:
    copy(source, target, silent)
    before = contents(target)
    assert "is not empty" in refusal(source, target)
    assert contents(target) == before


def test_an_old_store_stays_old(
    source: Database, target: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
        schema.migrate(target)
    replace(target, "insert into program (id) values ('prog_1')")
    assert "is not empty" in refusal(source, target)
    with target.read() as tx:
        assert "feed" not in catalogue.tables(tx, target.dialect)


def test_an_unfinished_copy_of_another_store_is_refused(
    source: Database, target: Database, tmp_path: Path
) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'other.db'}")) as other:
        fill(other, ROWS)
        interrupt(other, target, 40)
        before = contents(target)
        assert "unfinished copy of another store" in refusal(source, target)
        assert contents(target) == before
        copy(other, target, silent)
        assert contents(target) == contents(other)


def test_an_unfinished_copy_is_no_source(
    source: Database, target: Database, tmp_path: Path
) -> None:
    interrupt(source, target, 40)
    with closing(connect(f"sqlite:///{tmp_path / 'next.db'}")) as following:
        assert "an unfinished copy itself" in refusal(target, following)
        assert contents(following) == {}


def test_a_source_in_its_first_load_is_refused(tmp_path: Path, target: Database) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'source.db'}")) as source:
        first_load.begin(source)
        assert "first load has not ended" in refusal(source, target)
        assert contents(target) == {}
        first_load.finish(source)
        copy(source, target, silent)


def test_the_store_itself_is_refused(target: Database, target_url: str) -> None:
    schema.migrate(target)
    with closing(connect(target_url)) as same:
        assert "this is the store itself" in refusal(target, same)
    with target.read() as tx:
        assert unfinished.TABLE not in catalogue.tables(tx, target.dialect)


def test_tables_of_others_stay(source: Database, target: Database) -> None:
    with target.write() as tx:
        tx.execute("create table recipe (dish text)")
        tx.execute("insert into recipe values ('soup')")
    copy(source, target, silent)
    with target.read() as tx:
        assert tx.rows("select dish from recipe") == [("soup",)]


def test_what_postgres_can_not_hold_is_told(source: Database, postgres: Server) -> None:
    replace(source, "update agent set agent = 'a' || char(0) || 'b' where key = 97")
    with postgres.database() as url, closing(connect(url)) as target:
        told = refusal(source, target)
        assert told.startswith("Table agent: Store ")
        assert "NUL" in told
        replace(source, "update agent set agent = 'ab' where key = 97")
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
