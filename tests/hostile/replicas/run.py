"""Three bots on one PostgreSQL: whoever polls is killed, or frozen for a while, again and again.

Each bot asks a simulated Vantio of its own, and all of these have the same scans: so it is seen
from outside who polls.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from bot.sandbox.fake_vantio import FakeVantio
from bot.store import outbox
from bot.store.counts import everything
from bot.store.opening import open_store
from tests.app.running import Running
from tests.hostile.delivery.clock import Hurried
from tests.hostile.delivery.script import script
from tests.hostile.delivery.server import served
from tests.hostile.delivery.slack import Slack, Weather
from tests.hostile.delivery.verdict import judge
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

REPLICAS = 3
CHANNELS = 6
WITHIN = 5.0  # seconds until another one polls
PATIENCE = 60.0
SETTLED_WITHIN = 600.0  # it takes minutes until a message of unknown fate is looked for
FROZEN = (6.0, 10.0)  # seconds
FIRST = 300  # scans
POSTERS = 40
CONFIG = """
[polling]
every_minutes = 1
[digest]
channels = ["#soak-1"]
first_at_once = true
[leaderboard]
channels = ["#soak-2"]
first_at_once = true
[alerts]
channels = ["#soak-3"]
most_a_day = 0
[[alerts.thresholds]]
scans = 50
"""


@dataclass(frozen=True)
class Plan:
    """How often the leader ends; every `freezes`th time it is frozen instead (0: never).

    `crowd` is how many scans one poster gets each time: 50 are an alert, which is edited later.
    """

    deaths: int
    messages: int
    freezes: int = 0
    seed: int = 1
    crowd: int = 60


@dataclass
class Outcome:
    """What came of it: seconds until another one polled, and what went wrong."""

    after_death: list[float] = field(default_factory=list)
    after_freeze: list[float] = field(default_factory=list)
    scans: int = 0
    expected: int = 0
    messages: int = 0
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def failed(self) -> str:
        """What went wrong; empty when nothing did."""
        found = [f"{slow:.1f} s until another one polled" for slow in self._slow()]
        if self.scans != self.expected:
            found.append(f"{self.scans} scans of {self.expected}")
        return "; ".join(found + self.problems)

    def _slow(self) -> list[float]:
        return [each for each in self.after_death if each > WITHIN]


class Replica:
    """One bot, which comes back after it was killed."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.vantio = FakeVantio(scans(0, FIRST, "poster_0"))
        self._folder, self._environment = folder, environment
        folder.mkdir()
        (folder / "config.toml").write_text(CONFIG)

    @contextmanager
    def living(self) -> Iterator[None]:
        """It runs from time to time within the block."""
        with self.vantio:
            self.start()
            try:
                yield
            finally:
                if not self.dead:
                    self.running.kill()

    def start(self) -> None:
        """Let it run."""
        port = str(free_port())
        environment = self._environment | {"VANTIO_BASE_URL": self.vantio.url}
        self.running = Running(self._folder, "run", "--port", port, **environment)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.running.process.send_signal(number)

    @property
    def dead(self) -> bool:
        """Whether it was killed and has not come back."""
        return self.running.process.poll() is not None

    @property
    def asked(self) -> int:
        """How many requests it has sent to Vantio."""
        return len(self.vantio.requests)


class Run:
    """The run of one plan with the store at an address, which is empty."""

    def __init__(
        self, plan: Plan, store: str, folder: Path, tell: Callable[[Run], None] = lambda _: None
    ) -> None:
        self.plan, self.outcome, self.deaths = plan, Outcome(), 0
        self._store, self._folder, self._tell = store, folder, tell
        self._chance = Random(plan.seed)
        self._slack = Slack(CHANNELS, Weather(), Hurried(1.0), plan.seed)
        self._steps = script(plan.messages, CHANNELS, plan.seed)
        self._made = FIRST

    def perform(self) -> Outcome:
        """Let them run, through all the deaths, and compare."""
        started = time.monotonic()
        with ExitStack() as stack:
            environment = {
                "DATABASE_URL": self._store,
                "VANTIO_API_KEY": "sk_sandbox",
                "SLACK_BOT_TOKEN": "xoxb-1",
                "SLACK_SIGNING_SECRET": "soak",
                "SLACK_API_URL": stack.enter_context(served(self._slack)),
            }
            replicas = [Replica(self._folder / f"{n}", environment) for n in range(REPLICAS)]
            for each in replicas:
                stack.enter_context(each.living())
            self._turbulence(replicas)
            self._settle()
            self._end(replicas)
        self._compare()
        self.outcome.seconds = time.monotonic() - started
        return self.outcome

    def _turbulence(self, replicas: list[Replica]) -> None:
        leader, _ = self._next_to_ask(replicas, [0] * REPLICAS)
        for number in range(self.plan.deaths):
            for each in replicas:
                if each.dead:
                    each.start()
            for each in replicas:
                each.running.says("Ready")
            self._happen(number)
            time.sleep(self._chance.random() ** 2 * 2)
            self._more_scans(replicas)
            freezes = self.plan.freezes and number % self.plan.freezes == self.plan.freezes - 1
            leader = (self._freeze if freezes else self._kill)(replicas, leader)
            self.deaths += 1
            self._tell(self)

    def _kill(self, replicas: list[Replica], leader: Replica) -> Replica:
        before = [each.asked for each in replicas]
        leader.running.kill()
        found, seconds = self._next_to_ask(replicas, before, leader)
        self.outcome.after_death.append(seconds)
        return found

    def _freeze(self, replicas: list[Replica], leader: Replica) -> Replica:
        """Stop the leader until another one has led for a while: then both believe that they do."""
        before = [each.asked for each in replicas]
        leader.signal(signal.SIGSTOP)
        found, seconds = self._next_to_ask(replicas, before, leader)
        self.outcome.after_freeze.append(seconds)
        time.sleep(self._chance.random() * 2)
        leader.signal(signal.SIGCONT)
        return found

    def _next_to_ask(
        self, replicas: list[Replica], before: list[int], but: Replica | None = None
    ) -> tuple[Replica, float]:
        """Who asks Vantio next, and after how many seconds."""
        since = time.monotonic()
        while (seconds := time.monotonic() - since) < PATIENCE:
            for each, asked in zip(replicas, before, strict=True):
                if each is not but and each.asked > asked:
                    return each, seconds
            time.sleep(0.005)
        logs = "\n".join(each.running.log for each in replicas)
        raise AssertionError(f"nobody polls\n{logs}")

    def _more_scans(self, replicas: list[Replica]) -> None:
        rows = scans(self._made, self.plan.crowd, f"poster_{self.deaths % POSTERS}")
        self._made += self.plan.crowd
        for each in replicas:
            each.vantio.add(*rows)

    def _happen(self, number: int) -> None:
        """The share of the messages that is made before this death."""
        share = -(-len(self._steps) // self.plan.deaths)
        with closing(open_store(self._store)) as database:
            for step in self._steps[number * share : (number + 1) * share]:
                with database.write(durable=True) as tx:
                    step.happen(tx, int(time.time()))

    def _settle(self) -> None:
        """Wait until everything is read and told."""
        deadline = time.monotonic() + SETTLED_WITHIN
        with closing(open_store(self._store)) as database:
            while time.monotonic() < deadline:
                with database.read() as tx:
                    self.outcome.scans = everything(tx)
                    waiting = {"waiting", "sending"} & outbox.counts(tx).keys()
                    ((edits,),) = tx.rows("select count(*) from outbox where revision is not null")
                if self.outcome.scans >= self._made and not waiting and not edits:
                    return
                time.sleep(0.2)
                self._tell(self)
        self.outcome.problems.append("it got stuck")

    def _end(self, replicas: list[Replica]) -> None:
        for each in replicas:
            if each.dead:
                continue
            started = time.monotonic()
            code = each.running.end()
            seconds = time.monotonic() - started
            if code or seconds > WITHIN:
                self.outcome.problems.append(f"a bot ended with {code} after {seconds:.1f} s")
            self.outcome.problems += [
                line for line in each.running.log.splitlines() if "Traceback" in line
            ]

    def _compare(self) -> None:
        found = self.outcome
        found.expected = self._made
        with closing(open_store(self._store)) as database, database.read() as tx:
            ((rows, ids),) = tx.rows("select count(*), count(distinct id) from impression")
        if not rows == ids == found.scans:
            found.problems.append(f"{rows} rows, {ids} ids, {found.scans} in the tallies")
        keys = Counter(post.key for post in self._slack.posts)
        found.messages = len(keys)
        found.problems += [f"{key} stood {n} times" for key, n in keys.items() if n > 1]
        verdict = judge(self._steps, self._slack)
        verdict.strange = []  # what the bots make themselves: digests, alerts
        if verdict:
            found.problems.append(str(verdict))


def scans(first: int, count: int, poster: str) -> list[dict[str, Any]]:
    """Rows of the API: the first are of yesterday, later ones of the last minute."""
    since = time.time() - (60 if first else 90_000)
    return [
        {"id": f"imp_{n}", "poster_id": poster, "scanned_at": since + (n - first) / count * 59}
        for n in range(first, first + count)
    ]
