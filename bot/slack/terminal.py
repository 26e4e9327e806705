"""A message as text for a terminal: what Slack shows, without colours and without its markup."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells, set_cell_size

from bot.slack.kit import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bot.slack.message import Block, Message

_MARKS = re.compile(r"\*(?=\S)([^*\n]+)(?<=\S)\*|`([^`\n]+)`")
_LINK = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_EIGHTHS = " ▏▎▍▌▋▊▉"
_NARROW, _GAP = 8, 2


def as_text(message: Message, width: int = 80) -> str:
    """The blocks of a message as lines of at most `width` columns; buttons become commands."""
    shown = ("\n".join(_block(block, width)) for block in message.blocks)
    return "\n\n".join(text for text in shown if text)


def _block(block: Block, width: int) -> Iterator[str]:
    """The lines of one block; of one that is not known here, none."""
    draw = _DRAWN.get(block["type"])
    return draw(block, width) if draw else iter(())


def _header(block: Block, width: int) -> Iterator[str]:
    lines = list(_wrapped(_plain(block["text"]), width))
    yield from lines
    yield "─" * max(map(cell_len, lines))


def _section(block: Block, width: int) -> Iterator[str]:
    if "text" in block:
        yield from _wrapped(_plain(block["text"]), width)
    for field in block.get("fields", ()):
        label, _, value = _plain(field).partition("\n")
        yield from _wrapped(f"{label}: {value}", width)


def _context(block: Block, width: int) -> Iterator[str]:
    for element in block["elements"]:
        yield from _wrapped(_plain(element), width)


def _actions(block: Block, width: int) -> Iterator[str]:
    """The buttons that ask something, as the command that asks the same."""
    for element in block["elements"]:
        if element.get("action_id") == "ask":
            words = visible(json.loads(element["value"])["words"])
            command = f"{_plain(element['text'])}: posterpulse ask {shlex.quote(words)}"
            yield from _wrapped(command, width)


def _chart(block: Block, width: int) -> Iterator[str]:
    """The first series of a chart as horizontal bars."""
    yield from _wrapped(visible(block["title"]), width)
    points = block["chart"]["series"][0]["data"]
    labels = [visible(point["label"]) for point in points]
    most = max(point["value"] for point in points)
    left = max(map(cell_len, labels))
    room = max(width - left - len(f"{most:,}") - _GAP - 1, 1)
    for label, point in zip(labels, points, strict=True):
        value = point["value"]
        bar = _bar(value / most if most else 0, room)
        yield f"{set_cell_size(label, left)}  {bar}{' ' if bar else ''}{value:,}"


def _bar(share: float, room: int) -> str:
    eighths = round(share * room * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()


def _table(block: Block, width: int) -> Iterator[str]:
    """The columns aligned, numbers to the right; the widest ones give way on a narrow screen."""
    rows = [[visible(cell["text"]) for cell in row] for row in block["rows"]]
    numeric = [cell["type"] == "raw_number" for cell in block["rows"][-1]]
    columns = _columns(rows, width)
    for row in rows:
        cells = zip(row, columns, numeric, strict=True)
        yield "  ".join(_aligned(*cell) for cell in cells).rstrip()


def _columns(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    columns = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    while sum(columns) + _GAP * (len(columns) - 1) > width and max(columns) > _NARROW:
        columns[columns.index(max(columns))] -= 1
    return columns


def _aligned(text: str, size: int, right: bool) -> str:  # noqa: FBT001 - a column of a table
    if cell_len(text) > size:
        return set_cell_size(text, size - 1) + "…"
    return " " * (size - cell_len(text)) + text if right else set_cell_size(text, size)


def _plain(text: Mapping[str, str]) -> str:
    """A text object as what a reader sees."""
    if text["type"] == "plain_text":
        return visible(text["text"])
    bare = _MARKS.sub(lambda found: found[1] or found[2], text["text"])
    bare = _LINK.sub(lambda found: _linked(found[1], found[2]), bare)
    for entity, char in _ENTITIES:
        bare = bare.replace(entity, char)
    return "\n".join(visible(line) for line in bare.split("\n"))


def _linked(target: str, label: str | None) -> str:
    if target[0] in "#@!":
        return target[0].replace("!", "@") + (label or target[1:])
    return f"{label} ({target})" if label else target


def _wrapped(text: str, width: int) -> Iterator[str]:
    """The lines of `text`, broken at spaces where they are wider than `width` columns."""
    for line in text.split("\n"):
        current = ""
        for word in line.split(" "):
            longer = f"{current} {word}" if current else word
            if current and cell_len(longer) > width:
                yield current.rstrip()
                longer = word
            *full, current = chop_cells(longer, width) or [""]
            yield from filter(None, full)
        yield current.rstrip()


_DRAWN: dict[str, Callable[[Block, int], Iterator[str]]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "data_visualization": _chart,
    "data_table": _table,
}
