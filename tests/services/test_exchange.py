from __future__ import annotations

import json
import os
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.model import Ambassador, Poster
from bot.services.exchange.cells import guarded, unguarded
from bot.services.exchange.files import FileProblem, writing
from bot.services.exchange.importing import Imported, take_in_rows
from bot.services.exchange.kinds import IMPRESSIONS, KINDS, POSTERS, USERS
from bot.services.exchange.rows import rows
from bot.store import counts, cursors, directory, first_load, quarantine
from tests.services.exchanging import FORMATS, SCAN, given_out, lines_of, opened, scans, take

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.services.exchange.files import Format
    from bot.store.database import Database

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(f"sqlite:///{tmp_path / 'store.db'}") as found:
        yield found


def test_metadata_that_is_not_json_costs_the_row_nothing(database: Database) -> None:
    header = "id,poster_id,scanned_at,metadata\n"
    assert take(database, f"{header}1,p,2026-11-02,{{x\n", "csv") == Imported(1, 1, 0)


def test_taking_in_twice_changes_nothing(database: Database) -> None:
    content = scans(1200) + "broken\n" + lines_of({"id": "imp_x"})
    assert take(database, content) == Imported(1202, 1200, 2)
    again = take(database, content)
    assert (again.kept, again.repeated, again.quarantined) == (0, 1200, 2)
    with database.read() as tx:
        assert counts.everything(tx) == 1200
        reasons = tx.rows("select reason from quarantine order by reason")
    assert reasons == [("line 1201 is not JSON",), ("no poster_id",)]


def test_one_id_at_two_times_counts_once_in_an_empty_store_too(database: Database) -> None:
    again = SCAN | {"id": "imp_0", "scanned_at": "2026-11-20T08:00:00Z"}
    # In a step of its own, far from the others in time.
    assert take(database, scans(1000) + lines_of(again)) == Imported(1001, 1000, 0)
    with database.read() as tx:
        assert tx.rows("select count(*) from impression") == [(1000,)]


def test_an_empty_store_is_filled_by_a_first_load(database: Database) -> None:
    listed = (SCAN | {"id": f"imp_{n}"} for n in range(600))
    under_way = []
    for _ in take_in_rows(database, IMPRESSIONS, listed, lambda: 0):
        with database.read() as tx:
            under_way.append(first_load.under_way(tx))
    assert under_way == [True, True]
    with database.read() as tx:
        assert not first_load.under_way(tx)


def test_what_was_told_of_is_kept_even_if_the_rest_never_comes(database: Database) -> None:
    def rows_then_trouble() -> Iterator[object]:
        yield from (SCAN | {"id": f"imp_{n}"} for n in range(1100))
        raise KeyboardInterrupt

    steps = take_in_rows(database, IMPRESSIONS, rows_then_trouble(), lambda: 0)
    told = Imported()
    with pytest.raises(KeyboardInterrupt):
        for told in steps:  # noqa: B007 - the last one counts
            pass
    with database.read() as tx:
        assert told.read == counts.everything(tx) == 1000


def test_cursors_and_refreshing_stay_as_they_are(database: Database) -> None:
    take(database, scans(3))
    take(database, lines_of({"id": "poster_1", "location": "Library"}), kind=POSTERS)
    with database.read() as tx:
        assert cursors.load(tx, "impressions") is None
        assert tx.rows("select count(*) from cursor") == [(0,)]


def test_a_file_that_is_silent_about_something_erases_nothing(database: Database) -> None:
    known = {"id": "u", "first_name": "Maya", "last_name": "Klein", "email": "maya@example.org"}
    take(database, lines_of(known, known | {"id": "v"}), kind=USERS)
    told = {"id": "u", "first_name": "Maja"}
    result = take(database, lines_of(told, told, {"email": "x"}), kind=USERS)
    assert result == Imported(3, 2, 1)
    with database.read() as tx:
        found = directory.ambassadors(tx)
        assert quarantine.count(tx) == 1
    assert found == [
        Ambassador("u", "", "Maja", "Klein", "maya@example.org"),
        Ambassador("v", "", "Maya", "Klein", "maya@example.org"),
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_memory_stays_flat(tmp_path: Path, database: Database, form: Format) -> None:
    path = tmp_path / "big"
    with path.open("wb") as file:
        header = b"id,poster_id,scanned_at,referrer\n" if form == "csv" else b""
        file.write(header)
        row = json.dumps(SCAN | {"referrer": "x" * 1000}).encode()
        cells = f"{','.join(SCAN.values())},{'x' * 1000}".encode()
        for _ in range(20_000):
            file.write((cells if form == "csv" else row) + b"\n")
    tracemalloc.start()
    try:
        with path.open("rb") as stream:
            found = rows(stream, "big", form, IMPRESSIONS.shape)
            result = list(take_in_rows(database, IMPRESSIONS, found, lambda: 0))[-1]
        assert tracemalloc.get_traced_memory()[1] < path.stat().st_size / 4
    finally:
        tracemalloc.stop()
    assert result == Imported(20_000, 1, 0)


@given(st.text(st.sampled_from("'=+-@\t\r\n \uff1dab")) | st.text())
def test_guarding_a_cell_can_be_undone_and_leaves_no_formula(text: str) -> None:
    cell = guarded(text)
    assert unguarded(cell) == text
    assert not cell.startswith(DANGEROUS)
    assert not cell.lstrip().startswith(DANGEROUS)


_TEXT = (
    st.none()
    | st.text(st.sampled_from("'=+-@\t\r\n \";,\uff1da"), max_size=6)
    | st.text(max_size=30)
)
_ID = st.sampled_from(["=1+1", "@a", "'-b", "x", "007", 7]) | _TEXT
_TIME = st.integers(1_767_225_600, 1_798_761_600) | st.just("2026-11-02T10:30:00.5+02:00") | _TEXT
_SCANS = st.fixed_dictionaries(
    {"id": _ID, "poster_id": _ID, "scanned_at": _TIME},
    optional={
        "program_id": _ID,
        "student_id": _ID,
        "user_agent": _TEXT,
        "metadata": st.fixed_dictionaries({"device_type": _TEXT}) | _TEXT,
        "ip_address": st.just("192.0.2.7"),
    },
)
_POSTERS = st.fixed_dictionaries(
    {"id": _ID},
    optional={"program_id": _ID, "student_id": _ID, "location": _TEXT, "created_at": _TIME},
)
_USERS = st.fixed_dictionaries(
    {"id": _ID},
    optional={"first_name": _TEXT, "last_name": _TEXT, "email": _TEXT, "program_id": _ID},
)


def _owned(scanned: list[dict[str, object]]) -> list[object]:
    """The scans, all of one poster with the same owner: it is taken from the first that comes."""
    owners: dict[str, dict[str, object]] = {}
    for scan in scanned:
        told = ("program_id", "student_id")
        owner: dict[str, object] = {key: scan.pop(key) for key in told if key in scan}
        scan.update(owners.setdefault(str(scan["poster_id"]).strip(), owner))
    return list(scanned)


def _answers(database: Database) -> list[object]:
    with database.read() as tx:
        per = [counts.by(tx, each, 0, 2**40) for each in ("program", "poster", "ambassador")]
        return [*per, counts.extent(tx), directory.posters(tx), directory.ambassadors(tx)]


@given(st.lists(_SCANS, max_size=8), st.lists(_POSTERS, max_size=4), st.lists(_USERS, max_size=4))
@pytest.mark.parametrize("form", FORMATS)
def test_what_is_exported_and_imported_gives_the_same_answers(
    form: Format, scanned: list[dict[str, object]], posters: list[object], users: list[object]
) -> None:
    told = {"impressions": _owned(scanned), "posters": posters, "users": users}
    with opened() as first, opened() as second:
        for name, kind in KINDS.items():
            take(first, lines_of(*told[name]), kind=kind)
        for kind in KINDS.values():
            written = given_out(first, form, kind)
            assert take(second, written, form, kind).quarantined == 0
            assert given_out(second, form, kind) == written
        assert _answers(second) == _answers(first)


@pytest.mark.parametrize("form", FORMATS)
def test_personal_data_stays_unless_asked_for(database: Database, form: Format) -> None:
    take(database, scans(1, user_agent="Phone 17", ip_address="192.0.2.7"))
    person = {"id": "u", "first_name": "Maya", "last_name": "Klein", "email": "maya@example.org"}
    take(database, lines_of(person), kind=USERS)
    for kind, secrets in ((IMPRESSIONS, [b"Phone"]), (USERS, [b"Klein", b"example"])):
        kept = given_out(database, form, kind, personal=False)
        told = given_out(database, form, kind)
        assert b"192.0.2.7" not in told
        for secret, column in zip(secrets, sorted(kind.shape.personal, reverse=True), strict=False):
            assert secret not in kept
            assert column.encode() not in kept
            assert secret in told


def test_rows_have_the_shape_of_the_api_oldest_first(database: Database) -> None:
    late = SCAN | {"id": "imp_0", "scanned_at": "2026-11-03T00:00:00Z"}
    early = SCAN | {"program_id": "prog_1", "metadata": {"device_type": "mobile", "x": 1}}
    take(database, lines_of(late, early))
    assert [json.loads(line) for line in given_out(database, "jsonl").splitlines()] == [
        SCAN | {"program_id": "prog_1", "metadata": {"device_type": "mobile"}},
        late,
    ]


def test_an_export_that_fails_leaves_no_file_and_the_old_one_alone(tmp_path: Path) -> None:
    target = tmp_path / "scans.csv"
    target.write_text("old")

    def fail() -> None:
        with writing(str(target), force=True) as stream:
            stream.write(b"x" * 100_000)
            raise OSError(28, "No space left on device")

    with pytest.raises(FileProblem, match=r"scans\.csv: can't be written \(No space left"):
        fail()
    assert [path.name for path in tmp_path.iterdir()] == ["scans.csv"]
    assert target.read_text() == "old"


def test_a_link_is_written_through_and_pipes_are_never_replaced(tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "real.csv", tmp_path / "link.csv", tmp_path / "pipe"
    os.mkfifo(pipe)
    target.write_text("old")
    link.symlink_to(target)
    with writing(str(link), force=True) as stream:
        stream.write(b"new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    with pytest.raises(FileProblem, match="no ordinary file"), writing(str(pipe), force=True):
        pass
    with pytest.raises(FileProblem, match="folder"), writing(str(tmp_path), force=True):
        pass
    with (
        pytest.raises(FileProblem, match="create it"),
        writing(str(tmp_path / "no" / "a.csv"), force=False),
    ):
        pass


def test_posters_that_only_scans_name_are_exported_too(database: Database) -> None:
    take(database, scans(1))
    take(database, lines_of({"id": "poster_2", "location": "Café"}), kind=POSTERS)
    with database.read() as tx:
        assert directory.posters(tx) == [Poster("poster_1"), Poster("poster_2", location="Café")]
    assert given_out(database, "csv", POSTERS).decode().splitlines() == [
        "id,program_id,student_id,location,created_at",
        "poster_1,,,,",
        "poster_2,,,Café,",
    ]
