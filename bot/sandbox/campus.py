"""A campus that scans posters: sixty days of history, and what goes on happening, from one seed.

Everything is in the shape of the Vantio API. The same seed and the same `now` always make the same
world, and a stretch of live time is the same however it is cut into pieces.
"""

from __future__ import annotations

import itertools
import math
import random
import time
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from bot.sandbox.names import PROGRAMS
from bot.sandbox.population import DAY, FRESH, LATE, LOST, Row, Spot, devices, iso, people, spots
from bot.sandbox.rhythm import pace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STEP: Final = 300  # seconds of history that are drawn at once: fine enough for class changes
TALKATIVE: Final = 0.6  # the share of the scans that carry metadata

# Past bursts hit popular posters and live ones hit middling ones, so that no live burst hides
# behind a past one in the same hour of the week.
POPULAR: Final = range(10)
MIDDLING: Final = range(12, 34)
DAYS_PER_BURST: Final = 4
FIRST_BURST: Final = 10  # seconds of live time
BURST_EVERY: Final = 600
BURST_JITTER: Final = 30
BURST_SECONDS: Final = 120  # so that a bot that looks every minute sees it grow

# Whoever watches sees all kinds of things in the first five minutes of live time, in seconds: the
# first scan of the poster that was put up last, the hundredth of another, a busy program.
FIRST_SCAN: Final = 95
HUNDREDTH: Final = 130
ROUND: Final = 34  # the place of the poster that has so many scans by then
NEARLY: Final = 97
RUSH: Final = 185
MOMENT: Final = 50  # how long a happening takes that is no burst

# One more popular poster was taken down so shortly before that nobody can know yet: it would have
# had so many scans since. By day it is missed within hours.
SILENT: Final = 2
MISSED: Final = 13


class Campus:
    """A seeded world that makes scans.

    Args:
        seed: Which world.
        now: UTC seconds at which history ends and live time begins; the present if None.
        days: How many days of history there are.
        zone: IANA name of the campus's own clock, on which nights are quiet.

    Attributes:
        programs: Name of each program by its id (the API knows no names).
        posters: Some 40 posters, complete as the single get shows them.
        users: The 12 ambassadors, likewise.
        impressions: All scans before `now`, oldest first.
    """

    def __init__(
        self, seed: int = 7, now: float | None = None, days: int = 60, zone: str = "UTC"
    ) -> None:
        self.now: Final = int(time.time() if now is None else now)
        self._seed = seed
        self._days = days
        self._opens = self.now - days * DAY
        self._zone = ZoneInfo(zone)
        self._devices = devices(self._dice("devices"))
        self.programs: Final[Mapping[str, str]] = PROGRAMS
        self.users: Final = people(self._dice("people"), self._opens, self.now)
        self._spots = spots(self._dice("places"), self.users, self._opens, self.now)
        self._spots[SILENT] = self._just_lost(self._spots[SILENT])
        self.posters: Final = [spot.row for spot in self._spots]
        self.impressions: Final = self._nearly_a_hundred(
            sorted(
                itertools.chain(self._history(), self._past_bursts()),
                key=lambda scan: (scan["scanned_at"], scan["id"]),
            )
        )

    def live(self, since: float, until: float, *, speed: float = 1.0) -> list[Row]:
        """The scans of [since, until), oldest first, with all that happens at once.

        Args:
            since: UTC seconds, at or after `now`.
            until: UTC seconds.
            speed: How many times busier than in history the campus is. Bursts keep their size.
        """
        seconds = range(math.ceil(since), math.ceil(until))
        scans = [
            scan
            for second in seconds
            for scan in self._passers_by(self._dice("live", second), second, 1, speed)
        ]
        scans += [
            scan
            for group in (*self._bursts(seconds), self._opening)
            for scan in group
            if iso(seconds.start) <= scan["scanned_at"] < iso(seconds.stop)
        ]
        return sorted(scans, key=lambda scan: (scan["scanned_at"], scan["id"]))

    def burst(
        self, poster_id: str, at: float, size: int, seconds: int = BURST_SECONDS
    ) -> list[Row]:
        """A crowd at one poster.

        Args:
            poster_id: The poster that goes wild.
            at: UTC seconds of the first moment.
            size: How many scans.
            seconds: Over how long they are spread, evenly at random.

        Raises:
            KeyError: There is no such poster.
        """
        spot = {spot.row["id"]: spot for spot in self._spots}[poster_id]
        dice = self._dice("burst", poster_id, int(at))
        return [
            self._scan(dice, spot, second)
            for second in sorted(int(at) + dice.randrange(seconds) for _ in range(size))
        ]

    def _bursts(self, span: range) -> Iterator[list[Row]]:
        """The live bursts that may reach into a span of seconds: about one in ten minutes."""
        if not span:
            return
        targets = self._targets
        slack = BURST_SECONDS + BURST_JITTER
        first = (span.start - self.now - FIRST_BURST - slack) // BURST_EVERY
        last = (span.stop - self.now - FIRST_BURST + slack) // BURST_EVERY
        for number in range(max(first, 0), last + 1):
            dice = self._dice("live burst", number)
            late = dice.randint(-BURST_JITTER, BURST_JITTER) if number else 0
            at = self.now + FIRST_BURST + number * BURST_EVERY + late
            yield self.burst(targets[number % len(targets)]["id"], at, dice.randint(30, 45))

    @cached_property
    def _targets(self) -> list[Row]:
        """The posters of the live bursts, in their order."""
        targets = [self.posters[place] for place in MIDDLING if place not in LATE]
        self._dice("targets").shuffle(targets)
        return targets

    @cached_property
    def _opening(self) -> list[Row]:
        """What happens once, soon after history ends: a first scan, a hundredth, and a rush."""
        first = self.burst(self.posters[FRESH]["id"], self.now + FIRST_SCAN, 1, 1)
        hundredth = self.burst(
            self.posters[ROUND]["id"], self.now + HUNDREDTH, 100 - NEARLY, MOMENT
        )
        return [*first, *hundredth, *self._rush()]

    def _rush(self) -> Iterator[Row]:
        """A few scans at every poster of one program, other than that of the first burst."""
        dice = self._dice("rush")
        program = dice.choice([id_ for id_ in PROGRAMS if id_ != self._targets[0]["program_id"]])
        for spot in self._spots:
            if spot.row["program_id"] == program and spot.put_up < self.now < spot.taken_down:
                size = dice.randint(2, 4)
                yield from self.burst(spot.row["id"], self.now + RUSH, size, MOMENT)

    def _just_lost(self, spot: Spot) -> Spot:
        missed, at = 0.0, self.now
        while missed < MISSED and at > self._opens:
            at -= STEP
            when = datetime.fromtimestamp(at, self._zone)
            missed += spot.daily * pace(spot.kind, when) * STEP / DAY
        return replace(spot, taken_down=at)

    def _nearly_a_hundred(self, scans: list[Row]) -> list[Row]:
        """The same with one poster put up so late that few scans are missing to its hundredth."""
        row = self.posters[ROUND]
        own = [scan for scan in scans if scan["poster_id"] == row["id"]]
        if len(own) <= NEARLY:
            return scans
        early = {scan["id"] for scan in own[:-NEARLY]}
        row["created_at"] = row["updated_at"] = own[-NEARLY]["scanned_at"]
        row["metadata"] |= {"placement_date": row["created_at"][:10]}
        return [scan for scan in scans if scan["id"] not in early]

    def _past_bursts(self) -> Iterator[Row]:
        """A crowd by day every few days, none of them in the last 24 hours."""
        dice = self._dice("past bursts")
        for _ in range(self._days // DAYS_PER_BURST):
            spot = self._spots[
                dice.choice([place for place in POPULAR if place not in {LOST, SILENT}])
            ]
            day = datetime.fromtimestamp(self.now - dice.randint(2, self._days) * DAY, self._zone)
            at = day.replace(hour=dice.randint(10, 19), minute=dice.randrange(60)).timestamp()
            if at >= self._opens:
                yield from self.burst(
                    spot.row["id"], at, dice.randint(30, 80), dice.randint(600, 2400)
                )

    def _history(self) -> Iterator[Row]:
        dice = self._dice("history")
        for start in range(self._opens, self.now, STEP):
            yield from self._passers_by(dice, start, min(STEP, self.now - start))

    def _passers_by(
        self, dice: random.Random, start: int, width: int, speed: float = 1.0
    ) -> Iterator[Row]:
        """The usual scans of a stretch so short that its rates don't change."""
        when = datetime.fromtimestamp(start, self._zone)
        hanging = [spot for spot in self._spots if spot.put_up <= start < spot.taken_down]
        rates = [spot.daily * pace(spot.kind, when) for spot in hanging]
        for _ in range(_poisson(dice, sum(rates) * speed * width / DAY)):
            (spot,) = dice.choices(hanging, rates)
            yield self._scan(dice, spot, start + dice.randrange(width))

    def _scan(self, dice: random.Random, spot: Spot, second: int) -> Row:
        agent, device, address = dice.choice(self._devices)
        scan = {
            "id": f"imp_{dice.getrandbits(48):012x}",
            "poster_id": spot.row["id"],
            "program_id": spot.row["program_id"],
            "student_id": spot.row["student_id"],
            "scanned_at": iso(second),
            "user_agent": agent,
            "ip_address": address,
        }
        if dice.random() < TALKATIVE:
            scan["metadata"] = {"device_type": device, "location": _slug(spot.row)}
        return scan

    def _dice(self, *purpose: object) -> random.Random:
        """Chance for one purpose, so that drawing more for one changes no other."""
        return random.Random(f"{self._seed} {purpose}")  # noqa: S311 (a game, no secret)


def _slug(poster: Row) -> str:
    """The building in the metadata's way of writing: `campus_center`."""
    building = (poster["location"] or "campus").split(" - ")[0]
    return "_".join("".join(c if c.isalnum() else " " for c in building.lower()).split())


def _poisson(dice: random.Random, expected: float) -> int:
    """How many of something rare happen, by counting arrivals until the time is up."""
    happened, elapsed = 0, dice.expovariate(1.0)
    while elapsed < expected:
        happened += 1
        elapsed += dice.expovariate(1.0)
    return happened
