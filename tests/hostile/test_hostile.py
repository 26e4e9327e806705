"""Whatever a list does, once it is calm the store is its copy.

A seed that fails here can be looked at with `python -m tests.hostile.soak`, as its message says.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.hostile.conditions import CONDITIONS, condition
from tests.hostile.driver import perform
from tests.hostile.story import transcript
from tests.hostile.terminal import KILLED

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = (1, 2)
ROWS = 450
WAITING = {"limits", "errors", "slow"}  # conditions whose runs spend seconds on waiting


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", sorted(set(CONDITIONS) - WAITING))
def test_the_store_becomes_a_copy_of_the_list(name: str, seed: int, tmp_path: Path) -> None:
    outcome = perform(name, condition(name, seed, ROWS), seed, tmp_path, children=False)
    assert not outcome.failed(), transcript(outcome)


@pytest.mark.parametrize("name", sorted(WAITING))
def test_no_request_comes_before_the_time_named(name: str, tmp_path: Path) -> None:
    outcome = perform(name, condition(name, 1, ROWS), 1, tmp_path, children=False)
    assert not outcome.failed(), transcript(outcome)


@pytest.mark.parametrize("name", ["growth", "all movement", "arrival", "odd"])
def test_a_process_that_is_killed_loses_nothing(name: str, tmp_path: Path) -> None:
    killed = replace(condition(name, 3, 600), kills=0.7, rounds=5)
    outcome = perform(name, killed, 3, tmp_path)
    assert any(each.code == KILLED for each in outcome.commands)
    assert not outcome.failed(), transcript(outcome)
