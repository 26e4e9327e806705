from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.__main__ import run
from bot.store import counts
from bot.store.opening import open_store

ROOT = Path(__file__).parents[2]
SCAN = {"id": "imp_1", "poster_id": "poster_1", "scanned_at": "2026-11-02T10:30:00Z"}
PROGRAM = [sys.executable, "-m", "bot"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, whose store is `posterpulse.db`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for name in ("DATABASE_URL", "POSTERPULSE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def lines(number: int) -> str:
    return "".join(json.dumps(SCAN | {"id": f"imp_{n}"}) + "\n" for n in range(number))


def stored() -> int:
    database = open_store("sqlite:///posterpulse.db")
    try:
        with database.read() as tx:
            return counts.everything(tx)
    finally:
        database.close()


def test_importing_twice(capfd: pytest.CaptureFixture[str]) -> None:
    Path("scans.jsonl").write_text(lines(1234) + "broken\n")
    assert run(["import", "scans.jsonl"]) == 0
    out, err = capfd.readouterr()
    assert out == "1,235 impressions: 1,234 new, 0 already there, 1 in quarantine.\n"
    assert err == ""
    assert run(["import", "scans.jsonl", "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told == {"read": 1235, "new": 0, "repeated": 1234, "quarantined": 1}


@pytest.mark.parametrize("kind", ["impressions", "users"])
def test_personal_data_is_its_owners_alone(kind: str) -> None:
    umask = os.umask(0o022)
    try:
        assert run(["export", "--kind", kind, "all.jsonl"]) == 0
        assert run(["export", "--kind", kind, "--personal", "personal.jsonl"]) == 0
    finally:
        os.umask(umask)
    modes = [stat.S_IMODE(Path(f"{name}.jsonl").stat().st_mode) for name in ("all", "personal")]
    assert modes == [0o644, 0o600]


def test_posters_and_users(capfd: pytest.CaptureFixture[str]) -> None:
    Path("posters.csv").write_text("id,location\nposter_1,Library\n,nowhere\n")
    assert run(["import", "--kind", "posters", "posters.csv"]) == 0
    assert capfd.readouterr().out == "2 posters: 1 saved, 1 in quarantine.\n"
    Path("users.json").write_text('{"users": [\n{"id": "u", "first_name": "Maya"}\n]}')
    assert run(["import", "--kind", "users", "--json", "users.json"]) == 0
    assert json.loads(capfd.readouterr().out) == {"read": 1, "saved": 1, "quarantined": 0}


def test_out_and_in_again(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("scans.jsonl").write_text(lines(700))
    assert run(["import", "scans.jsonl"]) == 0
    for name in ("out.csv", "out.jsonl"):
        assert run(["export", name]) == 0
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{name}.db")
        assert run(["import", name]) == 0
        assert run(["export", f"again-{name}"]) == 0
        assert Path(f"again-{name}").read_bytes() == Path(name).read_bytes()
        monkeypatch.delenv("DATABASE_URL")


def test_export_says_what_it_wrote(capfd: pytest.CaptureFixture[str]) -> None:
    Path("scans.jsonl").write_text(lines(1200) + json.dumps(SCAN | {"id": "x", "scanned_at": 1e9}))
    run(["import", "scans.jsonl"])
    capfd.readouterr()
    assert run(["export", "out.csv"]) == 0
    assert capfd.readouterr() == ("", "1,201 impressions written to out.csv.\n")
    assert run(["export", "out.jsonl", "--json", "--period", "2001-09-09"]) == 0
    assert capfd.readouterr() == ('{"written": 1, "file": "out.jsonl"}\n', "")
    assert json.loads(Path("out.jsonl").read_text())["scanned_at"] == "2001-09-09T01:46:40Z"


def test_a_file_that_exists_is_replaced_by_force_only(capfd: pytest.CaptureFixture[str]) -> None:
    Path("out.csv").write_text("mine")
    assert run(["export", "out.csv"]) == 1
    assert capfd.readouterr().err == "out.csv: this file exists; add --force to replace it.\n"
    assert Path("out.csv").read_text() == "mine"
    assert run(["export", "out.csv", "--force"]) == 0
    assert Path("out.csv").read_text().startswith("id,poster_id,")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["import", "lost.csv"], 2, "lost.csv: there is no such file."),
        (["import", "odd.txt"], 2, "odd.txt: end its name in .jsonl or .csv, or say --format."),
        (["import", "here"], 1, "here: this is a folder; name a file."),
        (["import", "odd.txt", "--format", "csv"], 1, "odd.txt: this is a binary file"),
        (["import", "--kind", "poster", "odd.txt"], 2, "'poster' is not one of 'impressions'"),
        (["export", "out"], 2, "out: end its name in"),
        (["export", "no/out.csv"], 1, "no/out.csv: its folder does not exist"),
        (["export", "out.csv", "--period", "someday"], 2, "I don't know the period “someday”."),
        (["export", "u.csv", "--kind", "users", "--period", "today"], 2, "users have no such"),
        (["export", "-", "--json"], 2, "--json prints to the standard output"),
    ],
)
def test_mistakes_are_told_in_a_line(
    arguments: list[str], code: int, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("here").mkdir()
    Path("odd.txt").write_bytes(b"\x7fELF\0")
    before = sorted(Path().iterdir())
    assert run(arguments) == code
    out, err = capfd.readouterr()
    assert out == ""
    assert said in err.splitlines()[-1]
    assert [path for path in sorted(Path().iterdir()) if path.suffix != ".db"] == before


def test_a_failing_store_leaves_no_half_written_file(capfd: pytest.CaptureFixture[str]) -> None:
    Path("scans.jsonl").write_text(lines(5000))
    run(["import", "scans.jsonl"])
    content = bytearray(Path("posterpulse.db").read_bytes())
    content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
    Path("posterpulse.db").write_bytes(content)
    capfd.readouterr()
    assert run(["export", "out.csv"]) == 1
    assert capfd.readouterr().err.startswith("Store posterpulse.db: ")
    assert not list(Path().glob("*out.csv*")) + list(Path().glob(".*.part"))


@pytest.mark.parametrize("content", [lines(3), "id,poster_id,scanned_at\n" + "1,p,2026-11-02\n"])
def test_standard_input_is_recognised(content: str) -> None:
    done = subprocess.run(
        [*PROGRAM, "import", "-", "--json"], input=content.encode(), capture_output=True, check=True
    )
    assert json.loads(done.stdout)["new"] == content.count("2026")
    assert done.stderr == b""


def test_standard_output_and_a_reader_that_has_seen_enough() -> None:
    Path("scans.jsonl").write_text(lines(20_000))
    run(["import", "scans.jsonl"])
    export = [*PROGRAM, "export", "-", "--format", "csv"]
    whole = subprocess.run(export, capture_output=True, check=True)
    assert whole.stdout.count(b"\r\n") == 20_001
    assert whole.stderr == b"20,000 impressions written to the standard output.\n"
    with subprocess.Popen(export, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as cut:
        assert cut.stdout
        assert cut.stderr
        cut.stdout.readline()
        cut.stdout.close()
        assert cut.stderr.read() == b""
        assert cut.wait(30) in {0, 1}


def test_a_pipe_is_taken_in_as_it_comes_and_what_came_is_kept_on_interruption() -> None:
    stored()
    with subprocess.Popen(
        [*PROGRAM, "import", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as taking:
        assert taking.stdin
        assert taking.stderr
        taking.stdin.write(lines(1300).encode())
        taking.stdin.flush()
        deadline = time.monotonic() + 60
        while stored() < 1000:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        taking.send_signal(signal.SIGINT)
        assert taking.wait(30) == 130
        told = taking.stderr.read().decode()
    assert "Interrupted. The 1,000 impressions read so far are kept; the same command" in told
    assert "Traceback" not in told
    assert stored() == 1000
    subprocess.run([*PROGRAM, "import", "-"], input=lines(1300).encode(), check=True)
    assert stored() == 1300


def test_a_terminal_sees_progress() -> None:
    Path("scans.jsonl").write_text(lines(3000))
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        done = subprocess.run(
            [*PROGRAM, "import", "scans.jsonl"],
            stdout=subprocess.PIPE,
            stderr=theirs,
            env=os.environ | {"TERM": "xterm", "COLUMNS": "100"},
            check=True,
        )
        seen = screen.read(65536).decode()
        os.close(theirs)
    assert "Reading scans.jsonl" in seen
    assert "100%" in seen
    assert done.stdout.startswith(b"3,000 impressions: 3,000 new")
