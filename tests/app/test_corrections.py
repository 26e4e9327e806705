"""What changes in Vantio after it was told, from there to the thread of the digest."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.sandbox.campus import Campus
from bot.sandbox.fake_slack import FakeSlack
from bot.sandbox.fake_vantio import FakeVantio
from tests.app.running import between, running
from tests.app.test_bot import CONFIG

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ZONE = ZoneInfo("Europe/Oslo")


def day(row: Mapping[str, Any]) -> date:
    return datetime.fromisoformat(row["scanned_at"]).astimezone(ZONE).date()


def noon(of: date) -> float:
    return datetime.combine(of, time(12), ZONE).timestamp()


def test_scans_that_came_late_and_that_are_gone_are_told_in_the_thread(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    campus = Campus(days=10)
    today = datetime.now(ZONE).date()
    yesterday = [row for row in campus.impressions if day(row) == today - timedelta(days=1)]
    last = campus.posters[-1]
    with (
        FakeVantio(campus.impressions, campus.posters, campus.users) as vantio,
        FakeSlack(channels=("posters", "board", "alerts")) as slack,
    ):
        space, environment = slack.workspace, between(slack, vantio)
        with running(tmp_path, "run", **environment) as first:
            first.until(lambda: space.messages("posters"))
            first.end()
        [digest] = space.messages("posters")
        vantio.remove(*[str(row["id"]) for row in yesterday[:3]])
        vantio.add(*campus.burst(last["id"], noon(today) - 86_400, 400, seconds=60))
        with running(tmp_path, "audit", **environment) as audit:
            assert audit.process.wait(60) == 0, audit.log
        with running(tmp_path, "run", **environment) as second:
            second.until(lambda: space.messages("posters")[1:])
    [_, correction] = space.messages("posters")
    assert correction.thread_ts == digest.ts
    assert correction.text.startswith(
        f"Correction: {len(yesterday) + 397:,} scans, not {len(yesterday):,}. 400 came late. "
        f"3 are gone from Vantio. First is now {last['location']} ("
    )
