"""Who lives on the campus: its ambassadors, its posters, and the phones that pass by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from bot.sandbox.names import AGENTS, AMBASSADORS, PLACES, PROGRAMS

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

Row = dict[str, Any]
Device = tuple[str | None, str, str | None]  # user agent, device type, address

DAY: Final = 86_400

# Which places of the table have a story. The last ambassador is a newcomer, whose three posters
# (and one of somebody else's) were put up when these shares of the history were left: the last at
# its very end, so that its first scan is news. A popular poster is lost when 13% of it is left.
NEWCOMER: Final = len(AMBASSADORS) - 1
FRESH: Final = 38
LATE: Final = {11: 0.35, 23: 0.2, 35: 0.1, FRESH: 0.0}
LOST: Final = 4
LOST_SHARE: Final = 0.13

BUSIEST: Final = 66  # scans a day; the n-th poster has this divided by n ** 0.9
SPREAD: Final = 0.2


@dataclass(frozen=True, slots=True)
class Spot:
    """A poster as the campus knows it.

    Attributes:
        row: The poster in the API's shape.
        kind: One of `rhythm.KINDS`.
        daily: Scans on a usual day.
        put_up: UTC seconds.
        taken_down: UTC seconds; infinite while it hangs.
    """

    row: Row
    kind: str
    daily: float
    put_up: float
    taken_down: float


def people(dice: random.Random, opens: int, now: int) -> list[Row]:
    """The ambassadors as users of the API, complete as the single get shows them.

    Args:
        dice: Where ids and dates come from.
        opens: UTC seconds at which the history begins; all but the newcomer were there before.
        now: UTC seconds at which it ends.
    """
    rows = []
    for number, (first, last) in enumerate(AMBASSADORS):
        joined = (
            _left(LATE[NEWCOMER], opens, now) - DAY if number == NEWCOMER else _old(dice, opens)
        )
        rows.append(
            {
                "id": f"user_{dice.getrandbits(24):06x}",
                "first_name": first,
                "last_name": last,
                "email": f"ambassador{number + 1:02}@example.edu",
                "program_id": list(PROGRAMS)[number % len(PROGRAMS)],
                "created_at": iso(joined),
                "profile_picture": None,
                "updated_at": iso(joined),
                "metadata": {"student_id": f"S{dice.randrange(10**7):07}"},
            }
        )
    return rows


def spots(dice: random.Random, owners: Sequence[Row], opens: int, now: int) -> list[Spot]:
    """The posters in the order of `names.PLACES`, each given to the next ambassador in turn.

    Args:
        dice: Where ids, dates and rates come from.
        owners: The ambassadors.
        opens: UTC seconds at which the history begins.
        now: UTC seconds at which it ends.
    """
    made = []
    for number, (location, kind) in enumerate(PLACES):
        put_up = _left(LATE[number], opens, now) if number in LATE else _old(dice, opens)
        taken_down = _left(LOST_SHARE, opens, now) if number == LOST else math.inf
        daily = BUSIEST / (number + 1) ** 0.9 * dice.lognormvariate(0, SPREAD)
        poster_id = f"poster_{dice.getrandbits(24):06x}"
        row = _poster(poster_id, owners[number % len(owners)], location, put_up)
        made.append(Spot(row, kind, daily, put_up, taken_down))
    return made


def devices(dice: random.Random, count: int = 600) -> list[Device]:
    """Phones and a few other things, with addresses that are kept for documentation (RFC 5737)."""
    nets = ("192.0.2", "198.51.100", "203.0.113", None)
    agents = dice.choices(AGENTS, [share for _, _, share in AGENTS], k=count)
    homes = dice.choices(nets, (30, 30, 30, 10), k=count)
    return [
        (agent, device, net and f"{net}.{dice.randint(1, 254)}")
        for (agent, device, _), net in zip(agents, homes, strict=True)
    ]


def iso(seconds: float) -> str:
    """UTC seconds as the API writes them, `2024-01-15T10:30:00Z`."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _poster(poster_id: str, owner: Row, location: str | None, put_up: int) -> Row:
    return {
        "id": poster_id,
        "program_id": owner["program_id"],
        "student_id": owner["id"],
        "qr_code_url": f"https://example.edu/qr/{poster_id}.png",
        "location": location,
        "created_at": iso(put_up),
        "updated_at": iso(put_up),
        "metadata": {"poster_type": "standard", "placement_date": iso(put_up)[:10]},
    }


def _left(share: float, opens: int, now: int) -> int:
    """The moment when that share of the history is left."""
    return now - int(share * (now - opens))


def _old(dice: random.Random, opens: int) -> int:
    """Some moment in the weeks before the history begins."""
    return opens - dice.randrange(2 * DAY, 40 * DAY)
