"""A row as the cells of a CSV file, and back.

A spreadsheet takes a cell that begins like a formula for one, and runs it. Such a cell gets an
apostrophe in front, which reading takes away: `unguarded(guarded(text)) == text` for every text.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Apostrophes count as well: a text that looks guarded by itself needs one more to come back whole.
# The last four are the full-width forms of the first four, which some spreadsheets take for them.
_FORMULA: Final = re.compile("'*\\s*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NESTED: Final = "metadata"


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text that `guarded` made this cell of; any other cell as it is."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def cells_of(row: Mapping[str, object], columns: Sequence[str]) -> list[str]:
    """The cells of a row in the API's shape; what is unknown is empty."""
    return [_cell(row.get(column)) for column in columns]


def row_of(columns: Iterable[str], cells: Iterable[str]) -> dict[str, object]:
    """The row in the API's shape that these cells tell of; an empty cell is None."""
    row: dict[str, object] = {
        column: unguarded(cell) if cell else None
        for column, cell in zip(columns, cells, strict=False)
    }
    if row.get(_NESTED):
        row[_NESTED] = _decoded(str(row[_NESTED]))
    return row


def _cell(value: object) -> str:
    if value is None or value == {}:
        return ""
    return guarded(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _decoded(text: str) -> object:
    """JSON text as data; other text stays text, which costs the row nothing."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
