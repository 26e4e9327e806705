"""Copying to be interrupted, or to be refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.services.copying import copy
from bot.store.database import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.database import Database


def silent(_done: int, _total: int) -> None:
    pass


def replace(database: Database, sql: str) -> None:
    with database.write() as tx:
        assert tx.execute(sql) > 0


def interrupted_after(steps: int) -> Callable[[int, int], None]:
    """A person who presses Ctrl-C when so many steps were told."""
    left = iter(range(steps))

    def progress(_done: int, _total: int) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    return progress


def interrupt(source: Database, target: Database, steps: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        copy(source, target, interrupted_after(steps))


def refusal(source: Database, target: Database) -> str:
    with pytest.raises(StoreError) as caught:
        copy(source, target, silent)
    assert "\n" not in str(caught.value)
    assert caught.value.permanent
    return str(caught.value)
