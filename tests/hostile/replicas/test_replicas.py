"""Whoever leads and is killed or frozen, another one polls: the soak in a few seconds.

More of it: `python -m tests.hostile --only replicas`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.hostile.replicas.run import Plan, Run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres_server import Server


def test_another_one_polls_where_the_leader_is_killed_or_frozen(
    postgres: Server, tmp_path: Path
) -> None:
    with postgres.database() as store:
        outcome = Run(Plan(deaths=2, messages=0, freezes=2), store, tmp_path).perform()
    assert not outcome.failed
    assert len(outcome.after_death) == len(outcome.after_freeze) == 1
