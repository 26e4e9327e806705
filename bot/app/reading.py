"""Parts that only read the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.model import Programs
from bot.services.condition import Condition
from bot.services.ingest import feeds_of
from bot.services.questions import Questions
from bot.services.reports import Reports

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.store.database import Database


def programs(settings: Settings) -> Programs:
    """The names of programs."""
    return Programs(settings.program_names)


def reports(settings: Settings, database: Database) -> Reports:
    """What answers questions with numbers."""
    return Reports(database, programs(settings))


def condition(settings: Settings, database: Database) -> Condition:
    """What tells how the bot is doing."""
    polling = settings.config.polling
    feeds = [feed.name for feed in feeds_of(polling.programs)]
    every = polling.every_minutes * 60
    return Condition(database, programs(settings), settings.config.zone, feeds, every)


def questions(settings: Settings, database: Database) -> Questions:
    """What turns words into an answer that can be shown."""
    zone = settings.config.zone
    return Questions(reports(settings, database), condition(settings, database), zone)
