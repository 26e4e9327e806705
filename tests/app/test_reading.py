from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from bot.app import reading
from bot.config import Config, Environment, Settings
from bot.domain.noise import QuietHours, Rule
from bot.store.opening import open_store

if TYPE_CHECKING:
    from pathlib import Path

ALERTS = {
    "quiet_hours": "22:00-07:00",
    "most_a_day": 5,
    "overrides": [
        {"channel": "#owls", "quiet_hours": ""},
        {"channel": "#calm", "most_a_day": 1},
        {"channel": "#all", "quiet_hours": "", "most_a_day": 0},
        {"channel": "#late", "quiet_hours": "23:30-09:00"},
    ],
}


def test_a_channel_may_hear_more_or_less_than_others(tmp_path: Path) -> None:
    config = Config.model_validate({"zone": "Europe/Oslo", "alerts": ALERTS})
    settings = Settings(config=config, environment=Environment())
    database = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    noise = reading.noise(settings, database)
    database.close()
    night = QuietHours(time(22), time(7), "Europe/Oslo")
    late = QuietHours(time(23, 30), time(9), "Europe/Oslo")
    assert {name: noise.rule_of(name) for name in ("#a", "#owls", "#calm", "#all", "#late")} == {
        "#a": Rule(night, 5),
        "#owls": Rule(None, 5),
        "#calm": Rule(night, 1),
        "#all": Rule(None, 0),
        "#late": Rule(late, 5),
    }
    assert noise.zone == "Europe/Oslo"
