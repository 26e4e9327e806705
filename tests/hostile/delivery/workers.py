"""What the processes do that are killed: deliver; and what one beside them does: add messages."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.services.delivery import Delivery, Patience
from bot.slack.sender import Sender, make_client
from bot.store import outbox
from bot.store.opening import open_store
from tests.hostile.delivery.script import script

if TYPE_CHECKING:
    from bot.store.database import Database
    from tests.hostile.delivery.clock import Hurried

TIMEOUT, SETTLE, HASTE = 0.5, 0.4, 0.3  # seconds
REST = 0.03


@dataclass(frozen=True)
class Place:
    """Where everything is: the store, the stand-in's address, and what time it is."""

    store: str
    api: str
    clock: Hurried


def delivery(place: Place, token: str, database: Database) -> Delivery:
    """The real thing, as patient as the hurried clock asks for."""
    client = make_client(token, place.api)
    client.timeout = TIMEOUT  # type: ignore[assignment] # whole seconds are too long for a test
    hurried = [math.ceil(each * place.clock.speed) for each in (TIMEOUT, SETTLE, HASTE)]
    return Delivery(database, Sender(client), [], place.clock.exact, Patience(*hurried))


def deliver(place: Place, token: str) -> None:
    """Deliver for ever."""
    logging.disable()  # it would tell of every fault
    delivering = delivery(place, token, open_store(place.store))
    while True:
        delivering.deliver()
        time.sleep(REST)


def feed(place: Place, messages: int, channels: int, seed: int, backlog: int) -> None:
    """Add the messages of a script, so that about `backlog` of them wait."""
    database = open_store(place.store)
    for step in script(messages, channels, seed):
        while _waiting(database) >= backlog:
            time.sleep(REST)
        with database.write(durable=True) as tx:
            step.happen(tx, place.clock())


def _waiting(database: Database) -> int:
    with database.read() as tx:
        counts = outbox.counts(tx)
    return counts.get("waiting", 0) + counts.get("sending", 0)
