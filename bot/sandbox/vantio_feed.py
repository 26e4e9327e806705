"""One list of the simulated Vantio: always in order, encoded once, cheap to page through."""

from __future__ import annotations

import json
import threading
import zlib
from bisect import bisect_left, insort
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Order = Literal["newest", "oldest", "shuffled"]
Tag = tuple[str, str]  # a query parameter and its value, as `("posterId", "poster_123abc")`

ALL: Final[Tag] = ("", "")
FEW: Final = 64  # from so many new rows on, sorting everything is quicker than inserting each


class _Entry(NamedTuple):
    """A row on its shelves; no two have the same rank and id, so entries compare by these."""

    rank: float
    id: str
    encoded: bytes
    row: Any
    tags: tuple[Tag, ...]


class Feed:
    """The rows of one list.

    Rows may be any JSON value, so that a test can serve what no API should. A row with an id that
    is there already takes the other's place.

    Args:
        name: The key of the envelope, such as `impressions`.
        time: The field that the order goes by, such as `scanned_at`.
        filters: The field that each query parameter of the list compares, such as
            `{"posterId": "poster_id"}`.
        order: Newest first, oldest first, or an arbitrary one that stays the same. Rows of the
            same time are in the order of their ids.
        details: Fields that only the single get shows.
    """

    def __init__(
        self,
        name: str,
        time: str,
        filters: Mapping[str, str],
        order: Order = "newest",
        details: frozenset[str] = frozenset(),
    ) -> None:
        self.name: Final = name
        self._time = time
        self._filters = filters
        self._details = details
        self._rank = _RANKS[order]
        self._nameless = 0
        self._by_id: dict[str, _Entry] = {}
        self._shelves: defaultdict[Tag, list[_Entry]] = defaultdict(list)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, rows: Iterable[object]) -> None:
        """Put rows where they belong."""
        with self._lock:
            entries = {entry.id: entry for entry in map(self._entry, rows)}
            self._discard(entries)
            self._by_id |= entries
            for tag, fresh in _shelved(entries.values()).items():
                _merge(self._shelves[tag], fresh)

    def remove(self, ids: Iterable[str]) -> None:
        """Take rows away; ids that are not there are ignored."""
        with self._lock:
            self._discard(ids)

    def find(self, row_id: str) -> bytes | None:
        """One row with all its fields as JSON, or None."""
        with self._lock:
            entry = self._by_id.get(row_id)
        return None if entry is None else _encode(entry.row)

    def page(self, query: Mapping[str, str], limit: int, offset: int) -> bytes:
        """One page in its envelope as JSON.

        Args:
            query: The query parameters; those that are no filter of this list are ignored.
            limit: How many rows at most.
            offset: How many matching rows to pass over.
        """
        tags = [(name, query[name]) for name in self._filters if name in query]
        with self._lock:
            shelf = min((self._shelves.get(tag, []) for tag in tags or [ALL]), key=len)
            if len(tags) > 1:
                shelf = [entry for entry in shelf if set(tags) <= set(entry.tags)]
            entries = shelf[offset : offset + limit]
        return self.envelope(b",".join(entry.encoded for entry in entries))

    def envelope(self, rows: bytes = b"") -> bytes:
        """Encoded rows, separated by commas, as the whole answer."""
        return b'{"%s":[%s]}' % (self.name.encode(), rows)

    def _entry(self, row: object) -> _Entry:
        if not isinstance(row, dict):
            return _Entry(0, self._invent_id(), _encode(row), row, (ALL,))
        row_id = str(row["id"]) if row.get("id") is not None else self._invent_id()
        shown = {name: value for name, value in row.items() if name not in self._details}
        tags = tuple((param, str(row.get(field))) for param, field in self._filters.items())
        rank = self._rank(_instant(row.get(self._time)), row_id)
        return _Entry(rank, row_id, _encode(shown), row, (ALL, *tags))

    def _invent_id(self) -> str:
        self._nameless += 1
        return f"?{self._nameless:09}"

    def _discard(self, ids: Iterable[str]) -> None:
        for row_id in ids:
            if (entry := self._by_id.pop(row_id, None)) is not None:
                for tag in entry.tags:
                    shelf = self._shelves[tag]
                    del shelf[bisect_left(shelf, entry)]


def _shelved(entries: Iterable[_Entry]) -> Mapping[Tag, list[_Entry]]:
    shelves = defaultdict(list)
    for entry in entries:
        for tag in entry.tags:
            shelves[tag].append(entry)
    return shelves


def _merge(shelf: list[_Entry], fresh: list[_Entry]) -> None:
    if len(fresh) < FEW:
        for entry in fresh:
            insort(shelf, entry)
    else:
        shelf.extend(fresh)
        shelf.sort()


def _encode(row: object) -> bytes:
    return json.dumps(row, separators=(",", ":")).encode()


def _instant(value: object) -> float:
    """UTC seconds of a time as the API writes it; what is no time sorts as the oldest."""
    if isinstance(value, int | float):
        return value
    try:
        when = datetime.fromisoformat(str(value))
    except ValueError:
        return 0.0
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


_RANKS: Final[dict[Order, Callable[[float, str], float]]] = {
    "newest": lambda instant, _: -instant,
    "oldest": lambda instant, _: instant,
    "shuffled": lambda _, row_id: zlib.crc32(row_id.encode(errors="backslashreplace")),
}
