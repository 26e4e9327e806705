"""Feeds of several sizes, each with the store of a first load; made when first asked for."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from bench.child import Done, worked
from bench.feed import Feed, Held, serving

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mirror:
    """A feed and its store; what the first load took, and what feed and disk held after it."""

    rows: int
    feed: Feed
    store: Path
    load: Done
    held: Held
    size: int

    @property
    def pages(self) -> int:
        """The fewest requests that read the whole list."""
        return -(-self.rows // 100)

    def work(self, what: str, store: Path | None = None) -> Done:
        """Do a piece of `bench.worker` on this feed, with its store or another one."""
        return worked(what, self.feed.url, store or self.store)

    def fresh(self, name: str) -> Path:
        """The path of a store that is not there yet."""
        path = self.store.with_name(f"{name}-{self.rows}.db")
        path.unlink(missing_ok=True)
        return path


class Mirrors:
    """Keeps every mirror until it is closed."""

    def __init__(self, folder: Path, order: str) -> None:
        self._folder = folder
        self._order = order
        self._mirrors: dict[int, Mirror] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def of(self, rows: int) -> Mirror:
        """The mirror of a feed of so many rows."""
        if rows not in self._mirrors:
            feed = self._open.enter_context(serving(rows, self._order))
            store = self._folder / f"mirror-{rows}.db"
            load = worked("poll", feed.url, store)
            size = sum(each.stat().st_size for each in self._folder.glob(f"{store.name}*"))
            self._mirrors[rows] = Mirror(rows, feed, store, load, feed.held(), size)
        return self._mirrors[rows]
