"""The limits of Block Kit, checked as Slack checks them.

Written from Slack's documentation and from nothing of the bot's, so that a message that passes
here has passed an independent witness. Problems read like Slack's own: what is wrong, and a
JSON pointer to the place.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from .charts import check_chart
from .elements import check_element, check_string, check_text, trouble
from .tables import check_data_table, check_table

Json = dict[str, Any]
Check = Callable[[Json, str], Iterator[str]]

MESSAGE, MODAL, HOME = "message", "modal", "home"
MESSAGE_CHARACTERS = 13_000
NATIVE_CHARTS = frozenset({"data_visualization", "data_table"})

_MOST_BLOCKS = MappingProxyType({MESSAGE: 50, MODAL: 100, HOME: 100})
_MOST_OF_A_TYPE = MappingProxyType({"data_visualization": 2, "table": 1})
_SHOWN = frozenset({"text", "title", "caption", "label", "name", "alt_text", "description"})

_SELECTS = frozenset(
    {"static_select", "users_select", "channels_select", "conversations_select", "datepicker"}
    | {"timepicker", "checkboxes", "radio_buttons", "multi_static_select"}
)
_IN_ACTIONS = _SELECTS | {"button", "overflow"}
_IN_SECTION = _IN_ACTIONS | {"image"}
_IN_INPUT = _SELECTS | {"plain_text_input", "number_input", "email_text_input", "url_text_input"}
_IN_RICH_TEXT = frozenset({"section", "list", "preformatted", "quote"})


def problems(blocks: object, surface: str = MESSAGE) -> list[str]:
    """Everything that Slack would refuse about ``blocks``; empty where it would take them.

    Args:
        blocks: what was sent as ``blocks``, of any shape.
        surface: ``message``, ``modal`` or ``home``.
    """
    if not isinstance(blocks, list):
        return [trouble("must be an array", "/blocks")]
    found = list(_check_counts(blocks, surface))
    for index, block in enumerate(blocks):
        found += _check_block(block, f"/blocks/{index}", surface)
    if surface == MESSAGE and characters(blocks) > MESSAGE_CHARACTERS:
        found.append(trouble(f"must show at most {MESSAGE_CHARACTERS} characters", "/blocks"))
    return found


def view_problems(view: object) -> list[str]:
    """The same for a modal or a Home tab, its title, buttons and private data included."""
    if not isinstance(view, dict) or view.get("type") not in (MODAL, HOME):
        return [trouble("must be a modal or a home view", "/view/type")]
    surface = view["type"]
    found = problems(view.get("blocks"), surface)
    for key, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if len(str(view.get(key, ""))) > most:
            found.append(trouble(f"must be less than {most + 1} characters", f"/view/{key}"))
    if surface == MODAL:
        found += _check_modal(view)
    return found


def characters(value: object) -> int:
    """How many characters of ``value`` a reader would see."""
    if isinstance(value, Mapping):
        return sum(
            len(part) if key in _SHOWN and isinstance(part, str) else characters(part)
            for key, part in value.items()
        )
    return sum(map(characters, value)) if isinstance(value, list) else 0


def _check_counts(blocks: Sequence[object], surface: str) -> Iterator[str]:
    if len(blocks) > _MOST_BLOCKS[surface]:
        yield trouble(f"no more than {_MOST_BLOCKS[surface]} items allowed", "/blocks")
    known = [block for block in blocks if isinstance(block, dict)]
    for type_, most in _MOST_OF_A_TYPE.items():
        if sum(block.get("type") == type_ for block in known) > most:
            yield trouble(f"no more than {most} {type_} blocks allowed", "/blocks")
    ids = [block["block_id"] for block in known if "block_id" in block]
    if len(set(map(str, ids))) < len(ids):
        yield trouble("block_id must be unique", "/blocks")


def _check_block(block: object, place: str, surface: str) -> Iterator[str]:
    if not isinstance(block, dict):
        yield trouble("must be an object", place)
        return
    type_ = block.get("type")
    check, surfaces = _TYPES.get(type_, (None, ())) if isinstance(type_, str) else (None, ())
    if check is None or surface not in surfaces:
        yield trouble(f"unsupported type: {type_}", f"{place}/type")
        return
    if "block_id" in block:
        yield from check_string(block["block_id"], f"{place}/block_id", 255)
    yield from check(block, place)


def _check_modal(view: Json) -> Iterator[str]:
    yield from check_text(view.get("title"), "/view/title", 24, plain=True)
    for key in ("submit", "close"):
        if key in view:
            yield from check_text(view[key], f"/view/{key}", 24, plain=True)
    blocks = view.get("blocks")
    known = (
        [block for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []
    )
    if any(block.get("type") == "input" for block in known) and "submit" not in view:
        yield trouble("must be present in a modal with input blocks", "/view/submit")


def _check_section(block: Json, place: str) -> Iterator[str]:
    fields = block.get("fields", [])
    if "text" not in block and not fields:
        yield trouble("must have text or fields", place)
    if "text" in block:
        yield from check_text(block["text"], f"{place}/text", 3000)
    for index, text in enumerate((yield from _few(fields, f"{place}/fields", 10))):
        yield from check_text(text, f"{place}/fields/{index}", 2000)
    if "accessory" in block:
        yield from check_element(block["accessory"], f"{place}/accessory", _IN_SECTION)


def _check_header(block: Json, place: str) -> Iterator[str]:
    yield from check_text(block.get("text"), f"{place}/text", 150, plain=True)


def _check_context(block: Json, place: str) -> Iterator[str]:
    elements = yield from _few(block.get("elements"), f"{place}/elements", 10, least=1)
    for index, element in enumerate(elements):
        at = f"{place}/elements/{index}"
        if isinstance(element, dict) and element.get("type") == "image":
            yield from check_element(element, at, frozenset({"image"}))
        else:
            yield from check_text(element, at, 3000)


def _check_actions(block: Json, place: str) -> Iterator[str]:
    elements = yield from _few(block.get("elements"), f"{place}/elements", 25, least=1)
    for index, element in enumerate(elements):
        yield from check_element(element, f"{place}/elements/{index}", _IN_ACTIONS)
    ids = [e["action_id"] for e in elements if isinstance(e, dict) and "action_id" in e]
    if len(set(map(str, ids))) < len(ids):
        yield trouble("action_id must be unique in a block", f"{place}/elements")


def _check_image(block: Json, place: str) -> Iterator[str]:
    yield from check_element(block, place, frozenset({"image"}))
    if "title" in block:
        yield from check_text(block["title"], f"{place}/title", 2000, plain=True)


def _check_markdown(block: Json, place: str) -> Iterator[str]:
    yield from check_string(block.get("text"), f"{place}/text", 12_000)


def _check_rich_text(block: Json, place: str) -> Iterator[str]:
    elements = yield from _few(block.get("elements"), f"{place}/elements", 100)
    for index, element in enumerate(elements):
        type_ = element.get("type", "") if isinstance(element, dict) else ""
        if str(type_).removeprefix("rich_text_") not in _IN_RICH_TEXT:
            yield trouble(f"unsupported type: {type_}", f"{place}/elements/{index}/type")


def _check_input(block: Json, place: str) -> Iterator[str]:
    yield from check_text(block.get("label"), f"{place}/label", 2000, plain=True)
    if "hint" in block:
        yield from check_text(block["hint"], f"{place}/hint", 2000, plain=True)
    yield from check_element(block.get("element"), f"{place}/element", _IN_INPUT)


def _check_alert(block: Json, place: str) -> Iterator[str]:
    yield from check_text(block.get("text"), f"{place}/text", 200)


def _check_divider(_block: Json, _place: str) -> Iterator[str]:
    return iter(())


def _few(items: object, place: str, most: int, least: int = 0) -> Generator[str, None, list[Any]]:
    """Check the number of ``items``, and return them as the list that they should be."""
    if not isinstance(items, list):
        yield trouble("must be an array", place)
        return []
    if len(items) > most:
        yield trouble(f"no more than {most} items allowed", place)
    elif len(items) < least:
        yield trouble(f"must have at least {least} items", place)
    return items


_EVERYWHERE = (MESSAGE, MODAL, HOME)
_TYPES: Mapping[str, tuple[Check | None, Sequence[str]]] = MappingProxyType(
    {
        "actions": (_check_actions, _EVERYWHERE),
        "alert": (_check_alert, (MODAL,)),
        "context": (_check_context, _EVERYWHERE),
        "data_table": (check_data_table, (MESSAGE, HOME)),
        "data_visualization": (check_chart, (MESSAGE, HOME)),
        "divider": (_check_divider, _EVERYWHERE),
        "header": (_check_header, _EVERYWHERE),
        "image": (_check_image, _EVERYWHERE),
        "input": (_check_input, _EVERYWHERE),
        "markdown": (_check_markdown, (MESSAGE,)),
        "rich_text": (_check_rich_text, _EVERYWHERE),
        "section": (_check_section, _EVERYWHERE),
        "table": (check_table, (MESSAGE,)),
    }
)
