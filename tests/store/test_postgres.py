"""What only PostgreSQL can do to us."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from bot.domain.model import Poster
from bot.store import cursors, directory
from bot.store import postgres as door
from bot.store.database import StoreError
from bot.store.opening import open_store
from tests.postgres_server import PASSWORD, empty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.database import Database
    from tests.postgres_server import Server

KILL = """
select pg_terminate_backend(pid) from pg_stat_activity
where application_name = 'posterpulse' and datname = current_database()
"""


def kill(url: str) -> None:
    """Let the server end every connection of ours to this database."""
    with psycopg.connect(url) as connection:
        assert connection.execute(KILL).fetchall()


def refusal(url: str) -> StoreError:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.fixture
def url(postgres_store: str) -> str:
    return postgres_store


@pytest.fixture
def opened(url: str) -> Iterator[Database]:
    database = open_store(url)
    yield database
    database.close()
    empty(url)


def test_a_connection_that_was_cut_between_transactions_is_replaced(
    opened: Database, url: str
) -> None:
    kill(url)
    with opened.read() as tx:
        assert cursors.load(tx, "feed") is None
    kill(url)
    with opened.write() as tx:
        cursors.save(tx, "feed", "one")


def test_a_connection_that_is_cut_in_a_transaction_loses_all_of_it(
    opened: Database, url: str
) -> None:
    def write() -> None:
        with opened.write() as tx:
            cursors.save(tx, "cut", "one")
            kill(url)
            cursors.save(tx, "cut", "two")

    with pytest.raises(StoreError) as caught:
        write()
    assert not caught.value.permanent
    with opened.write() as tx:
        assert cursors.load(tx, "cut") is None


def test_a_wrong_password(postgres: Server) -> None:
    if postgres.folder is None:
        pytest.skip("how a server that is not ours lets people in is not ours to say")
    error = refusal(postgres.url.replace(PASSWORD, "wrong-secret"))
    assert "check DATABASE_URL" in str(error)
    assert "password authentication failed" in str(error)
    assert "wrong-secret" not in f"{error}{error!r}{error.__cause__!r}"


def test_no_such_database(postgres: Server) -> None:
    error = refusal(postgres.address("nothing_of_that_name"))
    assert "check DATABASE_URL" in str(error)
    assert PASSWORD not in f"{error}{error!r}{error.__cause__!r}"


def test_a_socket_in_the_file_system(postgres: Server, url: str) -> None:
    if postgres.folder is None:
        pytest.skip("where a server that is not ours has its socket is unknown")
    parts = psycopg.conninfo.conninfo_to_dict(url)
    where = f"host={postgres.folder}&port={parts['port']}"
    database = open_store(f"postgresql://postgres@/{parts['dbname']}?{where}")
    assert database.name == f"{parts['dbname']} on {postgres.folder}"
    database.close()


def test_a_user_without_rights(postgres: Server) -> None:
    made = sql.SQL("create role posterpulse_guest login password {}").format(sql.Literal(PASSWORD))
    with postgres.database() as url:
        postgres.ask(made)
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("revoke create on schema public from public")
            owner = str(psycopg.conninfo.conninfo_to_dict(url)["user"])
            error = refusal(url.replace(f"//{owner}:", "//posterpulse_guest:"))
        finally:
            postgres.ask(sql.SQL("drop role posterpulse_guest"))
    assert error.permanent
    assert "make it the owner of the database" in str(error)


def test_a_server_that_takes_no_writes(postgres: Server) -> None:
    with postgres.database() as url:
        open_store(url).close()
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        read_only = sql.SQL("alter database {} set default_transaction_read_only = on")
        postgres.ask(read_only.format(sql.Identifier(str(name))))
        error = refusal(url)
    assert error.permanent
    assert "name the primary server" in str(error)


def test_a_writer_waits_only_so_long(
    opened: Database, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "_QUICKLY", door._QUICKLY.replace("30s", "100ms"))
    with psycopg.connect(url) as other:
        other.execute("select pg_advisory_xact_lock(%s)", [door.WRITER_LOCK])
        with pytest.raises(StoreError, match="locked; stop that one") as caught:
            _save(opened)
        assert not caught.value.permanent
        with opened.read() as tx:
            assert cursors.load(tx, "feed") is None
    _save(opened)


def _save(database: Database) -> None:
    with database.write() as tx:
        cursors.save(tx, "feed", "one")


def test_ids_sort_alike_whatever_the_language_of_the_server(postgres: Server) -> None:
    ids = ["poster_B", "poster_a", "Poster_c", "poster-d", "\N{LATIN SMALL LETTER A WITH GRAVE}"]
    english = "template template0 locale_provider icu icu_locale 'en-US' encoding 'UTF8'"
    try:
        context = postgres.database(english)
        url = context.__enter__()
    except psycopg.Error as error:
        pytest.skip(f"this server knows no ICU: {error}")
    try:
        database = open_store(url)
        with database.write() as tx:
            directory.save_posters(tx, [Poster(id_, f"of {id_}") for id_ in ids])
            assert [each.id for each in directory.posters(tx)] == sorted(ids)
            assert directory.programs(tx) == sorted(f"of {id_}" for id_ in ids)
        database.close()
    finally:
        context.__exit__(None, None, None)
