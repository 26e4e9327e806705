"""The import law: strictly downwards, and two folders on one row don't know each other."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import bot

ROOT = Path(bot.__file__).parent
ROWS = (
    ("__main__",),
    ("cli",),
    ("app", "sandbox"),
    ("schedule", "listeners"),
    ("services",),
    ("store", "vantio", "slack"),
    ("domain",),
)
RANK = {name: rank for rank, row in enumerate(ROWS) for name in row}
CONFIG_READERS = {"__main__", "cli", "app", "config"}
THIRD_PARTY_AT_HOME = {
    "httpx": {"vantio/client.py"},
    "apscheduler": {"schedule.py"},
    "psycopg": {"store/postgres.py"},
    "sqlite_utils": {"store/schema.py"},
    "flask": {"sandbox"},
    "click": {"cli", "__main__.py"},
    "slackblocks": {"slack"},
}
PURE_FORBIDDEN = {"time", "os", "sqlite3", "socket", "logging", "threading", "pathlib", "random"}
MODULES = sorted(ROOT.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """The dotted names that a file imports, those for types included."""
    found = set()
    package = ["bot", *path.relative_to(ROOT).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *(node.module or "").split(".")]).rstrip(".")
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def home(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_downwards(path: Path) -> None:
    here = home(path)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "bot" or len(parts) == 1 or parts[1] in {here, "__version__"}:
            continue
        if parts[1] == "config":
            assert here in CONFIG_READERS, f"{here} knows the settings: {name}"
            continue
        if here == "config":
            assert parts[1] == "domain", f"the settings know {name}"
            continue
        if here == "__init__":
            pytest.fail(f"the package itself imports {name}")
        assert RANK[parts[1]] > RANK[here], f"{here} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_libraries_stay_where_they_belong(path: Path) -> None:
    relative = path.relative_to(ROOT)
    for name in imports(path):
        allowed = THIRD_PARTY_AT_HOME.get(name.split(".")[0])
        if allowed is not None:
            assert str(relative) in allowed or relative.parts[0] in allowed, name


@pytest.mark.parametrize("path", sorted((ROOT / "domain").glob("*.py")), ids=lambda path: path.stem)
def test_the_domain_is_pure(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & PURE_FORBIDDEN


@pytest.mark.parametrize("path", sorted((ROOT / "sandbox").rglob("*.py")), ids=lambda p: p.stem)
def test_the_sandbox_is_an_independent_witness(path: Path) -> None:
    ours = {name for name in imports(path) if name.startswith("bot.")}
    assert all(name.startswith("bot.sandbox") for name in ours), ours
