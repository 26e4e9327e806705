"""A channel whose messages are revised and replied to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.slack.message import Message
from bot.store import outbox
from tests.services.world import PATIENCE, Mailroom

if TYPE_CHECKING:
    from bot.services.delivery import Delivery


def saying(text: str) -> Message:
    return Message(text, ({"type": "section", "text": {"type": "mrkdwn", "text": text}},))


class LivingRoom(Mailroom):
    """A mailroom for messages that live on after they were sent."""

    def say(self, intent: str, text: str = "first", channel: str = "#posters") -> None:
        self.intend(intent, channel, saying(text), "alert")

    def revise(self, intent: str, text: str) -> None:
        with self.database.write(durable=True) as tx:
            outbox.revise(tx, intent, json.dumps(saying(text).to_dict()), self.clock())

    def reply(self, intent: str, parent: str, text: str = "reply") -> None:
        message = json.dumps(saying(text).to_dict())
        with self.database.write(durable=True) as tx:
            outbox.add(tx, intent, "alert", "#posters", message, self.clock(), parent)

    def shown(self, intent: str) -> list[str]:
        """What the messages with this key say, in blocks and in text."""
        told = [(each.text, each.blocks[0]["text"]["text"]) for each in self.standing(intent)]
        assert all(text == block for text, block in told)
        return [text for text, _ in told]

    def pending(self) -> int:
        with self.database.read() as tx:
            ((count,),) = tx.rows("select count(*) from outbox where revision is not null")
        return int(count)

    def land(self) -> None:
        """Let everything land that is still under way."""
        for thread in self.slack._api._late:
            thread.join()

    def rest(self, delivery: Delivery | None = None) -> None:
        """Let every wait end, until nothing is left to do."""
        delivery = delivery or self.delivery()
        self.land()
        self.settle(delivery)
        for _ in range(100):
            if not self.pending():
                break
            self.clock.forward(PATIENCE.certain + 1)
            delivery.deliver(self.clock.wait)
