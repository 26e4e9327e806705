"""Refreshing what the API says of posters and ambassadors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from bot.store import cursors, directory, quarantine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.domain.model import Ambassador, Poster
    from bot.services.asking import Asking
    from bot.store.database import Database
    from bot.vantio.wire import Page

_Listed = TypeVar("_Listed", "Poster", "Ambassador")
FEED = "directory"
_MOST_PAGES = 2_000


@dataclass(frozen=True, slots=True)
class Directory:
    """Refreshes the directory of these programs (None: of the whole account) every so often.

    `every` is in seconds.
    """

    database: Database
    asking: Asking
    programs: Sequence[str | None]
    clock: Callable[[], int]
    every: int

    def refresh_if_due(self) -> bool:
        """Refresh when the last time is long enough ago; True when it was done.

        Raises:
            VantioError: when Vantio gives no usable answer; what came before it is kept.
        """
        with self.database.read() as tx:
            last = cursors.fresh_until(tx, [FEED])
        if last is not None and self.clock() - last < self.every:
            return False
        self.refresh()
        return True

    def refresh(self) -> None:
        """Read both lists and keep what they say.

        Raises:
            VantioError: when Vantio gives no usable answer.
        """
        for program in self.programs:
            self._refresh_ambassadors(program)
            self._refresh_posters(program)
        with self.database.write() as tx:
            cursors.save(tx, FEED, "{}", self.clock())

    def _refresh_ambassadors(self, program: str | None) -> None:
        for page in _pages(partial(self.asking.ambassadors, program)):
            with self.database.write() as tx:
                directory.save_ambassadors(tx, page.rows)
                quarantine.add(tx, "users", page.rejects, self.clock())

    def _refresh_posters(self, program: str | None) -> None:
        for page in _pages(partial(self.asking.posters, program)):
            with self.database.write() as tx:
                directory.save_posters(tx, page.rows)
                quarantine.add(tx, "posters", page.rejects, self.clock())


def _pages(ask: Callable[[int], Page[_Listed]]) -> Iterator[Page[_Listed]]:
    """Pages until an empty one, or one that brings only what was there before."""
    offset, seen = 0, set[str]()
    for _ in range(_MOST_PAGES):
        page = ask(offset)
        ids = {row.id for row in page.rows}
        if page.size == 0 or (ids and ids <= seen):
            return
        yield page
        seen |= ids
        offset += page.size
