"""Whoever leads and is killed, another one polls: the soak in a few seconds.

More of it: `python -m tests.hostile --only replicas`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.hostile.replicas.run import Plan, Run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres_server import Server


def test_another_one_polls_when_the_leader_is_killed(postgres: Server, tmp_path: Path) -> None:
    with postgres.database() as store:
        outcome = Run(Plan(deaths=1, messages=0, crowd=10), store, tmp_path).perform()
    assert not outcome.failed
    assert len(outcome.after_death) == 1
