"""Any order of claims, crashes, looks and receipts: what a message's state says stays true.

The messages of a channel go in order, a second apart, whatever happens to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from bot.store import lanes, outbox, pauses
from bot.store.pauses import Pause

from .samples import emptied

if TYPE_CHECKING:
    from bot.store.database import Database

SETTLE = 90
NEVER = {"buried", "withdrawn"}
workers = st.sampled_from(["one", "two"])
picks = st.integers(0, 5)
texts = st.sampled_from("abc")
CHANNELS = ("#one", "#two")
channels = st.sampled_from(CHANNELS)


@dataclass
class Letter:
    """What we believe of one message; `wanted` is what it should say.

    `order` is how many were made before it.
    """

    order: int = 0
    channel: str = ""
    parent: str | None = None
    state: str = "waiting"
    due_at: int = 0
    began: int = 0
    attempts: int = 0
    holder: str = ""
    look_at: int | None = None
    wanted: str = "{}"


class Office(RuleBasedStateMachine):
    """A model of the outbox; a worker that crashes is one that never comes back."""

    database: Database

    @initialize()
    def begin(self) -> None:
        emptied(self.database)
        self.now = 1000
        self.letters: dict[str, Letter] = {}
        self.keys: dict[str, int] = {}
        self.found: set[str] = set()
        self.ready_at = dict.fromkeys(CHANNELS, 0)
        self.paused: set[str] = set()

    @rule(number=picks)
    def add(self, number: int) -> None:
        """The second half are replies to the first."""
        intent = f"digest/{number}"
        parent = f"digest/{number - 3}" if number >= 3 else None
        with self.database.write() as tx:
            channel = CHANNELS[number % 3 % 2]
            added = outbox.add(tx, intent, "digest", channel, "{}", self.now, parent)
        assert added == (intent not in self.letters)
        lost = parent is not None and self.state_of(parent) in {"", *NEVER}
        state = "buried" if lost else "waiting"
        letter = Letter(len(self.letters), channel, parent, state, self.now)
        self.letters.setdefault(intent, letter)

    def state_of(self, intent: str) -> str:
        return self.letters[intent].state if intent in self.letters else ""

    def follow(self) -> None:
        """Replies share the fate of what is above them."""
        for each in self.letters.values():
            if each.state == "waiting" and each.parent and self.state_of(each.parent) in NEVER:
                each.state = "buried"

    @rule(seconds=st.sampled_from([1, 30, 60, 100]))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def find(self) -> None:
        with self.database.write(durable=True) as tx:
            name = lanes.seek(tx, self.now * 1000)
            if name:
                lanes.find(tx, name, name, name.upper())
        lost = {each.channel for each in self.letters.values() if self.open(each)} - self.found
        assert (name in lost) if lost else (name is None)
        self.found |= {name} if name else set()

    @rule(channel=channels, begin=st.booleans())
    def pause(self, channel: str, *, begin: bool) -> None:
        """People close channels and open them again; nothing here grows older than a day."""
        if channel not in self.found:
            return
        with self.database.write(durable=True) as tx:
            if begin:
                pauses.begin(tx, channel.upper(), Pause(channel, self.now, "shut", ""), dark=False)
                self.paused.add(channel)
            else:
                ended = pauses.end(tx, channel.upper(), self.now)
                assert (ended is None) == (channel not in self.paused)
                self.paused.discard(channel)

    def open(self, letter: Letter) -> bool:
        return letter.state in {"waiting", "sending"}

    def heads(self) -> list[Letter]:
        """The first of each channel that is not concluded, where it may be sent."""
        first: dict[str, Letter] = {}
        for each in sorted(self.letters.values(), key=lambda each: each.order):
            if self.open(each):
                first.setdefault(each.channel, each)
        return [
            each
            for each in first.values()
            if each.state == "waiting"
            and each.due_at <= self.now
            and each.channel in self.found - self.paused
            and self.ready_at[each.channel] <= self.now
        ]

    @rule(who=workers)
    def claim(self, who: str) -> None:
        with self.database.write(durable=True) as tx:
            parcel = outbox.claim(tx, self.now, who)
        due = self.heads()
        assert (parcel is None) == (not due)
        if parcel is None:
            return
        letter = self.letters[parcel.intent]
        assert letter.state == "waiting"
        assert letter.due_at == min(each.due_at for each in due)
        letter.state, letter.began, letter.holder = "sending", self.now, who
        letter.attempts += 1
        assert parcel.attempts == letter.attempts
        assert parcel.message == letter.wanted
        assert (parcel.to, parcel.thread_ts) == (
            ("C1", "1.0") if letter.parent else (letter.channel.upper(), None)
        )
        self.keys[parcel.intent] = parcel.key

    @rule(who=workers)
    def look(self, who: str) -> None:
        before = self.now - SETTLE
        with self.database.write(durable=True) as tx:
            parcel = outbox.claim_unknown(tx, self.now, who, before)
        open_ = [
            each
            for each in self.letters.values()
            if each.state == "sending" and each.began < before and (each.look_at or 0) <= self.now
        ]
        assert (parcel is None) == (not open_)
        if parcel is not None:
            letter = self.letters[parcel.intent]
            assert letter in open_
            letter.holder, letter.look_at = who, self.now + 60

    @rule(who=workers)
    def last_look(self, who: str) -> None:
        with self.database.write(durable=True) as tx:
            parcel = outbox.claim_repeated(tx, self.now, who)
        due = [
            each
            for each in self.letters.values()
            if each.state == "sent" and each.look_at is not None and each.look_at <= self.now
        ]
        assert (parcel is None) == (not due)
        if parcel is not None:
            letter = self.letters[parcel.intent]
            assert letter in due
            letter.look_at = self.now + 600

    @rule(number=picks, again=st.none() | st.just(600))
    def receive(self, number: int, again: int | None) -> None:
        intent = f"digest/{number}"
        if intent not in self.keys:
            return
        look_at = None if again is None else self.now + again
        with self.database.write(durable=True) as tx:
            outbox.sent(tx, self.keys[intent], "C1", "1.0", self.now, look_at)
            channel = self.letters[intent].channel
            lanes.rest(tx, channel.upper(), self.now * 1000 + lanes.PACE)
        self.ready_at[channel] = max(self.ready_at[channel], self.now + 1)
        self.letters[intent].state, self.letters[intent].look_at = "sent", look_at

    @rule(number=picks, text=texts)
    def revise(self, number: int, text: str) -> None:
        intent = f"digest/{number}"
        with self.database.write() as tx:
            outbox.revise(tx, intent, text, self.now)
        if self.state_of(intent) in {"waiting", "sending", "sent"}:
            self.letters[intent].wanted = text

    @rule(number=picks)
    def withdraw(self, number: int) -> None:
        intent = f"digest/{number}"
        with self.database.write() as tx:
            withdrawn = outbox.withdraw(tx, intent)
        assert withdrawn == (self.state_of(intent) == "waiting")
        if withdrawn:
            self.letters[intent].state = "withdrawn"
            self.follow()

    @rule(number=picks, who=workers, wait=st.sampled_from([0, 45]))
    def release(self, number: int, who: str, wait: int) -> None:
        intent = f"digest/{number}"
        if intent not in self.keys:
            return
        with self.database.write() as tx:
            outbox.release(tx, self.keys[intent], who, self.now + wait, "not now")
        letter = self.letters[intent]
        if letter.state == "sending" and letter.holder == who:
            letter.state, letter.due_at, letter.look_at = "waiting", self.now + wait, None

    @rule(number=picks)
    def bury(self, number: int) -> None:
        intent = f"digest/{number}"
        if intent not in self.keys:
            return
        with self.database.write(durable=True) as tx:
            outbox.bury(tx, self.keys[intent], "never")
        if self.letters[intent].state == "sending":
            self.letters[intent].state = "buried"
            self.follow()

    @invariant()
    def states_agree(self) -> None:
        with self.database.read() as tx:
            found = {intent: (outbox.outcome(tx, intent) or ("",))[0] for intent in self.letters}
            assert sum(outbox.counts(tx).values()) == len(self.letters)
        assert found == {intent: letter.state for intent, letter in self.letters.items()}


@pytest.mark.parametrize("steps", [30])
def test_any_order_of_events(database: Database, steps: int) -> None:
    office = type("OfficeOfThisStore", (Office,), {"database": database})
    run_state_machine_as_test(office, settings=settings(max_examples=25, stateful_step_count=steps))
