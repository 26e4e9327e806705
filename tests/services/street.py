"""A street of posters with a small rhythm of their own, the same ones in every test."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from bot.domain.alert import Kind
from bot.domain.detection.watch import Thresholds
from bot.domain.model import Ambassador, Impression, Poster, Programs
from bot.domain.noise import Rule
from bot.domain.subscription import Subscription
from bot.services.alerting import Alerting, Wanted
from bot.services.noise import Noise
from bot.services.telling import Telling
from bot.services.watching import Watching
from bot.store import alerts, directory, impressions, subscriptions
from tests.domain.clocks import at as instant
from tests.services.world import outgoing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain.alert import Alert
    from bot.store.database import Database
    from tests.services.world import Outgoing

ZONE = "Europe/Berlin"
MINUTE, HOUR, DAY = 60, 3600, 86_400
WEEK = 7 * DAY
NOW = instant("2026-11-18 14:00", ZONE)  # a Wednesday
TICK = 300
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Safari/604.1"
PREVIEW = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"
NAMES = Programs({"g0": "Autumn launch", "g1": "Open day"})
CHANNELS = ("#alerts", "#posters")


@dataclass
class Street:
    """A store with posters p0, p1, ... of programs g0 and g1 by turns, and who watches it."""

    database: Database
    posters: int = 8
    now: int = NOW
    all: list[Impression] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)

    def settle(self, weeks: int = 3, *channels: str) -> None:
        """Let every poster have been scanned four times a day up to now, by other people."""
        with self.database.write() as tx:
            directory.save_posters(tx, [self.poster(n) for n in range(self.posters)])
            directory.save_ambassadors(tx, [Ambassador("maya", "g0", "Maya", "Krüger")])
        self.subscribe(*channels or CHANNELS)
        self.live(self.now - weeks * WEEK, self.now)

    def poster(self, n: int, created: int = NOW - 90 * DAY) -> Poster:
        return Poster(f"p{n}", f"g{n % 2}", "maya", f"Hall {n} - Door", created)

    def subscribe(self, *channels: str) -> None:
        with self.database.write() as tx:
            wanted = [Subscription(0, "alert", channel) for channel in channels]
            subscriptions.reconcile(tx, wanted, self.now, frozenset())

    def live(self, start: int, end: int, *silent: str) -> None:
        """Add what posters usually get in a span, but for those that are silent."""
        days = range(start - start % DAY, end, DAY)
        usual = [
            (day + (8 + (n + day // DAY) % 3 + 2 * turn) * HOUR + (7 * n + 13 * turn) * MINUTE, n)
            for day in days
            for n in range(self.posters)
            for turn in range(4)
        ]
        self.keep(
            self.scan(f"p{n}", at)
            for at, n in sorted(usual)
            if start <= at < end and f"p{n}" not in silent
        )

    def scan(
        self, poster: str, at: int, agent: str = PHONE, who: int | None = None, program: str = ""
    ) -> Impression:
        number = next(self._numbers)
        program = program or f"g{int(poster.removeprefix('p')) % 2}"
        person = str(1000 + number if who is None else who)
        return Impression(f"scan-{number:06}", poster, program, "maya", at, agent, "phone", person)

    def keep(self, rows: Iterable[Impression]) -> None:
        new = list(rows)
        self.all += new
        with self.database.write() as tx:
            impressions.add(tx, new, lambda rows: [int(row.address or 0) for row in rows])

    def crowd(self, poster: str, size: int, end: int | None = None, seconds: int = 900) -> None:
        """So many people at a poster, in the time up to now."""
        end = self.now if end is None else end
        self.keep(self.scan(poster, end - 1 - n * seconds // size) for n in range(size))

    def alerting(
        self,
        rule: Rule | None = None,
        wanted: Wanted | None = None,
        database: Database | None = None,
    ) -> Alerting:
        """What looks and tells, as after a start."""
        database = database or self.database
        noise = Noise(database, NAMES, ZONE, rule or Rule())
        watching = Watching(database, ZONE, Thresholds())
        wanted = wanted or Wanted(first_scans=False, milestones=False)
        return Alerting(database, watching, Telling(noise, NAMES, ZONE), wanted, ZONE)

    def watched(self, looking: Alerting, until: int, step: int = TICK) -> list[Alert]:
        """Let time go by, with a look every five minutes; returns what was new."""
        found = []
        while self.now < until:
            self.now += step
            found += looking.look(self.now)
        return found

    def kept(self, *kinds: Kind) -> list[Alert]:
        """All alerts of these kinds that are in the store."""
        with self.database.read() as tx:
            keys = [key for (key,) in tx.rows("select key from alert order by key")]
            return [each for each in alerts.by_key(tx, keys) if each.kind in (kinds or Kind)]

    def said(self, channel: str = CHANNELS[0], *, threads: bool = False) -> list[str]:
        """What stands or is to stand in a channel, as its first lines."""
        return [each.message["text"] for each in self.messages(channel, threads=threads)]

    def messages(self, channel: str = CHANNELS[0], *, threads: bool = False) -> list[Outgoing]:
        return [
            each
            for each in outgoing(self.database)
            if each.channel == channel and each.intent.endswith("/details") == threads
        ]
