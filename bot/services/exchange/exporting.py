"""Writing what the store holds as a file in the API's shape."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from bot.services.exchange.cells import cells_of
from bot.vantio.values import LATEST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.domain.period import Period
    from bot.services.exchange.files import Format
    from bot.services.exchange.kinds import Kind, Shape
    from bot.store.database import Database


def write(
    database: Database,
    kind: Kind[Any],
    stream: BinaryIO,
    form: Format,
    *,
    period: Period | None = None,
    personal: bool = False,
) -> int:
    """Write everything of a kind, impressions oldest first; returns how many rows that were.

    Args:
        database: Where it is.
        kind: What is wanted.
        stream: Where it goes.
        form: How rows are written.
        period: When the impressions were scanned; None for all time.
        personal: Write what tells who a person is, too.

    Raises:
        StoreError: when the store can't be read.
        OSError: when the stream takes no more.
    """
    columns = _columns(kind.shape, personal=personal)
    write_row = (_csv_writer if form == "csv" else _json_writer)(stream, columns)
    start, end = (period.start, period.end) if period else (0, LATEST + 1)
    written = 0
    for each in kind.stream(database, start, end):
        write_row(kind.row(each))
        written += 1
    return written


def _columns(shape: Shape, *, personal: bool) -> list[str]:
    return [name for name in shape.columns if personal or name not in shape.personal]


def _json_writer(
    stream: BinaryIO, columns: Sequence[str]
) -> Callable[[Mapping[str, object]], None]:
    def write_row(row: Mapping[str, object]) -> None:
        known = {name: row[name] for name in columns if row[name] not in (None, {})}
        text = json.dumps(known, ensure_ascii=False, separators=(",", ":"))
        stream.write(f"{text}\n".encode())

    return write_row


def _csv_writer(stream: BinaryIO, columns: Sequence[str]) -> Callable[[Mapping[str, object]], None]:
    table = csv.writer(_Encoded(stream))
    table.writerow(columns)

    def write_row(row: Mapping[str, object]) -> None:
        table.writerow(cells_of(row, columns))

    return write_row


@dataclass(frozen=True, slots=True)
class _Encoded:
    """Takes text for a stream of bytes."""

    stream: BinaryIO

    def write(self, text: str) -> int:
        """Write the text as UTF-8."""
        return self.stream.write(text.encode())
