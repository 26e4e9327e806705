"""Parts that read Vantio into the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.config import settings_mistake
from bot.services.asking import Asking
from bot.services.directory import Directory
from bot.services.ingest import Ingest, Intervals, feeds_of
from bot.services.polling import Polling
from bot.services.retention import Retention
from bot.vantio.client import Vantio

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from bot.config import Settings
    from bot.store.database import Database

_HOUR = 3600


def polling(
    settings: Settings, database: Database, vantio: Vantio, stop: Event, clock: Callable[[], int]
) -> Polling:
    """What polls; `stop` ends every wait."""
    asking = Asking(vantio, database, stop, clock)
    chosen = settings.config.polling
    intervals = Intervals(chosen.audit_hours * _HOUR, chosen.full_sweep_hours * _HOUR)
    ingest = Ingest(database, asking, feeds_of(chosen.programs), clock, intervals)
    programs: list[str | None] = [*chosen.programs] or [None]
    directory = Directory(database, asking, programs, clock, chosen.directory_hours * _HOUR)
    managers = settings.config.told
    retention = Retention(database, settings.config.store.keep_days, clock)
    return Polling(ingest, directory, asking, database, retention, managers, clock)


def client(settings: Settings) -> Vantio:
    """The client for the configured account.

    Raises:
        ConfigError: when the key is missing, or it or the address can't be right.
    """
    key = settings.secret("VANTIO_API_KEY")
    with settings_mistake():
        return Vantio(settings.environment.vantio_base_url, key)
