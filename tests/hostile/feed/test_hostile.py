"""Whatever a list does, once it is calm the store is its copy.

A seed that fails here can be looked at with `python -m tests.hostile --only feed`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.hostile.feed.conditions import CONDITIONS, condition
from tests.hostile.feed.driver import perform
from tests.hostile.feed.story import transcript
from tests.hostile.feed.terminal import KILLED

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 450
WAITING = {"limits", "errors", "slow"}  # conditions whose runs spend seconds on waiting
SEEDS = {name: (6, 7) if name == "mixed" else (1, 2) for name in CONDITIONS if name not in WAITING}


@pytest.mark.parametrize(
    ("name", "seed"), [(name, seed) for name, seeds in SEEDS.items() for seed in seeds]
)
def test_the_store_becomes_a_copy_of_the_list(name: str, seed: int, tmp_path: Path) -> None:
    outcome = perform(name, condition(name, seed, ROWS), seed, tmp_path, children=False)
    assert not outcome.failed(), transcript(outcome)


@pytest.mark.parametrize("name", sorted(WAITING))
def test_no_request_comes_before_the_time_named(name: str, tmp_path: Path) -> None:
    few = replace(condition(name, 1, 120), rounds=2)
    outcome = perform(name, few, 1, tmp_path, children=False)
    assert name == "slow" or any("page" not in each["answer"] for each in outcome.server.log)
    assert not outcome.failed(), transcript(outcome)


@pytest.mark.parametrize("name", ["growth", "all movement", "arrival", "odd"])
def test_a_process_that_is_killed_loses_nothing(name: str, tmp_path: Path) -> None:
    killed = replace(condition(name, 3, 600), kills=0.7, rounds=4)
    outcome = perform(name, killed, 3, tmp_path)
    assert any(each.code == KILLED for each in outcome.commands)
    assert not outcome.failed(), transcript(outcome)
