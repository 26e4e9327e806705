"""Settings: `config.toml` for what everyone may see, the environment for secrets and addresses."""

from bot.config.loading import load
from bot.config.model import (
    SECRETS,
    WEEKDAYS,
    Config,
    ConfigError,
    Environment,
    Settings,
    settings_mistake,
)

__all__ = [
    "SECRETS",
    "WEEKDAYS",
    "Config",
    "ConfigError",
    "Environment",
    "Settings",
    "load",
    "settings_mistake",
]
