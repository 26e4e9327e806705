"""Checks of the small parts of Block Kit: texts, options, buttons, menus and images."""

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

Json = dict[str, Any]

_OPTIONS = MappingProxyType(
    {"overflow": 5, "checkboxes": 10, "radio_buttons": 10, "static_select": 100}
    | {"multi_static_select": 100}
)
_MOST_GROUPS = 100
_A_DAY = "2026-11-02"


def trouble(what: str, place: str) -> str:
    """One problem, worded as Slack words it."""
    return f"{what} [json-pointer:{place}]"


def check_text(text: object, place: str, most: int, *, plain: bool = False) -> Iterator[str]:
    """A text object of 1 to ``most`` characters; ``plain`` where mrkdwn is not allowed."""
    kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
    if not isinstance(text, dict) or text.get("type") not in kinds:
        yield trouble(f"must be a text object of type {' or '.join(kinds)}", place)
        return
    yield from check_string(text.get("text"), f"{place}/text", most)


def check_string(value: object, place: str, most: int, least: int = 1) -> Iterator[str]:
    """A string of ``least`` to ``most`` characters."""
    if not isinstance(value, str):
        yield trouble("must be a string", place)
    elif len(value) < least:
        yield trouble(f"must be more than {least - 1} characters", place)
    elif len(value) > most:
        yield trouble(f"must be less than {most + 1} characters", place)


def check_element(element: object, place: str, allowed: frozenset[str]) -> Iterator[str]:
    """One interactive element or image, of a type that is ``allowed`` here."""
    type_ = str(element.get("type")) if isinstance(element, dict) else None
    if not isinstance(element, dict) or type_ not in allowed:
        yield trouble(f"unsupported type: {type_}", f"{place}/type")
        return
    yield from _optional(element, place, {"action_id": 255})
    if type_ == "image":
        yield from _check_image(element, place)
    elif type_ == "button":
        yield from _check_button(element, place)
    elif type_ in _OPTIONS:
        yield from _check_menu(element, place, _OPTIONS[type_])
    elif type_ == "datepicker" and not _is_day(element.get("initial_date", _A_DAY)):
        yield trouble("must be a date such as 2026-11-02", f"{place}/initial_date")
    if "placeholder" in element:
        yield from check_text(element["placeholder"], f"{place}/placeholder", 150, plain=True)
    if "confirm" in element:
        yield from check_confirm(element["confirm"], f"{place}/confirm")


def check_confirm(confirm: object, place: str) -> Iterator[str]:
    """The question asked before an action is taken."""
    if not isinstance(confirm, dict):
        yield trouble("must be an object", place)
        return
    yield from check_text(confirm.get("title"), f"{place}/title", 100, plain=True)
    yield from check_text(confirm.get("text"), f"{place}/text", 300)
    for key in ("confirm", "deny"):
        yield from check_text(confirm.get(key), f"{place}/{key}", 30, plain=True)


def _check_image(element: Json, place: str) -> Iterator[str]:
    if ("image_url" in element) == ("slack_file" in element):
        yield trouble("must have either image_url or slack_file", place)
    yield from _optional(element, place, {"image_url": 3000})
    yield from check_string(element.get("alt_text"), f"{place}/alt_text", 2000)


def _check_button(element: Json, place: str) -> Iterator[str]:
    yield from check_text(element.get("text"), f"{place}/text", 75, plain=True)
    yield from _optional(element, place, {"value": 2000, "url": 3000, "accessibility_label": 75})
    if element.get("style", "primary") not in ("primary", "danger"):
        yield trouble("must be primary or danger", f"{place}/style")


def _check_menu(element: Json, place: str, most: int) -> Iterator[str]:
    """Options, or else groups of them."""
    if "option_groups" not in element:
        yield from _check_options(element.get("options"), place, most)
        return
    if "options" in element:
        yield trouble("must have either options or option_groups", place)
    groups = element["option_groups"]
    if not isinstance(groups, list) or not 1 <= len(groups) <= _MOST_GROUPS:
        yield trouble(f"must have 1 to {_MOST_GROUPS} items", f"{place}/option_groups")
        return
    for index, group in enumerate(groups):
        at = f"{place}/option_groups/{index}"
        known = group if isinstance(group, dict) else {}
        yield from check_text(known.get("label"), f"{at}/label", 75, plain=True)
        yield from _check_options(known.get("options"), at, most)


def _check_options(options: object, place: str, most: int) -> Iterator[str]:
    if not isinstance(options, list) or not 1 <= len(options) <= most:
        yield trouble(f"must have 1 to {most} items", f"{place}/options")
        return
    for index, option in enumerate(options):
        yield from _check_option(option, f"{place}/options/{index}")


def _check_option(option: object, place: str) -> Iterator[str]:
    if not isinstance(option, dict):
        yield trouble("must be an object", place)
        return
    yield from check_text(option.get("text"), f"{place}/text", 75)
    yield from check_string(option.get("value"), f"{place}/value", 150)
    yield from _optional(option, place, {"url": 3000})
    if "description" in option:
        yield from check_text(option["description"], f"{place}/description", 75)


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _optional(part: Json, place: str, limits: Mapping[str, int]) -> Iterator[str]:
    for key, most in limits.items():
        if key in part:
            yield from check_string(part[key], f"{place}/{key}", most)
