from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.config import SECRETS, ConfigError, load

if TYPE_CHECKING:
    from pathlib import Path

SAID = {
    'colour = "red"': "colour: there is no such key",
    'zon = "UTC"': "zon: there is no such key; did you mean zone?",
    "[slak]": "slak: there is no such key; did you mean slack?",
    "[polling]\nevery_minute = 5": "polling.every_minute: there is no such key; did you mean every",
    '[[programs]]\nid = "p"\nname = "x"\nnam = "y"': "programs[1].nam: there is no such key; did",
    '[[programs]]\nid = "p"': "programs[1].name: ",
    'zone = "Europe/Berln"': "zone: no such time zone 'Europe/Berln'; did you mean Europe/Berlin",
    "zone = 1": "zone: ",
    '[polling]\nevery_minutes = "often"': "polling.every_minutes: ",
    "[polling]\nevery_minutes = 0": "polling.every_minutes: ",
    '[polling]\nprograms = "p"': "polling.programs: ",
    '[digest]\nat = "25:00"': "digest.at: must be a time of day such as 09:00.",
    '[digest]\nat = "9:00"': "digest.at: must be a time of day such as 09:00.",
    '[digest]\nchannels = ["#"]': "digest.channels[1]: a channel needs a name",
    '[digest]\nchannels = ["#a", 5]': "digest.channels[2]: ",
    '[digest]\nfirst_at_once = "maybe"': "digest.first_at_once: ",
    '[leaderboard]\nday = "mon"': "leaderboard.day: ",
    "[alerts]\nfactor = 1": "alerts.factor: ",
    "[slack]\nhttp_port = 99999": "slack.http_port: ",
    '[operation]\nlog = "xml"': "operation.log: must be 'text' or 'json'.",
    '[operation]\nhost = "here"': "operation.host: 'here' is no address of a machine, such as 0.",
    '[operation]\nchannel = "#"': "operation.channel: a channel needs a name",
    "digest = 3": "digest: ",
    'managers = ["maya"]': "managers[1]: 'maya' is no Slack member id (U...) and no id of a",
    'managers = ["C0123"]': "managers[1]: 'C0123' is no Slack member id",
    'slack.ask_in = ["#"]': "slack.ask_in[1]: a channel needs a name",
    'managers = ["<@U0BOSS1>"]': "managers[1]: '<@U0BOSS1>' is no Slack member id",
}


def complaints(environment: dict[str, str], path: str | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(environment, path)
    assert str(caught.value) == "\n".join(caught.value.mistakes)
    return caught.value.mistakes


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("text", "said"), SAID.items(), ids=lambda text: text.split("\n")[-1])
def test_a_mistake_is_told_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(text)
    mistakes = complaints({})
    assert any(each.startswith(f"config.toml: {said}") for each in mistakes), mistakes
    # Each is one whole sentence.
    assert all(each[-1] in ".?" and "\n" not in each for each in mistakes)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    sections = [text for text in SAID if text.startswith("[") and "slak" not in text]
    alone = [text for text in sections if not text.startswith("[[")]
    first = {text.split("\n")[0]: text for text in reversed(alone)}
    top = 'colour = "red"\nzone = "nowhere"\nmanagers = ["maya"]\n'
    (tmp_path / "config.toml").write_text(top + "\n".join(first.values()))
    mistakes = complaints({})
    assert len(mistakes) == 3 + len(first)
    for place in ("colour", "zone", "managers", "polling", "digest", "leaderboard", "slack"):
        assert any(f"config.toml: {place}" in each for each in mistakes)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no such file; copy config.example.toml."),
        (b'zone = "a', "not valid TOML: "),
        (b"\xff\xfe", "not valid TOML: "),
    ],
)
def test_a_file_that_cannot_be_read(content: bytes | None, said: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "mine.toml").write_bytes(content)
    for mistakes in (complaints({"POSTERPULSE_CONFIG": "mine.toml"}), complaints({}, "mine.toml")):
        (mistake,) = mistakes
        assert mistake.startswith(f"mine.toml: {said}")
    (tmp_path / "folder").mkdir()
    assert complaints({}, "folder") == ["folder: can't be read (Is a directory)."]


def test_where_settings_come_from(tmp_path: Path) -> None:
    assert load({}).source is None
    (tmp_path / "config.toml").write_text('zone = "Europe/Oslo"')
    (tmp_path / "other.toml").write_text('zone = "Asia/Tokyo"')
    (tmp_path / "third.toml").write_text('zone = "Africa/Accra"')
    assert load({}).config.zone == "Europe/Oslo"
    named = {"POSTERPULSE_CONFIG": "other.toml", "DATABASE_URL": " sqlite:///x.db\n"}
    assert load(named).config.zone == "Asia/Tokyo"
    assert load(named).database_url == "sqlite:///x.db"
    assert load(named, "third.toml").source == "third.toml"


def test_what_is_missing_is_told_at_once() -> None:
    settings = load({"SLACK_BOT_TOKEN": "xoxb-1", "VANTIO_API_KEY": ""})
    with pytest.raises(ConfigError) as caught:
        settings.require("VANTIO_API_KEY", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")
    told = caught.value.mistakes
    assert [each.split(" is not set")[0] for each in told] == [
        "environment: VANTIO_API_KEY",
        "environment: SLACK_APP_TOKEN",
    ]
    with pytest.raises(ConfigError, match="SLACK_APP_TOKEN is not set"):
        settings.secret("SLACK_APP_TOKEN")


def test_secrets_are_shown_nowhere(tmp_path: Path) -> None:
    secret = "hush-hush"  # noqa: S105 - made up
    environment = dict.fromkeys([*SECRETS, "DATABASE_URL"], secret)
    settings = load(environment)
    for shown in (
        repr(settings),
        str(settings),
        f"{settings.environment!r}",
        settings.model_dump(),
    ):
        assert secret not in str(shown)
    assert secret not in settings.model_dump_json()
    assert settings.secret("VANTIO_API_KEY") == secret
    (tmp_path / "config.toml").write_text(f'zone = "{secret}"\nVANTIO_API_KEY = "{secret}x"')
    assert f"{secret}x" not in "".join(complaints(environment))


@pytest.mark.parametrize(
    ("name", "address", "said"),
    [
        ("VANTIO_BASE_URL", "http://vantio.app", "must be https://vantio.app: over http the key"),
        ("SLACK_API_URL", "http://slack.com/api/", "must be https://slack.com: over http the key"),
        ("SLACK_API_URL", "slack.com/api/", "must begin with https://."),
        ("VANTIO_BASE_URL", "https://me:hush@vantio.app", "must be a plain address"),
        ("SLACK_API_URL", "https://slack.com/api/?hush", "must be a plain address"),
    ],
)
def test_an_address_that_would_tell_a_secret(name: str, address: str, said: str) -> None:
    (mistake,) = complaints({name: address})
    assert mistake.startswith(f"environment: {name}: {said}")
    assert "hush" not in mistake


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1:1", "[::1]:1"])
def test_an_address_on_this_machine(host: str) -> None:
    there = f"http://{host}/api"
    found = load({"VANTIO_BASE_URL": there, "SLACK_API_URL": there}).environment
    assert (found.vantio_base_url, found.slack_api_url) == (there, f"{there}/")


def test_managers_are_people_and_groups(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('managers = ["U1", "S1", "W1"]')
    config = load({}).config
    assert (config.told, config.groups) == (("U1", "W1"), ("S1",))


@pytest.mark.parametrize("url", ["hush-hush", "ftp://hush-hush/", "https://", "http://[hush-hush"])
def test_a_heartbeat_that_is_no_address(url: str) -> None:
    assert complaints({"HEARTBEAT_URL": url}) == [
        "environment: HEARTBEAT_URL: must be an address such as https://host/path."
    ]


def test_everything_secret_is_known() -> None:
    told = {name: f"hush-{name}" for name in SECRETS}
    told["DATABASE_URL"] = "postgresql://bot:hush%2Fhush@db.example/posters"
    told["HEARTBEAT_URL"] = "https://alive.example/hush"
    settings = load(told)
    assert settings.hidden == {
        *(told[name] for name in SECRETS),
        told["HEARTBEAT_URL"],
        "hush%2Fhush",
        "hush/hush",
    }
    assert "hush" not in repr(settings)
    assert load({}).hidden == frozenset()
    assert load({"DATABASE_URL": "postgresql://[bot"}).hidden == frozenset()


def test_settings_do_not_change() -> None:
    settings = load({})
    with pytest.raises(ValueError, match="frozen"):
        settings.config.slack.http_port = 1  # type: ignore[misc] # what is forbidden
    assert settings.with_port(3000).config.slack.http_port == 3000
    assert settings.with_health_port(3000).config.operation.port == 3000
    assert settings.config.slack.http_port == 0
