"""A bot that publishes for months, by a clock that stops only where something can happen.

Publisher, delivery and store are the real ones; Slack is a small stand-in, and Vantio a time up to
when everything is known. Both are down at random, and so is the bot; processes are killed, and
settings change.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from typing import TYPE_CHECKING, cast

from bot.app import publishing
from bot.config import WEEKDAYS
from bot.config.model import Config, Environment, Settings
from bot.services.delivery import Delivery, Patience
from bot.services.digests import DIGEST, LEADERBOARD
from bot.slack.errors import Limited, Refused, SlackError, Unknown
from bot.slack.receipt import Receipt
from bot.slack.sender import Channel
from bot.store import cursors, subscriptions

if TYPE_CHECKING:
    from random import Random
    from zoneinfo import ZoneInfo

    from bot.slack.message import Message
    from bot.slack.sender import Sender
    from bot.store.database import Database

UNKIND = ("00:00", "01:45", "02:00", "02:15", "02:30", "03:00", "09:00", "23:59")
BEGIN = int(datetime(2026, 3, 5, tzinfo=UTC).timestamp())  # all clocks change within a month
MINUTE, HOUR, DAY = 60, 3600, 86_400


class Killed(BaseException):
    """The process died."""


@dataclass(frozen=True)
class Told:
    """What a message tells: its period, when it was made, and whether it says that it is late."""

    start: int
    end: int
    made: int
    late: bool


@dataclass(frozen=True)
class Wanted:
    """A time on the wall, of every day or of a weekday."""

    at: str
    weekday: int | None = None

    def due(self, after: int, zone: ZoneInfo) -> int:
        """The first minute from `after` on, found by looking at the clock every minute."""
        day = wall(after, zone).date()
        while self.weekday is not None and day.weekday() != self.weekday:
            day += timedelta(days=1)
        at = datetime.combine(day, clock.fromisoformat(self.at))
        minute = max(after, int(at.replace(tzinfo=UTC).timestamp()) - 15 * HOUR)
        while wall(minute, zone) < at:
            minute += MINUTE
        return minute


@dataclass(frozen=True)
class Posted:
    """A message of the bot, as it stands in Slack."""

    channel: str
    key: str
    text: str
    at: int


@dataclass
class Slack:
    """Takes messages as `Sender` does, with trouble while it is down and rarely at other times."""

    chance: Random
    now: int = BEGIN
    down_until: int = 0
    standing: dict[str, Posted] = field(default_factory=dict)
    count: int = 0

    def channel_id(self, name: str) -> Channel:
        self._trouble(0)
        return Channel(name, name, is_member=True, is_private=False, is_archived=False)

    def post(
        self,
        channel: str,
        message: Message,
        key: str,
        thread_ts: str | None = None,
        called: str = "",
    ) -> Receipt:
        assert thread_ts is None, called
        self._trouble(0)
        lands, dies, silent = (self.chance.random() < odds for odds in (0.5, 0.01, 0.02))
        silent = silent or self.now < self.down_until
        self.count += 1
        ts = f"{self.now}.{self.count:06}"
        if lands or not (dies or silent):
            self.standing[ts] = Posted(channel, key, str(message.to_dict()), self.now)
        if dies:
            raise Killed
        if silent:
            raise Unknown("No answer came.")
        return Receipt(channel, ts)

    def update(self, receipt: Receipt, message: Message) -> None:
        self._trouble(1)
        self.standing[receipt.ts] = replace(self.standing[receipt.ts], text=str(message.to_dict()))

    def find_all(
        self, channel: str, key: str, oldest: float, thread_ts: str | None = None
    ) -> list[Receipt]:
        assert thread_ts is None
        self._trouble(1)
        return [
            Receipt(channel, ts)
            for ts, each in self.standing.items()
            if (each.channel, each.key) == (channel, key) and each.at >= oldest
        ]

    def marked(
        self, channel: str, oldest: float, thread_ts: str | None = None
    ) -> dict[str, Receipt]:
        assert thread_ts is None
        self._trouble(1)
        return {
            each.key: Receipt(channel, ts)
            for ts, each in self.standing.items()
            if each.channel == channel and each.at >= oldest
        }

    def delete(self, receipt: Receipt) -> None:
        self.standing.pop(receipt.ts, None)

    def _trouble(self, least: int) -> None:
        """While it is down, mostly refuse; what is left to fail is the caller's."""
        if self.now >= self.down_until:
            return
        kind = self.chance.randrange(least, 4)
        trouble: tuple[SlackError | None, ...] = (
            None,
            Unknown("Slack has trouble."),
            Refused("unreachable", "Check the network.", permanent=False),
            Limited(self.chance.randrange(1, 300)),
        )
        if error := trouble[kind]:
            raise error


@dataclass
class Life:
    """One bot in one zone, from its first start on; `away` is when it or Slack was not there."""

    database: Database
    zone: str
    chance: Random
    now: int = BEGIN
    vantio_down_until: int = 0
    fresh: int = BEGIN
    away: list[tuple[int, int]] = field(default_factory=list)
    times: list[tuple[int, dict[str, Wanted]]] = field(default_factory=list)
    deaths: int = 0

    def __post_init__(self) -> None:
        self.slack = Slack(self.chance)
        self._choose()
        self._start()

    def live(self, until: int) -> None:
        """Tick where something can happen, until then; then let all that is late be told."""
        event = self._pause()
        while self.now < until:
            self._move(min(self._next(), event, until))
            if self.now >= event:
                self._event()
                event = self._pause()
            self._tick()
        self.slack.down_until = self.vantio_down_until = 0
        for _ in range(300):
            self._move(self.now + 5 * MINUTE)
            self._tick()

    def told(self) -> dict[tuple[str, str], list[Told]]:
        """What stands in each channel by kind, in the order of Slack."""
        with self.database.read() as tx:
            made = dict(tx.rows("select intent, created_at from outbox"))
        found = defaultdict(list)
        for each in self.slack.standing.values():
            kind, _, _, span = each.key.rsplit("/", 3)
            start, end = map(int, span.split("-"))
            late = "Late: " in each.text
            found[each.channel, kind].append(Told(start, end, made[each.key], late))
        return dict(found)

    def _pause(self) -> int:
        return self.now + self.chance.randrange(HOUR, 8 * DAY)

    def _move(self, now: int) -> None:
        self.now = self.slack.now = max(self.now + 1, now)
        if self.now >= self.vantio_down_until:
            self.fresh = self.now - self.now % (5 * MINUTE)

    def _next(self) -> int:
        """When the next tick is worth making: at once while something is to be done."""
        with self.database.read() as tx:
            dues = [each.next_due for each in subscriptions.every(tx) if each.next_due]
            ((open_, at),) = tx.rows(
                "select count(*), min(case when state = 'waiting' then due_at else 0 end)"
                " from outbox where state in ('waiting', 'sending') or look_again_at > 0"
            )
        soonest = min(dues)
        if open_:
            patience = 30 if self.now >= self.slack.down_until else 20 * MINUTE
            soonest = min(soonest, max(at, self.now + patience))
        return soonest if soonest > self.now else self.now + 4 * MINUTE

    def _tick(self) -> None:
        with self.database.write() as tx:
            cursors.save(tx, "impressions", "", self.fresh)
        try:
            self.publisher.publish_due(self.now)
            self.delivery.deliver()
        except Killed:
            self.deaths += 1
            self._start()

    def _event(self) -> None:
        chance = self.chance
        length = chance.choice((HOUR, 5 * HOUR, DAY, 4 * DAY)) + chance.randrange(HOUR)
        match chance.randrange(5):
            case 0:
                self._be_away(length)
            case 1:
                self.vantio_down_until = self.now + length
            case 2:
                self.slack.down_until = self.now + min(length, 2 * DAY)
                self.away.append((self.now, self.slack.down_until))
            case 3:
                self._start()
            case _:
                self._be_away(chance.randrange(2 * HOUR))
                self._choose()
                self._start()

    def _be_away(self, seconds: int) -> None:
        self.away.append((self.now, self.now + seconds))
        self._move(self.now + seconds)
        self._start()

    def _choose(self) -> None:
        """Other times from now on, and other filters."""
        daily = Wanted(self.chance.choice(UNKIND))
        weekly = Wanted(self.chance.choice(UNKIND), self.chance.randrange(7))
        self.times.append((self.now, {DIGEST: daily, LEADERBOARD: weekly}))
        self.words = self.chance.choice(("", "program:prog_1"))

    def _start(self) -> None:
        """A new process on the same store."""
        settings = self._settings()
        publishing.subscribe(settings, self.database, self.now)
        self.publisher = publishing.publisher(settings, self.database, self.now)
        sender = cast("Sender", self.slack)
        self.delivery = Delivery(self.database, sender, [], lambda: self.now, Patience())

    def _settings(self) -> Settings:
        wanted = self.times[-1][1]
        digest = {"channels": ("#daily", "#both"), "at": wanted[DIGEST].at, "filters": self.words}
        leaderboard = {
            "channels": ("#weekly", "#both"),
            "at": wanted[LEADERBOARD].at,
            "day": WEEKDAYS[wanted[LEADERBOARD].weekday or 0],
        }
        programs = ({"id": "prog_1", "name": "Spring"},)
        told = {"zone": self.zone, "programs": programs, "digest": digest}
        parsed = Config.model_validate(told | {"leaderboard": leaderboard})
        return Settings(config=parsed, environment=Environment(), source=None)


def wall(at: int, zone: ZoneInfo) -> datetime:
    """What the clocks of a zone show at an instant."""
    return datetime.fromtimestamp(at, zone).replace(tzinfo=None)
