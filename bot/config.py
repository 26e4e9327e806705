"""Settings: `config.toml` for what everyone may see, the environment for secrets and addresses.

Every mistake is told at once, each with the place where it stands.
"""

from __future__ import annotations

import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from rapidfuzz import process

from bot.domain.calendar import valid_zone, zones_like

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core import ErrorDetails

DEFAULT_PATH = "config.toml"
_LIKELY = 60

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[str, ...] = get_args(Weekday)

SECRETS = {
    "VANTIO_API_KEY": "the secret key of your Vantio account (sk_...)",
    "SLACK_BOT_TOKEN": "the bot token of your Slack app (xoxb-...)",
    "SLACK_APP_TOKEN": "the app-level token for Socket Mode (xapp-...)",
    "SLACK_SIGNING_SECRET": "the signing secret, for HTTP mode",
}


class ConfigError(Exception):
    """The settings can't be used; one line a mistake."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


def _zone(name: str) -> str:
    if not valid_zone(name):
        near = ", ".join(zones_like(name))
        raise ValueError(
            f"no such time zone {name!r}" + (f"; did you mean {near}?" if near else "")
        )
    return name


def _channel(name: str) -> str:
    if not name.strip("# "):
        raise ValueError("a channel needs a name, such as #posters, or an id")
    return name.strip()


Zone = Annotated[str, AfterValidator(_zone)]
Channel = Annotated[str, AfterValidator(_channel)]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


_Model = TypeVar("_Model", bound=_Section)


class Program(_Section):
    """The human name of a program, which the API doesn't know."""

    id: str
    name: str


class Polling(_Section):
    """How Vantio is asked."""

    every_minutes: int = Field(5, ge=1, le=1440)
    programs: tuple[str, ...] = ()
    full_sweep_hours: int = Field(24, ge=1, le=720)
    directory_hours: int = Field(6, ge=1, le=720)


class Digest(_Section):
    """The daily digest of the day before."""

    channels: tuple[Channel, ...] = ()
    at: Clock = "09:00"
    filters: str = ""
    first_at_once: bool = False


class Leaderboard(_Section):
    """The weekly leaderboard of the week before."""

    channels: tuple[Channel, ...] = ()
    day: Weekday = "monday"
    at: Clock = "09:05"
    filters: str = ""
    first_at_once: bool = False


class Alerts(_Section):
    """Spike alerts."""

    channels: tuple[Channel, ...] = ()
    floor: int = Field(10, ge=2)
    factor: float = Field(3.0, ge=1.1)
    rest_hours: int = Field(6, ge=1, le=168)


class Slack(_Section):
    """How Slack reaches the bot."""

    http_port: int = Field(0, ge=0, le=65535)


class Config(_Section):
    """What `config.toml` may say."""

    zone: Zone = "UTC"
    managers: tuple[str, ...] = ()
    programs: tuple[Program, ...] = ()
    polling: Polling = Polling()
    digest: Digest = Digest()
    leaderboard: Leaderboard = Leaderboard()
    alerts: Alerts = Alerts()
    slack: Slack = Slack()

    @field_validator("managers")
    @classmethod
    def _are_members(cls, managers: tuple[str, ...]) -> tuple[str, ...]:
        for each in managers:
            if not (each[:1] in {"U", "W"} and each.isalnum()):
                raise ValueError(f"{each!r} is no Slack member id (U...); copy it from a profile")
        return managers


class Environment(_Section):
    """What the environment may say; see `SECRETS` for the secret ones."""

    vantio_api_key: SecretStr = SecretStr("")
    vantio_base_url: str = "https://vantio.app"
    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"
    database_url: SecretStr = SecretStr("sqlite:///posterpulse.db")


class Settings(_Section):
    """Everything that was set, frozen; `source` is the file that was read, if any."""

    config: Config
    environment: Environment
    source: str | None = None

    def secret(self, name: str) -> str:
        """The value of one of `SECRETS`.

        Raises:
            ConfigError: when it is not set.
        """
        value: SecretStr = getattr(self.environment, name.lower())
        if not value.get_secret_value():
            raise ConfigError([_missing(name)])
        return value.get_secret_value()

    def require(self, *names: str) -> None:
        """Make sure that these secrets are set.

        Raises:
            ConfigError: naming every one that is missing.
        """
        lost = [n for n in names if not getattr(self.environment, n.lower()).get_secret_value()]
        if lost:
            raise ConfigError([_missing(name) for name in lost])

    def with_port(self, port: int) -> Settings:
        """The same settings, but with Slack heard over HTTP on this port."""
        slack = self.config.slack.model_copy(update={"http_port": port})
        config = self.config.model_copy(update={"slack": slack})
        return self.model_copy(update={"config": config})

    @property
    def database_url(self) -> str:
        """Where the store is; may hold a password."""
        return self.environment.database_url.get_secret_value()

    @property
    def program_names(self) -> dict[str, str]:
        """The names of programs by id."""
        return {program.id: program.name for program in self.config.programs}


def load(environment: Mapping[str, str], path: str | None = None) -> Settings:
    """The settings from a file and the environment.

    The file is `path`, else `POSTERPULSE_CONFIG`, else `config.toml` where there is one.

    Raises:
        ConfigError: naming every mistake.
    """
    named = path or environment.get("POSTERPULSE_CONFIG")
    source = named or (DEFAULT_PATH if Path(DEFAULT_PATH).is_file() else None)
    mistakes: list[str] = []
    config = _parsed(Config, _read(source) if source else {}, source or "", mistakes)
    known = {name for name in Environment.model_fields if environment.get(name.upper())}
    told = {name: environment[name.upper()].strip() for name in known}
    parsed = _parsed(Environment, told, "environment", mistakes)
    if mistakes or config is None or parsed is None:
        raise ConfigError(mistakes)
    return Settings(config=config, environment=parsed, source=source)


@contextmanager
def settings_mistake() -> Iterator[None]:
    """Turn the complaint of a part about a value that it was given into a mistake in the settings.

    Raises:
        ConfigError: for a ValueError from within.
    """
    try:
        yield
    except ValueError as error:
        raise ConfigError([f"environment: {str(error).rstrip('.')}."]) from None


def _read(source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(source).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError([f"{source}: there is no such file; copy config.example.toml."]) from None
    except OSError as error:
        raise ConfigError([f"{source}: can't be read ({error.strerror})."]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([f"{source}: not valid TOML: {error}."]) from None


def _parsed(
    model: type[_Model], told: dict[str, Any], source: str, mistakes: list[str]
) -> _Model | None:
    try:
        return model.model_validate(told)
    except ValidationError as error:
        mistakes += [_sentence(source, model, each) for each in error.errors()]
        return None


def _sentence(source: str, model: type[BaseModel], error: ErrorDetails) -> str:
    place = _place(error["loc"])
    if error["type"] != "extra_forbidden":
        reason = _reason(error)
        return f"{source}: {place}: {reason}" + ("" if reason.endswith("?") else ".")
    near = process.extractOne(str(error["loc"][-1]), _keys(model, error["loc"][:-1]))
    hint = f"; did you mean {near[0]}?" if near and near[1] > _LIKELY else "."
    return f"{source}: {place}: there is no such key{hint}"


def _reason(error: ErrorDetails) -> str:
    if error["type"] == "string_pattern_mismatch":
        return "must be a time of day such as 09:00"
    return str(error["msg"]).removeprefix("Value error, ").rstrip(".")


def _place(location: tuple[int | str, ...]) -> str:
    place = ""
    for part in location:
        place += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if place else str(part)
    return place


def _keys(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys that are allowed where an unknown one stands."""
    sections = {"programs": Program}
    for part in location:
        if isinstance(part, str):
            default = model.model_fields[part].default if part in model.model_fields else None
            model = sections.get(part) or (
                type(default) if isinstance(default, BaseModel) else model
            )
    return list(model.model_fields)


def _missing(name: str) -> str:
    return f"environment: {name} is not set: {SECRETS[name]}."
