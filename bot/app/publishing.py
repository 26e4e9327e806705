"""Parts that make digests, leaderboards and alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.app import reading
from bot.config import WEEKDAYS
from bot.domain.detection.watch import Thresholds
from bot.domain.subscription import Schedule, Subscription
from bot.services.alerting import Alerting, Wanted
from bot.services.backtest import Backtest
from bot.services.digests import DIGEST, LEADERBOARD, Publisher
from bot.services.fixed_thresholds import FixedThreshold
from bot.services.telling import Telling
from bot.services.watching import Watching
from bot.store import subscriptions

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.store.database import Database

_MINUTE = 60
# By how much less likely by chance something must be to be told, as a power of ten.
_STRICTER = {"low": 1.0, "normal": 0.0, "high": -0.7}


def publisher(settings: Settings, database: Database, awake: int) -> Publisher:
    """What publishes digests and leaderboards; `awake` since when the bot runs (UTC seconds)."""
    config = settings.config
    reports = reading.reports(settings, database)
    fresh_until = reading.condition(settings, database).fresh_until
    return Publisher(database, reports, fresh_until, config.managers, config.zone, awake)


def alerting(settings: Settings, database: Database) -> Alerting:
    """What looks for anything out of the ordinary, and tells it."""
    alerts, zone = settings.config.alerts, settings.config.zone
    watching = Watching(database, zone, _thresholds(alerts.sensitivity))
    telling = Telling(reading.noise(settings, database), reading.programs(settings), zone)
    wanted = Wanted(
        alerts.gone_quiet,
        alerts.first_scans,
        alerts.milestones,
        tuple(
            FixedThreshold(each.scans, each.within_minutes * _MINUTE, each.filters)
            for each in alerts.thresholds
        ),
    )
    return Alerting(database, watching, telling, wanted, zone)


def backtest(settings: Settings, database: Database, sensitivity: str | None = None) -> Backtest:
    """What says which alerts the stored history would have given."""
    chosen = sensitivity or settings.config.alerts.sensitivity
    return Backtest(database, settings.config.zone, _thresholds(chosen))


def subscribe(settings: Settings, database: Database, now: int) -> None:
    """Make the subscriptions in the store be those of the settings."""
    config = settings.config
    at_once = {
        kind
        for kind, section in ((DIGEST, config.digest), (LEADERBOARD, config.leaderboard))
        if section.first_at_once
    }
    with database.write() as tx:
        subscriptions.reconcile(tx, wanted(settings), now, frozenset(at_once))


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


def _thresholds(sensitivity: str) -> Thresholds:
    usual, more = Thresholds(), _STRICTER[sensitivity]
    return Thresholds(usual.poster + more, usual.program + more, usual.silence + more, usual.inside)
