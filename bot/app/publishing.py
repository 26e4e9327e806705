"""Parts that make digests and leaderboards, and who gets what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.app import reading
from bot.config import WEEKDAYS
from bot.domain.subscription import Schedule, Subscription
from bot.services.digests import DIGEST, LEADERBOARD, Publisher
from bot.services.subscribing import follow

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.store.database import Database


def publisher(settings: Settings, database: Database, awake: int) -> Publisher:
    """What publishes digests and leaderboards; `awake` since when the bot runs (UTC seconds)."""
    config = settings.config
    reports = reading.reports(settings, database)
    fresh_until = reading.condition(settings, database).fresh_until
    return Publisher(database, reports, fresh_until, config.told, config.zone, awake)


def subscribe(settings: Settings, database: Database, now: int) -> None:
    """Make the store follow the settings, and note what that changed."""
    config = settings.config
    at_once = {
        kind
        for kind, section in ((DIGEST, config.digest), (LEADERBOARD, config.leaderboard))
        if section.first_at_once
    }
    follow(database, wanted(settings), config.managers, now, frozenset(at_once))


def wanted(settings: Settings) -> list[Subscription]:
    """The subscriptions that the settings ask for."""
    config = settings.config
    daily = Schedule(config.digest.at, config.zone)
    weekly = Schedule(config.leaderboard.at, config.zone, WEEKDAYS.index(config.leaderboard.day))
    return [
        *(Subscription(0, DIGEST, c, daily, config.digest.filters) for c in config.digest.channels),
        *(
            Subscription(0, LEADERBOARD, c, weekly, config.leaderboard.filters)
            for c in config.leaderboard.channels
        ),
        *(Subscription(0, "alert", c) for c in config.alerts.channels),
    ]
