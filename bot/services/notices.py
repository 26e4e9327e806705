"""Direct messages to the managers, about the bot itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.slack.views import trouble
from bot.store import outbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.slack.message import Message
    from bot.store.database import Transaction

NOTICE = "trouble"


def tell_managers(
    tx: Transaction, managers: Sequence[str], about: str, what: str, remedy: str, now: int
) -> None:
    """Tell every manager of a trouble, once for each `about`."""
    notify(tx, managers, about, trouble(what, remedy), now)


def notify(
    tx: Transaction, managers: Sequence[str], about: str, message: Message, now: int
) -> None:
    """Put a direct message to every manager into the outbox, once for each `about`."""
    text = message.to_json()
    for manager in managers:
        outbox.add(tx, f"{NOTICE}/{about}/{manager}", NOTICE, manager, text, now)
