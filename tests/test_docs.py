"""The papers and the program say the same."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bot.cli import COMMANDS, cli
from bot.config import SECRETS, Config, Environment
from bot.domain import command
from bot.listeners import home
from bot.services.checkup.slack import FOR_PRIVATE, NEEDED, TO_LOOK, TO_LOOK_IN_PRIVATE

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAPERS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
EXAMPLE = (ROOT / "config.example.toml").read_text(encoding="utf-8")
MANIFEST: dict[str, Any] = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
NOW = 1_795_420_800

CELLS = re.compile(r"^\| (.+) \|$", re.MULTILINE)
SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
FENCE = re.compile(r"^ *```\w*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r'(?:\]\(|src=")([^)"\s]+)')
FENCES = FENCE.findall(README)
SPANS = [" ".join(span.split()) for span in SPAN.findall(FENCE.sub("", README))]


def section(heading: str) -> str:
    """The text of the README from this heading to the next one of its rank."""
    found = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL
    )
    assert found, f"the README has no section {heading!r}"
    return found[1]


def table(text: str) -> dict[str, list[str]]:
    """The rows of the tables in a text by their first cell, without its backquotes."""
    rows = [[cell.strip() for cell in row.split("|")] for row in CELLS.findall(text)]
    return {cells[0].strip("`"): cells[1:] for cells in rows}


def flat(tree: dict[str, Any], head: str = "") -> dict[str, Any]:
    """Every value by its dotted key."""
    found: dict[str, Any] = {}
    for key, value in tree.items():
        found |= flat(value, f"{head}{key}.") if isinstance(value, dict) else {head + key: value}
    return found


def examples() -> list[str]:
    """What people and machines are told to type at the terminal, from `posterpulse` on."""
    files = [(ROOT / name).read_text() for name in ("Procfile", "docs/posterpulse.service")]
    lines = [line for text in (*FENCES, *files) for line in text.splitlines()]
    typed = [line.partition("#")[0] for line in lines] + SPANS
    found = (re.search(r"(?:^|bin/|: )posterpulse( [^→]+)$", each.strip()) for each in typed)
    return sorted({each[1].strip() for each in found if each})


def questions() -> list[str]:
    """What the README tells people to type behind `/posters`, periods and filters among it."""
    asked = {span.removeprefix("/posters").strip() for span in SPANS if span.startswith("/posters")}
    asking = {" ".join(span.split()) for span in SPAN.findall(section("Ask in Slack"))}
    return sorted(asked | {f"top {span}" for span in asking if not span.startswith("/")})


def commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(cli)
    for name in COMMANDS:
        found = cli.get_command(context, name)
        assert found, name
        yield name, found


# --- settings


def test_the_example_config_holds_every_key_with_its_default() -> None:
    defaults = flat(
        Config().model_dump(
            mode="json", exclude={"programs": True, "alerts": {"thresholds", "overrides"}}
        )
    )
    assert flat(tomllib.loads(EXAMPLE)) == defaults


def test_every_key_of_the_example_config_has_a_sentence_above_it() -> None:
    lines = EXAMPLE.splitlines()
    keys = [at for at, line in enumerate(lines) if re.match(r"\w+ = |# \[\[", line)]
    assert len(keys) > len(Config.model_fields)
    bare = [lines[at] for at in keys if not re.match(r"# [A-Z0-9].*[.)\w]", lines[at - 1])]
    assert not bare


def test_the_programs_of_the_example_config_can_be_uncommented() -> None:
    told, count = re.subn(
        r"^# (\[\[programs\]\]|id = |name = )", r"\1", EXAMPLE, flags=re.MULTILINE
    )
    config = Config.model_validate(tomllib.loads(told))
    assert count == 3
    assert [program.id for program in config.programs] == ["prog_123abc"]
    assert config.model_copy(update={"programs": ()}) == Config()


def test_the_readme_tells_every_key_and_its_default() -> None:
    rows = table(section("Settings"))
    for key, value in flat(tomllib.loads(EXAMPLE)).items():
        assert rows[key][0] == f"`{json.dumps(value)}`", key
    assert "[[programs]]" in rows


def test_the_readme_tells_every_environment_variable_and_its_default() -> None:
    rows = table(section("Settings"))
    variables = {name.upper(): field.default for name, field in Environment.model_fields.items()}
    assert set(SECRETS) <= set(variables)
    for name, default in variables.items():
        plain = default if isinstance(default, str) else default.get_secret_value()
        wanted = f"`{plain}`" if plain else "required" if name in SECRETS else "none"
        assert rows[name][0].startswith(wanted), name
    assert "POSTERPULSE_CONFIG" in rows
    known = {*variables, "POSTERPULSE_CONFIG"}
    assert {name for name in rows if re.fullmatch(r"[A-Z_]+", name)} == known


# --- what looks after the bot


def test_the_readme_tells_every_metric() -> None:
    told = {name for name in table(section("Deploy it")) if name.startswith("posterpulse_")}
    source = (ROOT / "bot/services/metrics.py").read_text(encoding="utf-8")
    assert told == set(re.findall(r'"(posterpulse_\w+)"', source))


def test_the_container_asks_for_health_where_it_is_answered() -> None:
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    port = re.search(r'CMD \["run", "--health-port", "(\d+)"\]', text)
    assert port
    assert f"http://127.0.0.1:{port[1]}/healthz" in text
    assert f"port {port[1]}" in README


# --- the command line


def test_help_lists_every_command_in_its_own_words() -> None:
    told = " ".join(CliRunner().invoke(cli, ["--help"]).output.split())
    for name, found in commands():
        assert found.short_help == COMMANDS[name][1]
        assert f" {name} {found.short_help}" in told


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0
    assert f"{name} [OPTIONS]" in result.output


def test_the_readme_tells_every_command_as_help_does() -> None:
    rows = table(section("Ask at the terminal"))
    told = {name: cells for name, cells in rows.items() if name.startswith("posterpulse")}
    assert list(told) == [f"posterpulse {name}" for name in COMMANDS]
    for name, found in commands():
        line, options = told[f"posterpulse {name}"]
        assert line == COMMANDS[name][1]
        real = [o.opts[0] for o in found.params if isinstance(o, click.Option)]
        assert [each.strip("`") for each in options.split()] == real, name


@pytest.mark.parametrize("typed", examples())
def test_examples_at_the_terminal_can_be_typed(
    typed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scans.jsonl").touch()
    arguments = shlex.split(typed.replace("$PORT", "8000"))
    root = cli.make_context("posterpulse", arguments)
    at = next((at for at, each in enumerate(arguments) if each in COMMANDS), None)
    assert at is not None, "there is no such command"
    name, rest = arguments[at], arguments[at + 1 :]
    found = dict(commands())[name]
    if not rest and any(each.required for each in found.params):
        return  # the command is only named
    found.make_context(name, rest, parent=root)


def test_there_are_examples_of_every_kind() -> None:
    assert {typed.split()[0] for typed in examples() if typed[0] != "-"} == set(COMMANDS)


# --- Slack


@pytest.mark.parametrize("words", questions())
def test_example_questions_can_be_asked(words: str) -> None:
    command.parse(words, NOW, "UTC")


def test_the_readme_tells_every_verb() -> None:
    told = {command.parse(words, NOW, "UTC").verb for words in questions()}
    assert told >= set(command.Verb)
    filters = {"program:", "poster:", "ambassador:"}
    assert all(any(each in words for words in questions()) for each in filters)


def test_the_manifest_keeps_slacks_limits() -> None:
    shown = MANIFEST["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 174 <= len(shown["long_description"]) <= 4000
    assert re.fullmatch(r"#[0-9a-f]{6}", shown["background_color"])
    assert len(MANIFEST["features"]["bot_user"]["display_name"]) <= 80
    commands = MANIFEST["features"]["slash_commands"]
    assert len(commands) <= 50
    for each in commands:
        assert 2 <= len(each["command"]) <= 32
        assert re.fullmatch(r"/[a-z0-9_-]+", each["command"])
        assert len(each["description"]) <= 2000
        assert len(each["usage_hint"]) <= 1000


def test_the_manifest_makes_the_app_that_the_bot_needs() -> None:
    (posters,) = MANIFEST["features"]["slash_commands"]
    assert posters["command"] == "/posters"
    assert posters["should_escape"] is True
    command.parse(posters["usage_hint"], NOW, "UTC")
    granted = set(MANIFEST["oauth_config"]["scopes"]["bot"])
    assert granted >= {*NEEDED, *FOR_PRIVATE, TO_LOOK, TO_LOOK_IN_PRIVATE}
    assert MANIFEST["settings"]["socket_mode_enabled"] is True
    assert MANIFEST["settings"]["interactivity"]["is_enabled"] is True
    assert MANIFEST["settings"]["event_subscriptions"]["bot_events"] == [home.OPENED]
    assert MANIFEST["features"]["app_home"]["home_tab_enabled"] is True
    assert f"/invite @{MANIFEST['features']['bot_user']['display_name']}" in README


# --- the papers among themselves


@pytest.mark.parametrize("paper", PAPERS)
def test_links_and_pictures_lead_somewhere(paper: str) -> None:
    text = (ROOT / paper).read_text(encoding="utf-8")
    lost = [
        link
        for link in LINK.findall(text)
        if not link.startswith("https://") and not (ROOT / link.partition("#")[0]).is_file()
    ]
    assert not lost


@pytest.mark.parametrize("paper", PAPERS)
def test_make_knows_every_target_that_is_named(paper: str) -> None:
    text = (ROOT / paper).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE))
    assert named <= targets
    assert named or paper == "CHANGELOG.md"


def test_the_changelog_knows_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[(\d[^\]]*)\] - \d{4}-\d\d-\d\d$", text, re.MULTILINE)
    assert newest
    assert newest[1] == PROJECT["version"] == version("posterpulse")


def test_every_dependency_is_pinned_within_its_bounds() -> None:
    pins = {canonicalize_name(line.split("==")[0]): line.split("==")[1] for line in CONSTRAINTS}
    assert not [line for line in CONSTRAINTS if not re.fullmatch(r"[\w.-]+==[\w.!+]+", line)]
    extras = PROJECT["optional-dependencies"].values()
    for each in (*PROJECT["dependencies"], *(line for extra in extras for line in extra)):
        wanted = Requirement(each)
        names = [wanted.name, *(f"{wanted.name}-{extra}" for extra in wanted.extras)]
        for name in names:
            assert wanted.specifier.contains(pins[canonicalize_name(name)]), each


def test_no_file_tells_where_it_was_made() -> None:
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("there is no git repository to list the files of")
    told = re.compile(
        rb"(?<![\w.~])/(?:home|root|Users|work|workspace)/[\w.]|pypi\.org|pythonhosted\.org|npmjs\.org"
        rb"|index[-]url"
    )
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    assert paths
    assert not [path for path in paths if path.is_file() and told.search(path.read_bytes())]
