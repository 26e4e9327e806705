from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import bot

ROOT = Path(bot.__file__).parents[1]
SLOW_TO_LOAD = {"apscheduler", "flask", "httpx", "psycopg", "pydantic", "rich"}
SLOW_TO_LOAD |= {"slack_bolt", "slack_sdk", "sqlite_utils"}
# Runs one command and then names the packages that were loaded for it, on the last line.
SCRIPT = """
import sys
from bot.__main__ import run
code = run(sys.argv[1:])
print("\\n" + " ".join(sorted({name.partition(".")[0] for name in sys.modules})))
sys.exit(code)
"""


def loaded(tmp_path: Path, *arguments: str) -> set[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("POSTERPULSE")}
    environment |= {"PYTHONPATH": str(ROOT), "DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split()) & SLOW_TO_LOAD


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], []], ids=str)
def test_help_loads_nothing(tmp_path: Path, arguments: list[str]) -> None:
    assert loaded(tmp_path, *arguments) == set()


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["ask", "--json", "top"], {"pydantic", "sqlite_utils"}),
        (["ask", "top"], {"pydantic", "sqlite_utils", "rich"}),
        (["ask", "--help"], {"pydantic", "sqlite_utils"}),
        (["digest", "--dry-run"], {"pydantic", "sqlite_utils", "rich"}),
        (["preview", "top"], {"pydantic", "sqlite_utils"}),
        (["export", "-"], {"pydantic", "sqlite_utils"}),
        (["demo", "--help"], {"pydantic"}),
    ],
    ids=str,
)
def test_a_command_loads_what_it_needs(
    tmp_path: Path, arguments: list[str], allowed: set[str]
) -> None:
    assert loaded(tmp_path, *arguments) <= allowed
