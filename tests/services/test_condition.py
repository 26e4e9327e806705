"""What the bot says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.model import Programs
from bot.domain.sight import NOTHING
from bot.services.condition import Condition
from bot.slack import views
from bot.store import cursors, health

if TYPE_CHECKING:
    from bot.domain.model import Trouble
    from bot.store.database import Database

NOW, EVERY = 1_800_000_000, 300


@pytest.fixture
def condition(store: Database) -> Condition:
    return Condition(store, Programs({}), "UTC", ["impressions"], EVERY)


def troubles(condition: Condition) -> list[Trouble]:
    return list(condition.status(NOW, NOTHING).troubles)


def polled(store: Database, ago: int) -> None:
    with store.write() as tx:
        cursors.save(tx, "impressions", "{}", NOW - ago)


@pytest.mark.parametrize(("ago", "late"), [(3 * EVERY, False), (3 * EVERY + 1, True)])
def test_polling_that_stands_still_is_a_trouble(
    condition: Condition, store: Database, ago: int, *, late: bool
) -> None:
    assert troubles(condition) == []  # it has not begun
    polled(store, ago)
    assert [each.what for each in troubles(condition)] == ["Polling has stopped."] * late


def test_what_to_do_about_it_is_shown_as_it_is_written(
    condition: Condition, store: Database
) -> None:
    polled(store, 4 * EVERY)
    message = views.status(condition.status(NOW))
    assert "Is “posterpulse run” still running?" in message.text + str(message.blocks)


def test_that_vantio_is_down_says_enough(condition: Condition, store: Database) -> None:
    polled(store, 4 * EVERY)
    with store.write() as tx:
        health.down(tx, "vantio", NOW - 4 * EVERY, "Vantio does not answer", "It is tried again.")
    assert [each.what for each in troubles(condition)] == ["Vantio does not answer"]
