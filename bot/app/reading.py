"""Parts that only read the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.model import Programs
from bot.domain.noise import Rule, quiet_hours
from bot.services.condition import Condition
from bot.services.ingest import feeds_of
from bot.services.noise import Noise
from bot.services.questions import Questions
from bot.services.rehearsal import Rehearsal
from bot.services.reports import Reports
from bot.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.config import Settings
    from bot.config.model import Override
    from bot.services.backtest import Backtest
    from bot.services.readers import Read
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
    return Questions(
        reports(settings, database),
        condition(settings, database),
        noise(settings, database),
        Rehearsal(database, programs(settings), lambda: _backtest(settings, database)),
        settings.config.zone,
    )


def apart(settings: Settings, log: Callable[[], None]) -> Read:
    """What answers words in a process that does nothing else, with the store open.

    Raises:
        StoreError: when it can't be opened.
    """
    log()
    return questions(settings, open_store(settings.database_url)).ask_kindly


def _backtest(settings: Settings, database: Database) -> Backtest:
    from bot.app import alerting  # noqa: PLC0415 - numpy is slow to import, and asked for rarely

    return alerting.backtest(settings, database)


def noise(settings: Settings, database: Database) -> Noise:
    """What decides how much a channel hears of alerts."""
    alerts, zone = settings.config.alerts, settings.config.zone
    rule = Rule(quiet_hours(alerts.quiet_hours, zone), alerts.most_a_day)
    rules = {each.channel: _overridden(rule, each, zone) for each in alerts.overrides}
    return Noise(database, programs(settings), zone, rule, rules)


def _overridden(rule: Rule, override: Override, zone: str) -> Rule:
    hours, most = override.quiet_hours, override.most_a_day
    quiet = rule.quiet if hours is None else quiet_hours(hours, zone)
    return Rule(quiet, rule.most_a_day if most is None else most)
