"""One run: messages are told through a stand-in that misbehaves, by processes that are killed."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from bot.store import outbox
from bot.store.opening import open_store
from tests.hostile.delivery import workers
from tests.hostile.delivery.clock import Hurried
from tests.hostile.delivery.script import script
from tests.hostile.delivery.server import served
from tests.hostile.delivery.slack import STORM, Slack, Weather
from tests.hostile.delivery.verdict import Verdict, judge
from tests.hostile.delivery.workers import Place
from tests.hostile.nursery import KILLED, Nursery

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.database import Database

RESTING = 20.0  # seconds without a step forward: what is left is not due for long
BEYOND = 700  # seconds of the clock after which a message is looked for once more
PACE = 2.0  # seconds of the clock, in which any channel has rested
LEAPS = 5  # of so many seconds: an edit that failed again and again waits for half an hour


@dataclass(frozen=True)
class Plan:
    """What to do: so many processes deliver, and so many times one of them is killed."""

    messages: int
    kills: int
    channels: int = 10
    processes: int = 1
    seed: int = 1
    speed: float = 10.0
    weather: Weather = STORM


@dataclass
class Outcome:
    """What came of it; `nearest` is the shortest time between two messages of a channel."""

    plan: Plan
    verdict: Verdict
    kills: int
    posts: int
    requests: int
    nearest: float
    seconds: float
    problems: list[str] = field(default_factory=list)

    @property
    def failed(self) -> str:
        """What went wrong; empty when nothing did."""
        found = [str(self.verdict)] if self.verdict else []
        return "; ".join(found + self.problems)


class Run:
    """The run of one plan with the store at an address, which is empty."""

    def __init__(
        self, plan: Plan, store: str, tell: Callable[[Run], None] = lambda _: None
    ) -> None:
        self.plan, self.kills, self.problems = plan, 0, list[str]()
        self._store, self._tell = store, tell
        self._clock = Hurried(plan.speed)
        self._chance = Random(f"{plan.seed} kills")
        self._slack = Slack(plan.channels, plan.weather, self._clock, plan.seed)
        self._tokens: dict[int, str] = {}

    @property
    def standing(self) -> int:
        """How many messages landed so far."""
        return len(self._slack.posts)

    def perform(self) -> Outcome:
        """Tell everything, through all the kills, and compare."""
        plan, started = self.plan, time.monotonic()
        with (
            served(self._slack) as api,
            Nursery(workers.__name__) as nursery,
            closing(open_store(self._store)) as database,
        ):
            place = Place(self._store, api, self._clock)
            self._turbulence(nursery, place, database)
            self._last_looks(place, database)
        steps = script(plan.messages, plan.channels, plan.seed)
        verdict = judge(steps, self._slack)
        gaps = self._slack.gaps()
        seconds = time.monotonic() - started
        nearest = gaps[0] if gaps else 0.0
        return Outcome(
            plan,
            verdict,
            self.kills,
            self.standing,
            self._slack.requests,
            nearest,
            seconds,
            self.problems,
        )

    def _turbulence(self, nursery: Nursery, place: Place, database: Database) -> None:
        plan = self.plan
        for _ in range(plan.processes):
            self._start(nursery, place)
        backlog = 3 * plan.channels
        told = plan.messages, plan.channels, plan.seed, backlog
        feeder = nursery.start(workers.feed, place, *told)
        while self.kills < plan.kills and not self._all_told(database):
            self._wait_a_moment()
            self._kill(nursery, self._chance.choice([*self._tokens]))
            self.kills += 1
            self._start(nursery, place)
            self._tell(self)
        self._calm(database)
        for process in [*self._tokens]:
            self._kill(nursery, process)
        nursery.kill(feeder)

    def _start(self, nursery: Nursery, place: Place) -> None:
        token = f"xoxb-{self.kills}-{len(self._tokens)}"
        self._tokens[nursery.start(workers.deliver, place, token)] = token

    def _kill(self, nursery: Nursery, process: int) -> None:
        code = nursery.kill(process)
        self._slack.died(self._tokens.pop(process))
        if code != KILLED:
            self.problems.append(f"a process ended by itself ({code})")

    def _wait_a_moment(self) -> None:
        """Any instant; most of them while something is being told, so that it hurts."""
        left = max(1, self.plan.kills - self.kills)
        posts = max(1.0, (self.plan.messages - self.standing) / left)
        if self._chance.random() < 0.2:
            time.sleep(self._chance.random() * 0.3)
        else:
            self._slack.wait(self._chance.randint(1, max(1, round(4 * posts))), 2.0)
            time.sleep(self._chance.random() ** 2 * 0.05)

    def _calm(self, database: Database) -> None:
        """Let the processes that are left do the rest."""
        seen, since = self._state(database), time.monotonic()
        while not self._all_told(database):
            if seen != (seen := self._state(database)):
                since = time.monotonic()
            if time.monotonic() - since > RESTING:
                return
            time.sleep(0.1)
            self._tell(self)

    def _all_told(self, database: Database) -> bool:
        made, over, revisions = self._state(database)
        return made == over == self.plan.messages and not revisions

    def _state(self, database: Database) -> tuple[int, int, int]:
        """How many messages were made, are done with, and are to be edited."""
        with database.read() as tx:
            counts = outbox.counts(tx)
            ((revisions,),) = tx.rows("select count(*) from outbox where revision is not null")
        over = sum(counts.get(state, 0) for state in ("sent", "buried", "withdrawn"))
        return sum(counts.values()), over, revisions

    def _last_looks(self, place: Place, database: Database) -> None:
        """Go on where the clock is later, for what waits long and for copies that landed late."""
        self._slack.clear_up()
        origin = self._clock.origin
        for number in range(1, LEAPS + 1):
            time.sleep(PACE / self._clock.speed)  # channels rest by their time, not by the leap
            later = Hurried(self._clock.speed, self._clock.began, origin + number * BEYOND)
            looking = Place(place.store, place.api, later)
            workers.delivery(looking, "xoxb-last", database).deliver(self._pass)

    def _pass(self, seconds: float) -> bool:
        """Let so many seconds of the clock pass; there is no reason to stop."""
        time.sleep(seconds / self._clock.speed)
        return False
