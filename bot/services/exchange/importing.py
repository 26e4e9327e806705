"""Taking in the rows of a file through the same door as those of the API."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from bot.domain.model import Reject
from bot.store import first_load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bot.services.exchange.kinds import Kind
    from bot.store.database import Database

_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file brought so far.

    `read` counts its rows, `kept` those that were new (impressions) or are saved (the rest),
    `quarantined` those that are in quarantine now, whether or not they were before.
    """

    read: int = 0
    kept: int = 0
    quarantined: int = 0

    @property
    def repeated(self) -> int:
        """Rows that changed nothing."""
        return self.read - self.kept - self.quarantined


def take_in_rows(
    database: Database, kind: Kind[Any], rows: Iterable[object], clock: Callable[[], int]
) -> Iterator[Imported]:
    """Take in decoded rows; a step at a time, each kept before it is told of.

    A row that can't be of this kind goes to quarantine, as does a `Reject`. Cursors stay as they
    are, so polling goes on where it was.

    Raises:
        StoreError: when the store can't take a step; the ones before are kept.
    """
    if kind.bulky:
        first_load.begin(database)
    remaining = iter(rows)
    so_far = Imported()
    while batch := list(islice(remaining, _BATCH)):
        read = [row if isinstance(row, Reject) else kind.read(row) for row in batch]
        rejects = [each for each in read if isinstance(each, Reject)]
        usable = [each for each in read if not isinstance(each, Reject)]
        with database.write() as tx:
            kept = kind.take(tx, usable, rejects, clock())
        so_far = Imported(
            so_far.read + len(batch), so_far.kept + kept, so_far.quarantined + len(rejects)
        )
        yield so_far
    if kind.bulky and (repeated := first_load.finish(database)):
        yield replace(so_far, kept=so_far.kept - repeated)
