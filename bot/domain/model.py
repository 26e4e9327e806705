"""What the world is made of, in the words of the product."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.command import Question
    from bot.domain.period import Comparison


class Impression(NamedTuple):
    """One recorded scan, as the feed told it.

    `scanned_at` is in UTC seconds. `program` and `ambassador` are ids, empty where the feed named
    none. The address never leaves memory: the store keeps a keyed hash in its place.

    A tuple, because they are made by the million: a frozen dataclass takes three times as long.
    """

    id: str
    poster: str
    program: str
    ambassador: str
    scanned_at: int
    agent: str | None = None
    device: str | None = None
    address: str | None = None

    def __repr__(self) -> str:
        """All but the address, which must not slip into a log."""
        told = zip(self._fields[:-1], self, strict=False)
        return f"Impression({', '.join(f'{name}={value!r}' for name, value in told)})"


@dataclass(frozen=True, slots=True)
class Poster:
    """The paper with the QR code; its location is free text and may be unknown."""

    id: str
    program: str = ""
    ambassador: str = ""
    location: str | None = None
    created_at: int | None = None


@dataclass(frozen=True, slots=True)
class Ambassador:
    """The person who puts posters up; known in a channel by first name and initial only."""

    id: str
    program: str = ""
    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    created_at: int | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that can't be what its feed lists; `body` is its JSON text, less addresses.

    `id` is the row's own, written as that of a row that can be read; None where it has none.
    """

    reason: str
    body: str = field(repr=False)
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a ranking.

    `rank` follows competition ranking (1, 2, 2, 4). `before` is the scans of the compared period,
    None where there is nothing to compare with. `moved` is how many ranks were gained since then
    (negative: lost), None for a newcomer. `detail` says who or where ("Maya K. · Autumn launch").
    `series` holds the scans of equal slices of the period, oldest first, for a sparkline.
    """

    rank: int
    id: str
    name: str
    scans: int
    before: int | None = None
    moved: int | None = None
    detail: str = ""
    series: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Bucket:
    """Scans of one slice of a period; `start` in UTC seconds, `label` for an axis ("Mon 16")."""

    start: int
    label: str
    scans: int


@dataclass(frozen=True, slots=True)
class Subject:
    """The one poster or program that an answer is about; `facts` are label and value, in order."""

    kind: str
    id: str
    name: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question found; every number in it counts scans inside `comparison.period`.

    `total` is what all matching impressions add up to, `total_before` the same in the compared
    period (None where the store holds nothing that old). `scanners` estimates how many different
    people scanned. `filters` are the filters in words with names ("program: Autumn launch").
    `notes` are sentences that qualify the numbers ("Vantio has not answered since 14:05 UTC.").
    `ranked` is how many entries had scans at all, of which `rows` shows the first.
    """

    question: Question
    comparison: Comparison
    total: int
    total_before: int | None = None
    rows: tuple[Row, ...] = ()
    series: tuple[Bucket, ...] = ()
    subject: Subject | None = None
    scanners: int | None = None
    ranked: int = 0
    filters: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something a person should know of: what is wrong, and what to do about it.

    `since` is when it began (UTC seconds), None where nobody noted that.
    """

    what: str
    remedy: str
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """How the bot itself is doing; times in UTC seconds, None where it never happened."""

    now: int
    zone: str
    scans: int
    posters: int
    ambassadors: int
    programs: int
    first_scan: int | None
    last_scan: int | None
    last_poll: int | None
    polled_every: int
    quarantined: int
    waiting: int
    buried: int
    upcoming: tuple[tuple[str, str, int], ...] = ()
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True)
class Programs:
    """The human names of programs, which only the configuration knows."""

    names: Mapping[str, str]

    def name(self, program: str) -> str:
        """The program's name, or its id where it has none."""
        return self.names.get(program, program)
