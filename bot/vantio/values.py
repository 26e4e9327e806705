"""Single values of a feed, none of which can be trusted: ids, times and free text.

Everything returned can be written to any store: no lone surrogates, no control characters.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Final

LONGEST_ID: Final = 200
LONGEST_TEXT: Final = 400
LONGEST_DEVICE: Final = 40
EARLIEST: Final = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
LATEST: Final = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())

_MILLISECONDS_FROM: Final = 10**11
_HUGE: Final = 10**LONGEST_ID
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d*)?(E\+?\d+)?", re.ASCII)
_UTC: Final = re.compile(r"\s*(UTC|GMT|Z)$")
_QUOTED: Final = 40


class Misfit(ValueError):
    """A value that a row can't do without and that is unusable; the message says why."""


def encodable(text: str) -> str:
    """The text with each lone surrogate replaced, so that it has a UTF-8 form."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def required_id(value: object, name: str) -> str:
    """An id as text of 1 to 200 characters.

    Args:
        value: What the row holds; a number is taken as its digits.
        name: The field's name in the API, for the reason.

    Raises:
        Misfit: It is missing, too long, or neither text nor a number.
    """
    text = value.strip() if isinstance(value, str) else _digits(value, name)
    if not text:
        raise Misfit(f"no {name}")
    if len(text) > LONGEST_ID:
        raise Misfit(f"{name} is longer than {LONGEST_ID} characters")
    if text.isprintable():
        return text
    if _CONTROL.search(text):
        raise Misfit(f"{name} has control characters")
    return encodable(text)


def optional_id(value: object) -> str:
    """An id as `required_id` would have it; empty where there is no usable one."""
    if value is None:
        return ""
    try:
        return required_id(value, "id")
    except Misfit:
        return ""


def _digits(value: object, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Misfit(f"{name} is neither text nor a number")
    if not -_HUGE < value < _HUGE:
        raise Misfit(f"{name} is no usable number")
    return str(int(value)) if value == int(value) else str(value)


def required_time(value: object, name: str) -> int:
    """A point in time as integer UTC seconds, fractions dropped downwards.

    Args:
        value: ISO 8601 text (UTC where it names no zone), or epoch seconds or milliseconds as a
            number or as text.
        name: The field's name in the API, for the reason.

    Raises:
        Misfit: It is missing, not a time, or not between the years 2000 and 2100.
    """
    if value is None or value == "":
        raise Misfit(f"no {name}")
    seconds = _seconds(value)
    if seconds is None:
        raise Misfit(f"{name} is not a time: {_quote(value)}")
    if not EARLIEST <= seconds <= LATEST:
        raise Misfit(f"{name} is not between 2000 and 2100: {_quote(value)}")
    return int(seconds)


def optional_time(value: object) -> int | None:
    """A time as `required_time` would have it; None where there is no usable one."""
    try:
        return required_time(value, "time")
    except Misfit:
        return None


def _seconds(value: object) -> float | None:
    if isinstance(value, str):
        try:
            return _parsed(value)
        except ValueError:
            return _seconds_of_odd_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return _epoch(value)


def _epoch(number: float) -> float:
    return number // 1000 if number > _MILLISECONDS_FROM else number // 1


def _parsed(text: str) -> int:
    if text.isdecimal():  # compact ISO dates are all digits too, and epochs are likelier
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return math.floor(moment.timestamp())


def _seconds_of_odd_text(text: str) -> float | None:
    text = text.strip().upper()
    if _NUMBER.fullmatch(text):
        return _epoch(float(text))
    try:
        return _parsed(_UTC.sub("Z", text))
    except ValueError:
        return None


def _quote(value: object) -> str:
    if isinstance(value, str):
        return ascii(value if len(value) <= _QUOTED else value[:_QUOTED] + "...")
    if isinstance(value, int | float):
        return str(value) if -_HUGE < value < _HUGE else "no usable number"
    return "a list" if isinstance(value, list) else "an object"


def machine_text(value: object, longest: int = LONGEST_TEXT) -> str | None:
    """What a program wrote (a user agent): control characters removed, cut; None if not text."""
    if not isinstance(value, str):
        return None
    if not value.isprintable():
        value = encodable(_CONTROL.sub("", value))
    return value[:longest].strip() or None


def human_text(value: object) -> str | None:
    """What a person wrote (a place, a name): as one line, cut; None if not text.

    A line break stands between words here, so it becomes a space instead of joining them.
    """
    if not isinstance(value, str):
        return None
    return machine_text(" ".join(_CONTROL.sub(" ", value).split()))
