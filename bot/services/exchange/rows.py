"""The rows of a file in the API's shape, one at a time, whatever state the file is in.

A line that is no row of its format becomes a `Reject` and costs the others nothing.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, Final

from rapidfuzz import fuzz, process

from bot.domain.model import Reject
from bot.services.exchange.cells import row_of
from bot.services.exchange.files import FileProblem, check_text
from bot.vantio.wire import LENIENT_JSON, REMOVED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.services.exchange.files import Format
    from bot.services.exchange.kinds import Shape

LONGEST: Final = 16 * 2**20
_KEPT: Final = 10_000
_COLUMNS_SHOWN, _COLUMN_SHOWN, _LIKELY = 12, 30, 70
_NOT_JSON: Final = object()
# Both match whole runs, so that a long line costs no more than its length.
_MAIL_LIKE: Final = re.compile(r"[\w.+%@-]+")
_IP_LIKE: Final = re.compile(r"[0-9a-fA-F:.]+")


def rows(stream: BinaryIO, source: str, form: Format, shape: Shape) -> Iterator[object]:
    """The decoded rows of a file, and a `Reject` for each line that holds none.

    JSON lines hold a row each; a list of rows or an answer of the API is taken apart, also where
    it spreads over many lines.

    Args:
        stream: The bytes, of which no more than a line is held at a time.
        source: What a person calls the file.
        form: How its rows are written.
        shape: What its rows should be.

    Raises:
        FileProblem: when this is not such a file at all.
    """
    check_text(stream, source)
    lines = _lines(stream, source)
    if form == "csv":
        yield from _Table(lines, source, shape).rows()
        return
    for value in _json_values(lines, source):
        yield from _taken_apart(value, shape.name)


def _lines(stream: BinaryIO, source: str) -> Iterator[str]:
    number = 0
    while line := stream.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            raise FileProblem(f"{source}: line {number} is too long; write one row a line.")
        text = line.decode(errors="replace")
        yield text.removeprefix("\ufeff") if number == 1 else text


def _json_values(lines: Iterator[str], source: str) -> Iterator[object]:
    first = next(lines, "")
    head = [first]
    if first.rstrip().endswith(("[", "{")):  # how a document of many lines begins
        head += _up_to(LONGEST, lines, source)
        document = _decoded("".join(head))
        if document is not _NOT_JSON:
            yield document
            return
    for number, text in enumerate(chain(head, lines), 1):
        if text.strip():
            value = _decoded(text)
            broken = value is _NOT_JSON
            yield _reject(f"line {number} is not JSON", text) if broken else value


def _up_to(most: int, lines: Iterator[str], source: str) -> Iterator[str]:
    size = 0
    for text in lines:
        size += len(text)
        if size > most:
            raise FileProblem(f"{source}: this is one huge JSON document; write one row a line.")
        yield text


def _decoded(text: str) -> object:
    try:
        return LENIENT_JSON.decode(text)
    except (ValueError, RecursionError):
        return _NOT_JSON


def _taken_apart(value: object, listed: str) -> Iterator[object]:
    if isinstance(value, dict) and isinstance(value.get(listed), list):
        value = value[listed]
    if isinstance(value, list):
        yield from value
    else:
        yield _scrubbed(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class _Table:
    """A CSV file being read."""

    lines: Iterator[str]
    source: str
    shape: Shape

    def rows(self) -> Iterator[object]:
        """Its rows, one for each that has a cell with something in it."""
        first = next(self.lines, "")
        # A header is made of names, so what separates them stands out.
        delimiter = max(",;\t", key=first.count)
        columns = self._columns(first, delimiter)
        under_way: list[str] = []
        reader = csv.reader(_noted(self.lines, under_way), delimiter=delimiter)
        while True:
            number = reader.line_num + 2
            under_way.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield _reject(f"line {number} is not CSV", "".join(under_way))
                continue
            if any(cells[len(columns) :]):
                yield _reject(f"line {number} has more cells than columns", "".join(under_way))
            elif any(cells):
                yield row_of(columns, cells)

    def _columns(self, first: str, delimiter: str) -> list[str]:
        try:
            header = next(csv.reader([first], delimiter=delimiter), [])
        except csv.Error:
            raise FileProblem(f"{self.source}: its first line is not CSV.") from None
        columns = [name.strip().lower() for name in header]
        missing = [name for name in self.shape.required if name not in columns]
        if missing:
            raise FileProblem(f"{self.source}: {self._lacking(missing, columns)}")
        return columns

    def _lacking(self, missing: Sequence[str], columns: Sequence[str]) -> str:
        found = [name[:_COLUMN_SHOWN] for name in columns if name]
        near = {
            name: process.extractOne(name, found, scorer=fuzz.ratio, score_cutoff=_LIKELY)
            for name in missing
        }
        guesses = [f"{name} by “{guess[0]}”" for name, guess in near.items() if guess]
        hint = f" Did you mean {' and '.join(guesses)}?" if guesses else ""
        shown = ", ".join(f"“{name}”" for name in found[:_COLUMNS_SHOWN]) or "nothing"
        return f"the header row lacks {' and '.join(missing)}; it has {shown}.{hint}"


def _noted(lines: Iterator[str], under_way: list[str]) -> Iterator[str]:
    """The same lines, each kept in `under_way` too: a row may span several of them."""
    for line in lines:
        under_way.append(line)
        yield line


def _reject(reason: str, text: str) -> Reject:
    return Reject(reason, json.dumps(_scrubbed(text.strip()[:_KEPT])))


def _scrubbed(text: str) -> str:
    """The text without addresses, known by their look: no key says what a value here means."""
    text = _MAIL_LIKE.sub(lambda found: REMOVED if "@" in found[0].strip("@") else found[0], text)
    return _IP_LIKE.sub(lambda found: REMOVED if _tells_ip(found[0]) else found[0], text)


def _tells_ip(text: str) -> bool:
    """Whether this is an IP address, perhaps with a port, or with a colon or full stop around."""
    bare = text.strip(".:")
    return any(_is_ip(each) for each in (text.strip("."), bare, bare.rpartition(":")[0]))


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
