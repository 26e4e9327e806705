"""Any order of revisions, edits, crashes and late receipts: what is last wanted is what is due."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import pytest

from bot.store import lanes, outbox, revisions

from .samples import emptied

if TYPE_CHECKING:
    from bot.store.database import Database
    from bot.store.revisions import Edit

SETTLE = 90
RARELY = 0.1


@dataclass
class Letter:
    """What we believe of one message that was sent.

    `stands` is what is known to stand in the channel, `began` since when an edit has been on the
    wire; a text of None means that nobody knows.
    """

    key: int
    wanted: str | None = "a"
    stands: str | None = "a"
    due_at: int = 1000
    began: int | None = None

    @property
    def pending(self) -> bool:
        return self.began is not None or self.wanted != self.stands


class Wall:
    """Two messages in a channel; an edit that crashes is one that is never concluded."""

    def __init__(self, database: Database) -> None:
        self.database = emptied(database)
        self.now = 1000
        self.letters: list[Letter] = []
        self.edits: list[Edit] = []
        for number in (0, 1):
            with self.database.write() as tx:
                outbox.add(tx, str(number), "alert", "#posters", "a", self.now)
                lanes.find(tx, "#posters", "#posters", "C1")
                parcel = outbox.claim(tx, self.now, "me")
                assert parcel is not None
                outbox.sent(tx, parcel.key, "C1", "1.0", self.now, None)
            self.letters.append(Letter(parcel.key))

    def wait(self, seconds: int) -> None:
        self.now += seconds

    def revise(self, number: int, text: str) -> None:
        with self.database.write() as tx:
            outbox.revise(tx, str(number), text, self.now)
        letter = self.letters[number]
        letter.wanted, letter.due_at = text, max(letter.due_at, self.now)

    def claim(self) -> None:
        before = self.now - SETTLE
        with self.database.write(durable=True) as tx:
            edit = revisions.claim(tx, self.now, before)
        due = [
            each
            for each in self.letters
            if each.pending
            and each.due_at <= self.now
            and (each.began is None or each.began < before)
        ]
        assert (edit is None) == (not due)
        if edit is None:
            return
        [letter] = [each for each in due if each.key == edit.key]
        assert letter.due_at == min(each.due_at for each in due)
        assert (edit.message, edit.begun) == (letter.wanted, self.now)
        if letter.began is not None:
            letter.stands = None
        letter.began = self.now
        self.edits.append(edit)

    def conclude(self, back: int, how: str) -> None:
        """Say how the last edit went, or the one before it, which may have been overtaken."""
        if back >= len(self.edits):
            return
        edit = self.edits.pop(-1 - back)
        with self.database.write(durable=True) as tx:
            if how in {"edited", "drop"}:
                (revisions.edited if how == "edited" else revisions.drop)(tx, edit, self.now)
            else:
                (revisions.release if how == "release" else revisions.doubt)(tx, edit, self.now)
        [letter] = [each for each in self.letters if each.key == edit.key]
        if letter.began == edit.begun:
            self.believe(letter, edit.message, how)

    def believe(self, letter: Letter, text: str, how: str) -> None:
        letter.due_at = self.now + {"edited": revisions.PACE, "drop": 3600}.get(how, 0)
        if how == "edited":
            letter.stands = text
        if how == "drop" and letter.wanted == text:
            letter.wanted = letter.stands
        if how != "doubt":
            letter.began = None

    def receive(self, number: int, text: str) -> None:
        """A worker that was slow says that it has sent the message, which said `text` then."""
        letter = self.letters[number]
        with self.database.write(durable=True) as tx:
            outbox.sent(tx, letter.key, "C1", "1.0", self.now, None, text)
        letter.wanted = text if letter.wanted is None else letter.wanted
        letter.stands, letter.began, letter.due_at = text, None, self.now


def act(wall: Wall, chance: Random) -> None:
    """Let one thing happen."""
    number, text = chance.randrange(2), chance.choice("abc")
    deed = chance.choice(["wait", "revise", "claim", "conclude", "late"])
    if deed == "wait":
        wall.wait(chance.choice([1, 60, 100, 3600]))
    elif deed == "revise":
        wall.revise(number, text)
    elif deed == "claim":
        wall.claim()
    elif deed == "conclude":
        wall.conclude(number, chance.choice(["edited", "edited", "release", "doubt", "drop"]))
    elif chance.random() < RARELY:
        wall.receive(number, text)


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_events(database: Database, seed: int) -> None:
    """A walk at random, since hypothesis hardly gets as far as two edits of one message."""
    chance, wall = Random(seed), Wall(database)
    for _ in range(1000):
        act(wall, chance)
