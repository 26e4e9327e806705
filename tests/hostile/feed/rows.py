"""What a hostile list holds: scans in many spellings, and things that are no scans."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection
    from random import Random

POSTERS = 23
AMBASSADORS = 7
UUID = 36  # characters
PROGRAMS = ("prog_1", "prog_2", "prog_3")

# Spellings of one and the same moment, of an id, and of what is not there.
STYLES = (
    *("plain", "zone", "naive", "epoch", "epoch text", "milliseconds", "fraction", "space"),
    *("numeric id", "null fields", "bare"),
)
JUNK: tuple[Any, ...] = (
    *(None, "row", 17, True, [], {}, [1, 2], {"id": None}, {"error": "no such row"}),
    {"id": {"nested": 1}, "poster_id": "poster_1", "scanned_at": "2026-11-01T10:00:00Z"},
    {"poster_id": "poster_1", "scanned_at": "2026-11-01T10:00:00Z"},
)


@dataclass
class Scan:
    """A scan as it really is; `at` in whole UTC seconds, `fraction` of a second beside it."""

    id: str
    poster: str
    program: str | None
    ambassador: str | None
    at: int
    style: str = "plain"
    fraction: float = 0.0
    broken: bool = False  # shown without its time, so that it can't be read

    def expected(self) -> tuple[str, str | None, str | None, str]:
        """Poster, program, ambassador and time, as an export has to say them."""
        bare = self.style == "bare"
        known = (None, None) if bare else (self.program, self.ambassador)
        return self.poster, *known, f"{datetime.fromtimestamp(self.at, UTC):%Y-%m-%dT%H:%M:%S}Z"

    def shown(self) -> bytes:
        """The scan as the list shows it."""
        row: dict[str, Any] = {
            "id": int(self.id) if self.style == "numeric id" else self.id,
            "poster_id": self.poster,
            "program_id": self.program,
            "student_id": self.ambassador,
            "scanned_at": None if self.broken else self._time(),
            "user_agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)",
            "ip_address": f"192.0.2.{self.at % 250}",
            "metadata": {"device_type": "mobile", "location": "campus_center"},
        }
        if self.style == "null fields":
            row |= {"user_agent": None, "ip_address": None, "metadata": None}
        if self.style == "bare":
            row = {key: row[key] for key in ("id", "poster_id", "scanned_at")}
        return json.dumps(row).encode()

    def _time(self) -> object:
        moment = datetime.fromtimestamp(self.at, UTC)
        if self.style == "zone":
            return moment.astimezone(timezone(timedelta(hours=-9, minutes=-30))).isoformat()
        if self.style == "fraction":
            moment += timedelta(seconds=self.fraction)
            return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        spelled: dict[str, object] = {
            "naive": moment.isoformat().removesuffix("+00:00"),
            "space": f"{moment:%Y-%m-%d %H:%M:%S}+00:00",
            "epoch": self.at,
            "epoch text": str(self.at),
            "milliseconds": self.at * 1000,
        }
        return spelled.get(self.style, f"{moment:%Y-%m-%dT%H:%M:%S}Z")


def scan(
    chance: Random, serial: int, at: int, *, odd: float = 0.0, known: Collection[str] = ()
) -> Scan:
    """A new scan; `odd` is the share of those that are spelled unusually.

    Of these, some have an id that is nearly one of the `known` ones.
    """
    poster = chance.randrange(POSTERS)
    made = Scan(
        id=_id(chance, serial),
        poster=f"poster_{poster}",
        program=PROGRAMS[poster % len(PROGRAMS)],
        ambassador=f"user_{poster % AMBASSADORS}",
        at=at,
    )
    if chance.random() < odd:
        made.style = chance.choice(STYLES)
        if made.style == "fraction":
            made.fraction = chance.randrange(1000) / 1000
        if made.style == "numeric id":
            made.id = str(10**9 + serial)
        elif chance.random() < 0.3:
            made.id = _odd_id(chance, serial, known)
    return made


def _id(chance: Random, serial: int) -> str:
    """Mostly a UUID; the others have an order that is neither that of arrival nor that of time."""
    if chance.random() < 0.8:
        digits = f"{chance.getrandbits(128):032x}"
        return "-".join(digits[a:b] for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32)))
    return f"imp_{chance.getrandbits(20):05x}{serial}"


def _odd_id(chance: Random, serial: int, known: Collection[str]) -> str:
    """An id that a careless store takes for another one, or can't hold."""
    some = next((id_ for id_ in islice(known, chance.randrange(500), None) if len(id_) == UUID), "")
    odd = (
        some.upper(),
        some.replace("-", ""),
        f"{{{some}}}",
        f"{some}x",
        f"скан {serial} \U0001f4f7",
    )
    found = chance.choice((*odd, f"{serial:0199}z", f"'{serial}\"%;--", f"0x{serial:x}"))
    return found if some and found not in known else f"imp {serial}"


def posters() -> list[dict[str, str]]:
    """The list of posters."""
    return [
        {
            "id": f"poster_{number}",
            "program_id": PROGRAMS[number % len(PROGRAMS)],
            "student_id": f"user_{number % AMBASSADORS}",
            "qr_code_url": "https://example.test/qr",
            "location": f"Hall {number}",
        }
        for number in range(POSTERS)
    ]


def users() -> list[dict[str, str]]:
    """The list of ambassadors."""
    return [
        {"id": f"user_{number}", "first_name": f"Ada {number}", "last_name": "L", "email": "a@b.c"}
        for number in range(AMBASSADORS)
    ]
