"""What an error means at the terminal: one line (one a mistake, for settings) and an exit code."""

from __future__ import annotations

from bot.config import ConfigError
from bot.domain.command import CommandError
from bot.domain.naming import UnknownNameError
from bot.domain.period import PeriodError
from bot.slack.errors import SlackError
from bot.store.database import StoreError
from bot.vantio.errors import VantioError

_USAGE = (ConfigError, CommandError, PeriodError, UnknownNameError)
_FAILURES = (StoreError, VantioError, SlackError, OSError)


def explain(error: Exception) -> tuple[str, int] | None:
    """The text and the exit code for an expected error; None for a mistake of our own."""
    if isinstance(error, _USAGE):
        return str(error), 2
    if isinstance(error, _FAILURES):
        return str(error), 1
    return None
