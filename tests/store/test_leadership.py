"""One leader at a time, whatever happens to it, and never a word from one that was deposed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from bot.store import cursors, watch
from bot.store.database import StoreError
from bot.store.leadership import DeposedError, Elected
from bot.store.opening import leadership, open_store
from tests.postgres_server import empty

from .samples import together

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.store.database import Database, Value
    from bot.store.leadership import Leadership
    from tests.postgres_server import Server

LEAD = """
import sys, time
from bot.store.opening import leadership, open_store
leading = leadership(open_store(sys.argv[1]))
while True:
    if leading.store():
        print("leads", flush=True)
    time.sleep(0.2)
"""
# The session that holds the lock of the leader.
CUT = """
select pg_terminate_backend(pid) from pg_locks
where locktype = 'advisory' and classid = 7205 and objsubid = 2 and granted
"""


class Replica:
    """A process's part of it, on connections of its own."""

    def __init__(self, url: str) -> None:
        self.database = open_store(url)
        self.leadership = leadership(self.database)

    def store(self) -> Database | None:
        return self.leadership.store()

    def led(self) -> Database:
        """The store as the leader writes it, once this one leads."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with suppress(StoreError):
                if store := self.leadership.store():
                    return store
            time.sleep(0.05)
        pytest.fail("nobody leads")

    def close(self) -> None:
        self.leadership.close()
        self.database.close()


@pytest.fixture
def url(postgres_store: str) -> Iterator[str]:
    yield postgres_store
    empty(postgres_store)


@pytest.fixture
def pair(url: str) -> Iterator[tuple[Replica, Replica]]:
    replicas = Replica(url), Replica(url)
    yield replicas
    for each in replicas:
        each.close()


def cut(url: str) -> None:
    """Let the server end the session of whoever leads."""
    with psycopg.connect(url, autocommit=True) as connection:
        assert connection.execute(CUT).fetchall()


def save(store: Database, sweep: str) -> None:
    with store.write() as tx:
        cursors.save(tx, "feed", sweep)


def saved(store: Database) -> str | None:
    with store.read() as tx:
        return cursors.load(tx, "feed")


def test_one_leads_until_it_ends(pair: tuple[Replica, Replica]) -> None:
    one, other = pair
    led = one.store()
    assert led
    assert led.name == one.database.name
    assert other.store() is None
    assert one.store() is led
    save(led, "one")
    one.leadership.close()
    assert one.store() is None
    after = other.led()
    assert saved(after) == "one"
    save(after, "two")


def test_many_that_start_at_once_have_one_leader(url: str) -> None:
    replicas = [Replica(url) for _ in range(6)]
    found: list[Database] = []

    def ask(replica: Replica) -> None:
        if store := replica.store():
            found.append(store)

    together([partial(ask, each) for each in replicas])
    assert len(found) == 1
    for each in replicas:
        each.close()


def test_a_leader_whose_connection_was_cut_stops_when_it_asks(
    pair: tuple[Replica, Replica], url: str
) -> None:
    one, other = pair
    assert one.store()
    cut(url)
    after = other.led()
    with pytest.raises(StoreError):
        one.leadership.store()
    assert one.store() is None
    assert other.store() is after


def test_a_deposed_leader_writes_nothing(pair: tuple[Replica, Replica], url: str) -> None:
    one, other = pair
    stale = one.led()
    with stale.write() as tx:
        watch.save(tx, 1, b"old")
    cut(url)
    fresh = other.led()
    with fresh.write() as tx:
        watch.save(tx, 2, b"new")
    with pytest.raises(DeposedError), stale.write(durable=True) as tx:
        pytest.fail("it came to write")
    with stale.read() as tx:
        assert watch.load(tx) == b"new"


def test_what_a_leader_writes_at_the_moment_is_waited_for(
    pair: tuple[Replica, Replica], url: str
) -> None:
    one, other = pair
    stale = one.led()
    written, begun, seen = Event(), Event(), list[str | None]()

    def write() -> None:
        with stale.write() as tx:
            cursors.save(tx, "feed", "the last of the old")
            written.set()
            assert begun.wait(20)
            time.sleep(0.3)

    def take_over() -> None:
        assert written.wait(20)
        cut(url)
        begun.set()
        seen.append(saved(other.led()))

    together([write, take_over])
    assert seen == ["the last of the old"]
    with pytest.raises(DeposedError):
        save(stale, "too late")


def test_each_term_is_new_even_to_the_same_leader(pair: tuple[Replica, Replica], url: str) -> None:
    one, _ = pair
    before = one.led()
    cut(url)
    with pytest.raises(StoreError):
        one.leadership.store()
    after = one.led()
    assert after is not before
    save(after, "new")
    with pytest.raises(DeposedError):
        save(before, "old")


def test_a_term_that_began_elsewhere_ends_this_one(
    pair: tuple[Replica, Replica],
) -> None:
    one, _ = pair
    assert one.store()
    with one.database.write() as tx:
        tx.execute("update leadership set term = term + 1")
    assert one.store() is None
    assert one.store()


@contextmanager
def leader(url: str) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that leads."""
    with subprocess.Popen([sys.executable, "-c", LEAD, url], stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"leads\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_dead_or_frozen_process_is_followed(url: str, how: signal.Signals) -> None:
    with leader(url) as process:
        other = Replica(url)
        assert other.store() is None
        process.send_signal(how)
        save(other.led(), "next")
        other.close()


def test_a_server_that_is_gone(postgres: Server) -> None:
    with postgres.database() as url:
        one = Replica(url)
        assert one.store()
    with pytest.raises(StoreError):
        one.leadership.store()
    with pytest.raises(StoreError, match="no connection"):
        one.leadership.store()
    one.close()


class Pool:
    """Two server processes that clients share, a statement at a time, as behind a pooling proxy."""

    def __init__(self, database: Database, order: tuple[int, ...]) -> None:
        self._sessions = [database.session() for _ in range(2)]  # type: ignore[attr-defined]
        self._order = iter(order)

    def connect(self) -> Pool:
        return self

    def rows(self, sql: str, **_: Value) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._sessions[next(self._order)].rows(sql)
        return found

    def close(self) -> None:
        """Nothing: the server processes outlive the clients."""

    def end(self) -> None:
        for each in self._sessions:
            each.close()


@pytest.mark.parametrize("order", [(0, 0, 0), (0, 1, 1), (0, 0, 1)])
def test_a_proxy_that_pools_transactions_is_refused(url: str, order: tuple[int, ...]) -> None:
    database = open_store(url)
    pool = Pool(database, order)
    with pytest.raises(StoreError, match="a proxy that pools transactions") as caught:
        Elected(database, pool.connect)
    assert caught.value.permanent
    pool.end()
    database.close()


def test_a_proxy_that_begins_to_pool_ends_the_term(url: str) -> None:
    database = open_store(url)
    pool = Pool(database, (0, 1, 0, 0, 0, 0, 1))
    leading = Elected(database, pool.connect)
    assert leading.store()
    assert leading.store()
    with pytest.raises(StoreError, match="a proxy that pools transactions"):
        leading.store()
    pool.end()
    database.close()


def test_a_socket_in_the_file_system(postgres: Server, url: str) -> None:
    if postgres.folder is None:
        pytest.skip("where a server that is not ours has its socket is unknown")
    parts = psycopg.conninfo.conninfo_to_dict(url)
    where = f"host={postgres.folder}&port={parts['port']}"
    one = Replica(f"postgresql://postgres@/{parts['dbname']}?{where}")
    save(one.led(), "here")
    one.close()


def test_an_sqlite_file_has_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    one = Replica(url)
    assert one.store() is one.database
    (tmp_path / "link.db").symlink_to(tmp_path / "store.db")
    for path in (url, f"sqlite:///{tmp_path / 'link.db'}"):
        with pytest.raises(StoreError) as caught:
            Replica(path)
        assert caught.value.permanent
        assert "another `posterpulse run` uses this file; stop that one" in str(caught.value)
        assert path.removeprefix("sqlite:///") in str(caught.value)
    one.close()
    Replica(url).close()


def test_an_sqlite_file_is_free_after_a_kill(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with leader(url), pytest.raises(StoreError, match="another `posterpulse run`"):
        Replica(url)
    Replica(url).close()


def test_stores_in_memory_are_all_different() -> None:
    both: list[Leadership] = [leadership(open_store("sqlite:///:memory:")) for _ in range(2)]
    assert all(each.store() for each in both)
