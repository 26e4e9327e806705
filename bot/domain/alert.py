"""What is told unasked: something out of the ordinary, with what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """What an alert says."""

    SPIKE = "spike"
    QUIET = "quiet"
    FIRST_SCAN = "first scan"
    MILESTONE = "milestone"
    THRESHOLD = "threshold"


OCCASIONS = (Kind.FIRST_SCAN, Kind.MILESTONE)  # which are over as soon as they are noticed


class Scope(StrEnum):
    """What an alert is about; the subject is the id of that poster or program, empty for all."""

    POSTER = "poster"
    PROGRAM = "program"
    OVERALL = "overall"


class Verdict(StrEnum):
    """What most likely lies behind a spike."""

    CROWD = "crowd"
    DEVICE = "one device"
    BOT = "bot"
    NEW = "new poster"
    PROGRAM_WIDE = "program-wide"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verdict rests on, counted over the event so far.

    `scans` are all scans, `bots` those whose agent is a program rather than a browser. `told` of
    the scans tell who scanned, `scanners` estimates how many people that were, and `busiest` is how
    many scans came from the busiest of them. `agents` are different user agents. `posters` is how
    many posters had more scans than expected, `busy` their ids, most scans first, at most ten.
    """

    scans: int = 0
    bots: int = 0
    told: int = 0
    scanners: int = 0
    busiest: int = 0
    agents: int = 0
    posters: int = 0
    busy: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """One event, told once; its message changes while it runs and when it is over.

    `key` is its number in the store, 0 before it is there. Times are in UTC seconds: the event
    began about `started_at`, was noticed at `fired_at` and was over at `resolved_at`, None while it
    runs. When it was noticed there were `scans` in the last `window` seconds against `expected`;
    the odds of that many by chance were one in 10 ** `score`. `now` is how many came in the last
    hour and `usual` how many would be expected in it; `total` scans came so far, and `peak` within
    the busiest hour. For a milestone `scans` is the number reached. `reason` says in words why it
    speaks. `group` is the key of the alert in whose message it stands, 0 where that is its own.
    `hot_at` is when a spike was last far above the usual, as far as that was noted.
    """

    kind: Kind
    scope: Scope
    subject: str
    started_at: int
    fired_at: int
    window: int
    scans: int
    expected: float
    reason: str
    score: float = 0.0
    resolved_at: int | None = None
    now: int = 0
    usual: float = 0.0
    total: int = 0
    peak: int = 0
    verdict: Verdict = Verdict.UNCLEAR
    evidence: Evidence = Evidence()
    key: int = 0
    group: int = 0
    hot_at: int = 0

    @property
    def running(self) -> bool:
        """Whether the event still goes on."""
        return self.kind is Kind.SPIKE and self.resolved_at is None

    def over(self, at: int) -> Alert:
        """The same, over at an instant (UTC seconds)."""
        return replace(self, resolved_at=at)


@dataclass(frozen=True, slots=True)
class Band:
    """One slice of the day for a chart: scans against what is usual, and what would be much.

    `label` is for the axis ("14:00"); `high` is what chance exceeds once in a hundred such slices.
    """

    label: str
    scans: int
    expected: float
    high: float


@dataclass(frozen=True, slots=True)
class About:
    """What an alert is about, in words: every id has been looked up already.

    `name` is the poster's place or the program's name, empty for the account as a whole. `detail`
    says who put a poster up and for what ("Maya K. · Autumn launch"). `place` and `program` are the
    building and the program of a poster, for whoever wants to mute them; empty where unknown.
    `names` are those of the posters in the evidence, by id. `bands` are for the chart.
    """

    name: str = ""
    detail: str = ""
    place: str = ""
    program: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    bands: tuple[Band, ...] = ()
