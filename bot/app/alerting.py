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
# By how much less likely by chance something must be to be told, as a power of ten.
_STRICTER = {"low": 1.0, "normal": 0.0, "high": -0.7}


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


def _thresholds(sensitivity: str) -> Thresholds:
    usual, more = Thresholds(), _STRICTER[sensitivity]
    return Thresholds(usual.poster + more, usual.program + more, usual.silence + more, usual.inside)
