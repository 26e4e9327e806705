"""Where a sweep stands and what it has learned, and the same as text for the store."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace

from bot.domain.listing import Order

MOST = 100


@dataclass(frozen=True, slots=True)
class Sweep:
    """Where a walk stands, and what finished walks and audits have learned.

    Learned: `order`; `frontier`, the newest time of the last finished sweep, None before one;
    `cap`, the longest page ever; `limit`, how many rows to ask for; `full_at`, when a walk over all
    of it last began; `since`, when the first one that finished did: what is older was history by
    then; `audited_at`, when the list was last proven whole; `looks`, how many rolling looks there
    were; `doubtful`, whether rows came late and vanished, or changed, since the last full walk:
    such may cancel each other out, so that ranks alone prove nothing.
    Under way: `offset` of the next page; `seam`, the last ids that were read, and their times;
    `newest`, what becomes the frontier; `rising` and `falling`, which directions were seen;
    `beyond`, whether the next page is the second look at the end; `careful`, whether groups of
    equal times are read again whole; `backwards`, steps back in a row, and `retreats`, all of them;
    `torn`, whether the list moved too much to be followed; `resumed`, whether another process, or
    this one before an error, read a part of it.
    """

    order: Order = Order.UNKNOWN
    frontier: int | None = None
    cap: int = 0
    limit: int = MOST
    full_at: int = 0
    since: int = 0
    audited_at: int = 0
    looks: int = 0
    doubtful: bool = False
    started_at: int = 0
    under_way: bool = False
    full: bool = True
    offset: int = 0
    seam: tuple[str, ...] = ()
    seam_times: tuple[int, ...] = ()
    newest: int | None = None
    rising: bool = False
    falling: bool = False
    beyond: bool = False
    careful: bool = False
    stuck: int = 0
    backwards: int = 0
    retreats: int = 0
    torn: bool = False
    resumed: bool = False

    @property
    def first(self) -> bool:
        """Whether no sweep of this feed has ever finished: what it brings is history."""
        return self.frontier is None

    @property
    def reach(self) -> int:
        """How many entries a page has as far as is known, never less than one."""
        return min(self.cap, self.limit) or self.limit

    @property
    def settled(self) -> Sweep:
        """What was learned, with nothing under way."""
        return Sweep(**{name: getattr(self, name) for name in _LEARNED})

    def audited(self, at: int, *, doubtful: bool) -> Sweep:
        """The same after the list was proven whole."""
        return replace(self, audited_at=at, doubtful=doubtful, torn=False, resumed=False)


_LEARNED = (
    *("order", "frontier", "cap", "limit", "full_at", "since"),
    *("audited_at", "looks", "doubtful", "started_at"),
)
_KNOWN = frozenset(each.name for each in fields(Sweep))


def dump(sweep: Sweep) -> str:
    """The sweep as text, for the store."""
    told = {each.name: getattr(sweep, each.name) for each in fields(sweep)}
    return json.dumps(told, separators=(",", ":"))


def load(text: str | None) -> Sweep:
    """The sweep that `dump` wrote; a new one for None."""
    if text is None:
        return Sweep()
    # An older version of the program kept more.
    saved = {name: value for name, value in json.loads(text).items() if name in _KNOWN}
    return Sweep(
        **{
            **saved,
            "order": Order(saved["order"]),
            "seam": tuple(saved["seam"]),
            "seam_times": tuple(saved["seam_times"]),
        }
    )
