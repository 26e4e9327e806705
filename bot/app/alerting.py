"""Parts that tell what is out of the ordinary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.app import reading
from bot.domain.detection.watch import Thresholds
from bot.services.alerting import Alerting, Wanted
from bot.services.backtest import Backtest
from bot.services.fixed_thresholds import FixedThreshold
from bot.services.telling import Telling
from bot.services.watching import Watching

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.store.database import Database

_MINUTE = 60


def alerting(settings: Settings, database: Database) -> Alerting:
    """What looks for anything out of the ordinary, and tells it."""
    alerts, zone = settings.config.alerts, settings.config.zone
    watching = Watching(database, zone, Thresholds.of(alerts.sensitivity))
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
    return Backtest(database, settings.config.zone, Thresholds.of(chosen))
