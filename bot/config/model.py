"""What may be set, with its defaults; frozen."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal, get_args
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from bot.config.values import (
    Address,
    Channel,
    ChannelOrNone,
    Clock,
    Interface,
    Manager,
    QuietHours,
    WebAddress,
    Zone,
    with_slash,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Sensitivity = Literal["low", "normal", "high"]
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


class Section(BaseModel):
    """A part of the settings: frozen, and without room for unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Program(Section):
    """The human name of a program, which the API doesn't know."""

    id: str
    name: str


class Polling(Section):
    """How Vantio is asked."""

    every_minutes: int = Field(5, ge=1, le=1440)
    programs: tuple[str, ...] = ()
    audit_hours: int = Field(6, ge=1, le=720)
    full_sweep_hours: int = Field(168, ge=1, le=8760)
    directory_hours: int = Field(6, ge=1, le=720)


class Store(Section):
    """How long single scans are kept; 0 for ever."""

    keep_days: int = Field(0, ge=0, le=36_500)


class Digest(Section):
    """The daily digest of the day before."""

    channels: tuple[Channel, ...] = ()
    at: Clock = "09:00"
    filters: str = ""
    first_at_once: bool = False


class Leaderboard(Section):
    """The weekly leaderboard of the week before."""

    channels: tuple[Channel, ...] = ()
    day: Weekday = "monday"
    at: Clock = "09:05"
    filters: str = ""
    first_at_once: bool = False


class Threshold(Section):
    """So many scans within a time are told, whatever is usual; `filters` as in a command."""

    scans: int = Field(ge=1)
    within_minutes: int = Field(60, ge=5, le=1440)
    filters: str = ""


class Override(Section):
    """What one channel of alerts has in another way."""

    channel: Channel
    quiet_hours: QuietHours | None = None
    most_a_day: int | None = Field(None, ge=0)


class Alerts(Section):
    """What is told unasked: spikes, posters gone quiet, first scans, milestones, thresholds."""

    channels: tuple[Channel, ...] = ()
    sensitivity: Sensitivity = "normal"
    gone_quiet: bool = True
    first_scans: bool = True
    milestones: bool = True
    quiet_hours: QuietHours = ""
    most_a_day: int = Field(10, ge=0)
    thresholds: tuple[Threshold, ...] = ()
    overrides: tuple[Override, ...] = ()


class Delivery(Section):
    """What of unknown fate may rather come twice than not at all, where nobody may look."""

    may_repeat: tuple[Literal["digest", "leaderboard", "alert"], ...] = ()


class Slack(Section):
    """How Slack reaches the bot."""

    http_port: int = Field(0, ge=0, le=65535)
    ask_in: tuple[Channel, ...] = ()


class Operation(Section):
    """How the bot is looked after; with port 0 nothing is answered."""

    channel: ChannelOrNone = ""
    port: int = Field(0, ge=0, le=65535)
    host: Interface = "127.0.0.1"
    log: Literal["text", "json"] = "text"


class Config(Section):
    """What `config.toml` may say."""

    zone: Zone = "UTC"
    managers: tuple[Manager, ...] = ()
    programs: tuple[Program, ...] = ()
    polling: Polling = Polling()
    store: Store = Store()
    digest: Digest = Digest()
    leaderboard: Leaderboard = Leaderboard()
    alerts: Alerts = Alerts()
    delivery: Delivery = Delivery()
    slack: Slack = Slack()
    operation: Operation = Operation()

    @property
    def told(self) -> tuple[str, ...]:
        """The managers whom a direct message reaches: people, not groups."""
        return tuple(each for each in self.managers if each not in self.groups)

    @property
    def groups(self) -> tuple[str, ...]:
        """The managers who are user groups (S...)."""
        return tuple(each for each in self.managers if each.startswith("S"))


class Environment(Section):
    """What the environment may say; see `SECRETS` for the secret ones."""

    vantio_api_key: SecretStr = SecretStr("")
    vantio_base_url: Address = "https://vantio.app"
    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_api_url: Annotated[Address, AfterValidator(with_slash)] = "https://slack.com/api/"
    database_url: SecretStr = SecretStr("sqlite:///posterpulse.db")
    heartbeat_url: WebAddress = SecretStr("")


class Settings(Section):
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

    def with_health_port(self, port: int) -> Settings:
        """The same settings, but with health and metrics on this port."""
        operation = self.config.operation.model_copy(update={"port": port})
        config = self.config.model_copy(update={"operation": operation})
        return self.model_copy(update={"config": config})

    @property
    def hidden(self) -> frozenset[str]:
        """Every text that nobody may be shown."""
        kept = {each for each in vars(self.environment).values() if isinstance(each, SecretStr)}
        told = {each.get_secret_value() for each in kept} - {self.database_url, ""}
        return frozenset(told | _passwords(self.database_url))

    @property
    def database_url(self) -> str:
        """Where the store is; may hold a password."""
        return self.environment.database_url.get_secret_value()

    @property
    def program_names(self) -> dict[str, str]:
        """The names of programs by id."""
        return {program.id: program.name for program in self.config.programs}


def _passwords(url: str) -> set[str]:
    """The password in an address, as it stands there and as it is."""
    try:
        password = urlsplit(url).password or ""
    except ValueError:
        return set()
    return {password, unquote(password)} - {""}


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


def _missing(name: str) -> str:
    return f"environment: {name} is not set: {SECRETS[name]}."
