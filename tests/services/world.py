from __future__ import annotations

import json
import math
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.domain.model import Impression
from bot.sandbox.api import DEFAULT_SCOPES
from bot.sandbox.fake_slack import FakeSlack
from bot.sandbox.workspace import User
from bot.services.delivery import Delivery, Patience
from bot.slack.message import Message
from bot.slack.sender import Sender, make_client
from bot.store import impressions, outbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sandbox.workspace import Message as Posted
    from bot.store.database import Database

BOSS = "U0BOSS1"
SCOPES = (*DEFAULT_SCOPES, "groups:read", "im:history", "im:write")
PATIENCE = Patience(timeout=1, settle=60)
MESSAGE = Message("Scans", ({"type": "section", "text": {"type": "mrkdwn", "text": "12 scans"}},))


class Clock:
    """A clock that stands still until it is moved; it begins now, as Slack's own clock is real."""

    def __init__(self, now: int | None = None) -> None:
        self.reset()
        if now is not None:
            self.now = now

    def __call__(self) -> int:
        return self.now

    def reset(self) -> None:
        self.now = int(time.time())

    def wait(self, seconds: float) -> bool:
        """Let so much time pass, as an event would on which nobody insists."""
        self.now += math.ceil(seconds)
        return False

    def forward(self, seconds: int) -> None:
        self.now += seconds


@dataclass
class Mailroom:
    """An outbox, a simulated Slack, and a clock between them."""

    database: Database
    slack: FakeSlack
    clock: Clock = field(default_factory=Clock)

    def sender(self) -> Sender:
        return Sender(make_client("xoxb-sandbox", self.slack.api_url, PATIENCE.timeout))

    def delivery(self, sender: Sender | None = None, database: Database | None = None) -> Delivery:
        sender, database = sender or self.sender(), database or self.database
        return Delivery(database, sender, [BOSS], self.clock, PATIENCE)

    def intend(
        self,
        intent: str,
        channel: str = "#posters",
        message: Message = MESSAGE,
        kind: str = "digest",
    ) -> None:
        with self.database.write(durable=True) as tx:
            text = json.dumps(message.to_dict())
            outbox.add(tx, intent, kind, channel, text, self.clock())

    def state(self, intent: str) -> str:
        return self.outcome(intent)[0]

    def error(self, intent: str) -> str:
        return self.outcome(intent)[1] or ""

    def outcome(self, intent: str) -> tuple[str, str | None]:
        with self.database.read() as tx:
            found = outbox.outcome(tx, intent)
        assert found, f"nothing intended {intent}"
        return found

    def standing(self, intent: str) -> list[Posted]:
        """The messages with this key, in every channel and every direct message."""
        space = self.slack.workspace
        everywhere = [*space.channels, *space.dms.values()]
        return [m for c in everywhere for m in space.messages(c.id) if _key(m) == intent]

    def asked(self, method: str) -> list[dict[str, Any]]:
        return [params for name, params in self.slack.calls if name == method]

    def told(self) -> list[str]:
        """What the manager was told."""
        dm = self.slack.workspace.dms.get(BOSS)
        return [message.blocks[0]["text"]["text"] for message in dm.messages] if dm else []

    def settle(self, delivery: Delivery | None = None) -> None:
        """Let everything late land and every wait end, until nothing is left to do."""
        delivery = delivery or self.delivery()
        for thread in self.slack._api._late:
            thread.join()
        for _ in range(500):
            delivery.deliver(self.clock.wait)
            with self.database.read() as tx:
                counts = outbox.counts(tx)
            if not {"waiting", "sending"} & counts.keys():
                break
            self.clock.forward(PATIENCE.certain + 1)
        self.clock.forward(700)
        delivery.deliver(self.clock.wait)


@contextmanager
def slack_of(**settings: Any) -> Iterator[FakeSlack]:  # noqa: ANN401 - what FakeSlack takes
    """A simulated Slack with a manager, and with every permission of the manifest."""
    with FakeSlack(**{"scopes": SCOPES, **settings}) as slack:
        slack.workspace.users[BOSS] = User(BOSS, "boss", "Bo Ström")
        yield slack


def scans(
    at: int,
    count: int = 1,
    poster: str = "library",
    program: str = "autumn",
    ambassador: str = "maya",
) -> list[Impression]:
    """So many scans at the same second."""
    return [
        Impression(f"{poster}-{program}-{ambassador}-{at}-{n}", poster, program, ambassador, at)
        for n in range(count)
    ]


def fill(database: Database, *rows: Impression) -> None:
    with database.write() as tx:
        impressions.add(tx, rows, lambda rows: [None] * len(rows))


@dataclass(frozen=True)
class Outgoing:
    intent: str
    kind: str
    channel: str
    message: dict[str, Any]


def outgoing(database: Database) -> list[Outgoing]:
    """What was put into the outbox, in that order."""
    with database.read() as tx:
        rows = tx.rows("select intent, kind, channel, message from outbox order by key")
    return [Outgoing(intent, kind, to, json.loads(text)) for intent, kind, to, text in rows]


def _key(message: Posted) -> str | None:
    payload = (message.metadata or {}).get("event_payload", {})
    return str(payload["key"]) if "key" in payload else None
