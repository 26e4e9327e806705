"""Slack's limits, written down once more without the product's help."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.slack.message import Message

NATIVE = {"data_visualization", "data_table"}
ALLOWED = re.compile(r"<[@#][A-Z0-9]+>|&(?:amp|lt|gt);")
EVIL = "0EVIL1>"  # how a mention ends that only somebody outside would make
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def check(message: Message) -> None:
    """Fail if Slack could refuse the message, or show what nobody meant to show."""
    packed = json.dumps(message.to_dict(), ensure_ascii=False).encode()
    assert type(message).from_dict(json.loads(packed)) == message
    assert 0 < size(message.text) < 3000
    mrkdwn(message.text)
    _blocks(message.blocks)
    native = any(block["type"] in NATIVE for block in message.blocks)
    assert native == (message.plain is not None)
    if message.plain is not None:
        _blocks(message.plain)
        assert not any(block["type"] in NATIVE for block in message.plain)


def size(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def mrkdwn(text: str) -> None:
    """No entity, mention or mark that isn't ours, and no line in which a mark is left open."""
    assert EVIL not in text
    rest = ALLOWED.sub("", text)
    assert not re.search("[<>&]", rest)
    assert not CONTROL.search(text)
    for line in text.split("\n"):
        assert line.count("*") % 2 == 0
        assert line.count("`") % 2 == 0
        assert "**" not in line
        assert "``" not in line
        assert not re.search(r"(?<!\w)_|_(?!\w)|~", line)


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


def _blocks(blocks: Sequence[dict[str, Any]]) -> None:
    assert 0 < len(blocks) <= 50
    assert sum(map(size, texts(list(blocks)))) < 13_000
    assert sum(block["type"] == "data_visualization" for block in blocks) <= 2
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    assert len(set(ids)) == len(ids)
    for block in blocks:
        CHECKS[block["type"]](block)


def _text(text: dict[str, Any], most: int) -> None:
    assert 0 < size(text["text"]) <= most
    assert not CONTROL.search(text["text"])
    if text["type"] == "mrkdwn":
        assert text["verbatim"]
        mrkdwn(text["text"])


def _header(block: dict[str, Any]) -> None:
    assert block["text"]["type"] == "plain_text"
    _text(block["text"], 150)


def _section(block: dict[str, Any]) -> None:
    if "text" in block:
        _text(block["text"], 3000)
    if "accessory" in block:
        ELEMENTS[block["accessory"]["type"]](block["accessory"])
    fields = block.get("fields", [])
    assert len(fields) <= 10
    for field in fields:
        _text(field, 2000)


def _context(block: dict[str, Any]) -> None:
    assert 0 < len(block["elements"]) <= 10
    for element in block["elements"]:
        _text(element, 3000)


def _actions(block: dict[str, Any]) -> None:
    assert 0 < len(block["elements"]) <= 25
    ids = [element["action_id"] for element in block["elements"]]
    assert len(set(ids)) == len(ids)
    assert size(block.get("block_id", "")) <= 255
    for element in block["elements"]:
        ELEMENTS[element["type"]](element)


def _button(element: dict[str, Any]) -> None:
    assert size(element["value"]) <= 2000
    json.loads(element["value"])
    _text(element["text"], 75)


def _menu(element: dict[str, Any]) -> None:
    _text(element["placeholder"], 150)
    assert 0 < len(element["option_groups"]) <= 100
    for group in element["option_groups"]:
        _text(group["label"], 75)
        assert 0 < len(group["options"]) <= 100
        for option in group["options"]:
            _text(option["text"], 75)
            assert size(option["value"]) <= 150
            json.loads(option["value"])


def _calendar(element: dict[str, Any]) -> None:
    assert element["placeholder"]["type"] == "plain_text"
    _text(element["placeholder"], 150)


def _chart(block: dict[str, Any]) -> None:
    assert 0 < size(block["title"]) <= 50
    categories = block["chart"]["axis_config"]["categories"]
    assert 0 < len(categories) == len(set(categories)) <= 20
    assert len(block["chart"]["series"]) <= 6
    for series in block["chart"]["series"]:
        assert 0 < size(series["name"]) <= 20
        assert [point["label"] for point in series["data"]] == categories
    for label in categories:
        assert 0 < size(label) <= 20
        assert not CONTROL.search(label + block["title"])


def _table(block: dict[str, Any]) -> None:
    rows = block["rows"]
    assert block["caption"]
    assert 2 <= len(rows) <= 100
    assert len({len(row) for row in rows}) == 1
    assert len(rows[0]) <= 20
    assert sum(size(cell["text"]) for row in rows for cell in row) <= 10_000
    for cell in (cell for row in rows for cell in row):
        assert cell["text"]
        assert not CONTROL.search(cell["text"])
        assert (cell["type"] == "raw_number") == ("value" in cell)


ELEMENTS = {"button": _button, "static_select": _menu, "datepicker": _calendar}
CHECKS = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "data_visualization": _chart,
    "data_table": _table,
}
