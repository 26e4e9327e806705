from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.asking import askers
from bench.commands import running
from bench.mirrors import Mirrors

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("by_socket", [True, False])
def test_every_command_is_acknowledged_and_answered(tmp_path: Path, *, by_socket: bool) -> None:
    with (
        Mirrors(tmp_path, "newest") as mirrors,
        askers() as people,
        running(mirrors.of(300), tmp_path / "asked.db", people, by_socket=by_socket) as port,
    ):
        heard = people.ask(port, rate=30, seconds=1)
    assert heard.sent == 30 == len(heard.acknowledged) == len(heard.answered)
    assert not heard.sorry
    assert all(0 < each < 60 for each in (*heard.acknowledged, *heard.answered))


def test_a_bot_that_is_not_there_acknowledges_nothing() -> None:
    with askers() as people:
        heard = people.ask(1, rate=5, seconds=1, patience=0)
    assert (heard.sent, heard.acknowledged, heard.answered) == (5, [], [])
