"""Writing many rows with few statements, each of which costs as much as a row or two."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.store.database import Transaction, Value

# Rows a statement; what remains goes one by one, so that a database meets two texts of it.
_ROWS = 32


def write(tx: Transaction, sql: str, rows: Sequence[tuple[Value, ...]]) -> None:
    """Insert these rows with a statement that has `{rows}` after its `values`.

    On a conflict the statement sees only what was there before, so no two of the rows may meet.
    """
    if not rows:
        return
    width = len(rows[0])
    whole = len(rows) - len(rows) % _ROWS
    for first in range(0, whole, _ROWS):
        batch = rows[first : first + _ROWS]
        tx.execute(_text(sql, width, _ROWS), *chain.from_iterable(batch))
    tx.many(_text(sql, width, 1), rows[whole:])


@lru_cache(maxsize=64)
def _text(sql: str, width: int, rows: int) -> str:
    row = f"({', '.join('?' * width)})"
    return sql.format(rows=", ".join([row] * rows))
