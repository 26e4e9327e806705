"""What is to be told: digests, alerts with replies in their threads, and revisions of both."""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from bot.slack.message import Message
from bot.store import outbox

if TYPE_CHECKING:
    from bot.store.database import Transaction

REPLIES, REVISIONS = 3, 4


@dataclass(frozen=True)
class Step:
    """Something happens: a new message, or another text for one that was made before."""

    intent: str
    text: str
    channel: str
    kind: str = "digest"
    thread_of: str | None = None
    revises: bool = False

    def happen(self, tx: Transaction, now: int) -> None:
        """Write it into the outbox."""
        section = {"type": "section", "text": {"type": "mrkdwn", "text": self.text}}
        message = json.dumps(Message(self.text, (section,)).to_dict())
        if self.revises:
            outbox.revise(tx, self.intent, message, now)
        else:
            outbox.add(tx, self.intent, self.kind, self.channel, message, now, self.thread_of)


def script(messages: int, channels: int, seed: int) -> list[Step]:
    """So many messages and their revisions, in the order in which they happen; a message is last.

    Half of the channels are named, half bear their id.
    """
    chance = Random(seed)
    steps: list[Step] = []
    alerts: list[Step] = []
    for number in range(messages):
        steps += _revisions(steps, chance)
        if alerts and chance.random() < 0.4:
            above = chance.choice(alerts[-REPLIES:])
            step = _step(number, above.channel, "evidence", above.intent)
        else:
            place = chance.randint(1, channels)
            channel = f"#soak-{place}" if place % 2 else f"C{place}"
            step = _step(number, channel, chance.choice(("digest", "alert")))
        steps.append(step)
        alerts += [step] if step.kind == "alert" else []
    return steps


def _step(number: int, channel: str, kind: str, above: str | None = None) -> Step:
    return Step(f"{kind}/{number}", f"{kind} {number}, first said", channel, kind, above)


def _revisions(steps: list[Step], chance: Random) -> list[Step]:
    """Perhaps other texts for one of the last messages."""
    if not steps or chance.random() > 0.2:
        return []
    told = chance.choice(steps[-10:])
    texts = [f"{told.intent}, revised after {len(steps)} steps"] * chance.randint(1, REVISIONS)
    return [
        Step(told.intent, f"{text}, {n}", told.channel, told.kind, told.thread_of, revises=True)
        for n, text in enumerate(texts)
    ]
