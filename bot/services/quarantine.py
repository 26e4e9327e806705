"""Reading the rows in quarantine again, with the parser of today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bot.domain.model import Reject
from bot.services.exchange.kinds import KINDS, POSTERS, USERS
from bot.store import directory, quarantine
from bot.vantio.wire import LENIENT_JSON, REMOVED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.services.exchange.kinds import Kind
    from bot.store.database import Database, Transaction
    from bot.store.quarantine import Quarantined

_BATCH: Final = 200
_DESCRIBED: Final[dict[str, Callable[[Transaction, set[str]], Sequence[Any]]]] = {
    POSTERS.shape.name: directory.posters,
    USERS.shape.name: directory.ambassadors,
}


@dataclass(frozen=True, slots=True)
class Retried:
    """What came of it: `tried` rows, of which `left` are in quarantine still."""

    tried: int
    left: int

    @property
    def taken_in(self) -> int:
        """Rows that left, read themselves or mended by another with the same id."""
        return self.tried - self.left


def retry(database: Database, now: int) -> Retried:
    """Read every row in quarantine again; one that can be read now is taken in and leaves.

    A batch commits as a whole, so that an interruption loses nothing, and doing it again is safe.

    Raises:
        StoreError: when the store can't take a batch; the ones before are kept.
    """
    tried = last = 0
    while True:
        with database.write() as tx:
            batch = quarantine.following(tx, last, _BATCH)
            if not batch:
                return Retried(tried, quarantine.count(tx, last))
            for name, kind in KINDS.items():
                _take(tx, kind, [row for row in batch if row.kind == name], now)
        tried, last = tried + len(batch), batch[-1].key


def _take(tx: Transaction, kind: Kind[Any], batch: Sequence[Quarantined], now: int) -> None:
    read = {row.key: kind.read(_decoded(row.body)) for row in batch}
    usable = {key: row for key, row in read.items() if not isinstance(row, Reject)}
    if not usable:
        return
    rows = list(usable.values())
    described = _DESCRIBED.get(kind.shape.name)
    newer = described(tx, {row.id for row in rows}) if described else ()
    kind.take(tx, rows, (), now)
    # What the store knew already is younger than a row from quarantine: it has the last word.
    if newer:
        kind.take(tx, newer, (), now)
    quarantine.remove(tx, usable)


def _decoded(body: str) -> object:
    """The row as it came, but without the addresses that were removed from it."""
    try:
        row = LENIENT_JSON.decode(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(row, dict):
        return {key: value for key, value in row.items() if value != REMOVED}
    return row
