"""Whatever Slack and the killer do, each message stands once: the soak in a few seconds.

More of it: `python -m tests.hostile --only delivery`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.hostile.delivery.run import Plan, Run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres_server import Server


def test_one_process_on_sqlite_tells_all_once_and_in_order(tmp_path: Path) -> None:
    plan = Plan(messages=16, kills=6, channels=4, speed=20)
    outcome = Run(plan, f"sqlite:///{tmp_path / 'store.db'}").perform()
    assert not outcome.failed
    assert outcome.kills >= plan.kills


def test_three_processes_on_postgres_tell_all_once_and_in_order(postgres: Server) -> None:
    plan = Plan(messages=16, kills=6, channels=4, speed=20, processes=3)
    with postgres.database() as store:
        outcome = Run(plan, store).perform()
    assert not outcome.failed
    assert outcome.kills >= plan.kills
