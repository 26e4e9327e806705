"""Where a sweep stands and what it has learned, and the same as text for the store."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from enum import StrEnum

MOST = 100


class Order(StrEnum):
    """How a feed lists its rows; `UNKNOWN` until a sweep has seen two different times."""

    UNKNOWN = "unknown"
    NEWEST = "newest first"
    OLDEST = "oldest first"
    NONE = "no order"


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as a sweep needs it: ids and times (UTC seconds) in the feed's order.

    `size` counts every row of the page, those that could not be read included.
    """

    ids: tuple[str, ...]
    times: tuple[int, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Sweep:
    """Where a walk stands, and what finished walks have learned.

    Learned: `order`; `frontier`, the newest time of the last finished sweep, None before one;
    `end`, how many rows the list had then, and `tail`, the ids of its last page; `cap`, the longest
    page ever; `limit`, how many rows to ask for; `full_at`, when a walk over all of it last began;
    `since`, when the first one that finished did: what is older was history by then.
    Under way: `offset` of the next page; `seam`, the last ids that were read, and their times;
    `newest`, what becomes the frontier; `rising` and `falling`, which directions were seen;
    `lead_in`, whether an oldest-first walk has yet to find where the last one ended;
    `beyond`, whether the next page is the second look at the end; `backwards`, steps back in a row,
    and `retreats`, all of them; `torn`, whether the list moved too much to be followed.
    """

    order: Order = Order.UNKNOWN
    frontier: int | None = None
    end: int = 0
    tail: tuple[str, ...] = ()
    cap: int = 0
    limit: int = MOST
    full_at: int = 0
    since: int = 0
    started_at: int = 0
    under_way: bool = False
    full: bool = True
    offset: int = 0
    seam: tuple[str, ...] = ()
    seam_times: tuple[int, ...] = ()
    newest: int | None = None
    rising: bool = False
    falling: bool = False
    lead_in: bool = False
    beyond: bool = False
    stuck: int = 0
    backwards: int = 0
    retreats: int = 0
    torn: bool = False

    @property
    def first(self) -> bool:
        """Whether no sweep of this feed has ever finished: what it brings is history."""
        return self.frontier is None


def dump(sweep: Sweep) -> str:
    """The sweep as text, for the store."""
    told = {each.name: getattr(sweep, each.name) for each in fields(sweep)}
    return json.dumps(told, separators=(",", ":"))


def load(text: str | None) -> Sweep:
    """The sweep that `dump` wrote; a new one for None."""
    if text is None:
        return Sweep()
    saved = json.loads(text)
    return Sweep(
        **{
            **saved,
            "order": Order(saved["order"]),
            "tail": tuple(saved["tail"]),
            "seam": tuple(saved["seam"]),
            "seam_times": tuple(saved["seam_times"]),
        }
    )
