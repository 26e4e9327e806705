from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from slack_bolt import BoltRequest

from bot.app.listening import bolt
from bot.domain.detection.watch import Thresholds
from bot.domain.model import Ambassador, Impression, Poster, Programs
from bot.sandbox.fake_slack import FakeSlack
from bot.sandbox.interactions import Interactions
from bot.sandbox.workspace import YOU
from bot.services.backtest import Backtest
from bot.services.condition import Condition
from bot.services.noise import Noise
from bot.services.permissions import Permissions
from bot.services.questions import Questions
from bot.services.rehearsal import Rehearsal
from bot.services.reports import Reports
from bot.slack import kit
from bot.slack.lookup import Lookup
from bot.slack.sender import make_client
from bot.store import directory, impressions
from bot.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slack_bolt import App, BoltResponse

    from bot.sandbox.workspace import Message
    from bot.store.database import Database

NOW = 1_793_620_800  # Monday, 2 November 2026, 12:00 UTC
ZONE = "Europe/Oslo"


@dataclass
class Room:
    """A channel in which people ask, with the real listeners behind it."""

    slack: FakeSlack
    database: Database
    app: App
    questions: Questions
    managers: list[str]
    ask_in: list[str]
    now: int = NOW
    copies: int = 1  # Slack delivers at least once
    replies: list[BoltResponse] = field(default_factory=list)

    def deliver(self, _kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        for _ in range(self.copies):
            reply = self.app.dispatch(BoltRequest(body=payload, mode="socket_mode"))
            self.replies.append(reply)
        return {}

    @property
    def hand(self) -> Interactions:
        """What a person does, delivered to the listeners in this process."""
        slack = self.slack
        return Interactions(slack.workspace, slack.responses, self.deliver, slack.url)

    def ask(self, text: str) -> Message:
        """Type `/posters text`; returns the answer."""
        return self.after(lambda: self.hand.slash(text, channel="posters"))

    def press(self, message: Message, action: str, value: str | None = None) -> Message:
        """Press a button, with another value where one is given; returns what it brings."""
        if value is not None:
            buttons = [e for b in message.blocks for e in b.get("elements", ())]
            (button,) = [each for each in buttons if each.get("action_id") == action]
            button["value"] = value
        return self.after(lambda: self.hand.press(message, action))

    def button(self, action: str, carried: dict[str, Any]) -> Message:
        """A message in the channel with a button that carries this."""
        made = kit.message("x", kit.actions(kit.button("x", action, carried))).blocks
        blocks = json.loads(json.dumps(made))
        place = self.slack.workspace.channel("posters")
        return self.slack.workspace.post(place, "U0POSTERPULSE", "x", blocks=blocks)

    def after(self, deed: Any) -> Message:  # noqa: ANN401 - something to call
        """The one message that a deed brings, acknowledged before."""
        count = len(self.said())
        deed()
        assert self.replies[-1].status == 200
        assert self.replies[-1].body == ""
        assert self.slack.workspace.wait_for(lambda: len(self.said()) > count)
        return self.said()[-1]

    def said(self) -> list[Message]:
        return self.slack.workspace.messages("posters", YOU)

    def scan(self, poster: str, at: int, count: int = 1) -> None:
        rows = [
            Impression(f"{poster}-{at}-{n}", poster, "prog_spring", "user_maya", at)
            for n in range(count)
        ]
        with self.database.write() as tx:
            impressions.add(tx, rows, lambda rows: [None] * len(rows))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A room with seven scans of today at two posters."""
    database = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    programs = Programs({"prog_spring": "Spring fair"})
    condition = Condition(database, programs, ZONE, ["impressions"], 300)
    noise = Noise(database, programs, ZONE)
    rehearsal = Rehearsal(database, programs, lambda: Backtest(database, ZONE, Thresholds()))
    questions = Questions(Reports(database, programs), condition, noise, rehearsal, ZONE)
    with FakeSlack(channels=("posters",)) as slack:
        client = make_client("xoxb-sandbox", slack.api_url)
        lookup, managers, ask_in = Lookup(client), list[str](), list[str]()
        permissions = Permissions(managers, ask_in, lookup.members, lookup.channel_name)
        app = bolt(client, questions, permissions, lambda: found.now)
        found = Room(slack, database, app, questions, managers, ask_in)
        with database.write() as tx:
            maya = Ambassador("user_maya", first_name="Maya", last_name="Lind")
            posters = [Poster("p_hall", location="Main Hall"), Poster("p_gym", location="Gym")]
            directory.save_posters(tx, posters)
            directory.save_ambassadors(tx, [maya])
        found.scan("p_hall", NOW - 3600, 5)
        found.scan("p_gym", NOW - 7200, 2)
        yield found
    database.close()


def shown(message: Message) -> str:
    """Everything that a message says."""
    return f"{message.text}\n{message.blocks}"
