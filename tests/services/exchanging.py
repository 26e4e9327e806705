"""What the tests of exchanging files share."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from bot.services.exchange import exporting
from bot.services.exchange.importing import Imported, take_in_rows
from bot.services.exchange.kinds import IMPRESSIONS
from bot.services.exchange.rows import rows
from bot.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.services.exchange.files import Format
    from bot.services.exchange.kinds import Kind
    from bot.store.database import Database

FORMATS: tuple[Format, ...] = ("jsonl", "csv")
SCAN = {"id": "imp_1", "poster_id": "poster_1", "scanned_at": "2026-11-02T10:30:00Z"}


def stream_of(content: bytes | str) -> io.BufferedReader:
    told = content if isinstance(content, bytes) else content.encode()
    return io.BufferedReader(cast("io.RawIOBase", io.BytesIO(told)))


def read(content: bytes | str, form: Format = "jsonl", kind: Kind[Any] = IMPRESSIONS) -> list[Any]:
    return list(rows(stream_of(content), "scans", form, kind.shape))


def take(
    database: Database, content: bytes | str, form: Format = "jsonl", kind: Kind[Any] = IMPRESSIONS
) -> Imported:
    found = rows(stream_of(content), "scans", form, kind.shape)
    return [Imported(), *take_in_rows(database, kind, found, lambda: 1_700_000_000)][-1]


def given_out(
    database: Database, form: Format, kind: Kind[Any] = IMPRESSIONS, *, personal: bool = True
) -> bytes:
    stream = io.BytesIO()
    exporting.write(database, kind, stream, form, personal=personal)
    return stream.getvalue()


@contextmanager
def opened(url: str = "sqlite:///:memory:") -> Iterator[Database]:
    database = open_store(url)
    try:
        yield database
    finally:
        database.close()


def lines_of(*values: object) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


def scans(number: int, **more: object) -> str:
    return lines_of(*(SCAN | {"id": f"imp_{n}"} | more for n in range(number)))
