from __future__ import annotations

import subprocess
import sys
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from bot.store import cursors, health
from bot.store.database import StoreError
from bot.store.opening import open_store

from .samples import together

if TYPE_CHECKING:
    from bot.store.database import Database

COUNT_UP = """
import sys
from bot.store import cursors
from bot.store.opening import open_store
database = open_store(sys.argv[1])
for _ in range(int(sys.argv[2])):
    with database.write() as tx:
        cursors.save(tx, "count", str(int(cursors.load(tx, "count") or 0) + 1))
database.close()
"""


def count_up(database: Database, times: int) -> None:
    for _ in range(times):
        with database.write() as tx:
            cursors.save(tx, "count", str(int(cursors.load(tx, "count") or 0) + 1))


def test_an_error_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as tx:
            cursors.save(tx, "feed", "one")
            health.up(tx, "Vantio", 1)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with database.read() as tx:
        assert cursors.load(tx, "feed") is None
        assert health.sources(tx) == []
    with database.write(durable=True) as tx:
        cursors.save(tx, "feed", "two")
    with database.read() as tx:
        assert cursors.load(tx, "feed") == "two"


def test_a_broken_statement_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as tx:
            cursors.save(tx, "feed", "one")
            tx.execute("insert into cursor (feed) values ('other')")

    with pytest.raises(StoreError) as caught:
        fail()
    assert caught.value.permanent
    assert "\n" not in str(caught.value)
    with database.read() as tx:
        assert cursors.load(tx, "feed") is None


def test_one_transaction_a_thread(database: Database) -> None:
    with database.write() as tx:
        cursors.save(tx, "feed", "one")
        with pytest.raises(StoreError), database.write() as inner:
            cursors.save(inner, "feed", "two")
        with pytest.raises(StoreError), database.read() as inner:
            cursors.load(inner, "feed")
    with database.read() as tx:
        assert cursors.load(tx, "feed") == "one"


def test_readers_see_one_moment_and_never_wait(database: Database) -> None:
    with database.write() as tx:
        cursors.save(tx, "feed", "before")
    written, looked = Event(), Event()

    def write() -> None:
        with database.write() as tx:
            cursors.save(tx, "feed", "after")
            written.set()
            assert looked.wait(60)

    with database.read() as tx:
        assert cursors.load(tx, "feed") == "before"
        writer = Thread(target=write)
        writer.start()
        assert written.wait(60)
        assert cursors.load(tx, "feed") == "before"
        looked.set()
        writer.join()
        assert cursors.load(tx, "feed") == "before"
    with database.read() as tx:
        assert cursors.load(tx, "feed") == "after"


def test_writers_of_two_processes_and_many_threads_lose_nothing(
    database: Database, store_url: str
) -> None:
    other = subprocess.Popen([sys.executable, "-c", COUNT_UP, store_url, "25"])
    together([lambda: count_up(database, 15)] * 4)
    assert other.wait(60) == 0
    with database.read() as tx:
        assert cursors.load(tx, "count") == str(25 + 4 * 15)


def test_percent_colon_and_quote_are_only_text(database: Database) -> None:
    odd = "100 % :now %(x)s %s ''\"; drop table cursor; -- \\ :: \N{PARTY POPPER}"
    with database.write() as tx:
        cursors.save(tx, odd, odd)
        assert cursors.load(tx, odd) == odd
    with database.read() as tx:
        assert tx.rows("select 17 % 5") == [(2,)]
        assert tx.rows("select 17 % :five", five=5) == [(2,)]
        assert tx.rows("select feed from cursor where feed like '100%'") == [(odd,)]


@pytest.mark.parametrize("number", [-(2**63), -1, 0, 2**15, 2**31, 2**63 - 1])
def test_whole_numbers_of_eight_bytes(database: Database, number: int) -> None:
    with database.write() as tx:
        cursors.save(tx, "feed", "sweep", number)
        assert cursors.fresh_until(tx, ["feed"]) == number


def test_big_text(database: Database) -> None:
    text = "\N{LATIN SMALL LETTER A WITH DIAERESIS}" * 1_000_000
    with database.write() as tx:
        cursors.save(tx, "feed", text)
    with database.read() as tx:
        assert cursors.load(tx, "feed") == text


def test_changes_are_counted(database: Database) -> None:
    with database.write() as tx:
        for feed in "abc":
            cursors.save(tx, feed, "sweep")
        assert tx.execute("update cursor set sweep = 'x' where feed <> 'a'") == 2
        assert tx.execute("delete from cursor where feed = 'z'") == 0


def test_closed_is_closed(store_url: str) -> None:
    database = open_store(store_url)
    database.close()
    database.close()
    with pytest.raises(StoreError, match="closed"), database.read():
        pass
