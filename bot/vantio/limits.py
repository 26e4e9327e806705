"""What the headers of an answer say about rate limits, in any of their usual shapes.

Understood are `Retry-After`, `X-RateLimit-*`, `RateLimit-*`, and the structured `RateLimit` of the
newer drafts. Header names are expected in lower case, as httpx gives them, or in a mapping that
doesn't care. Waits are in seconds from now.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONGEST_WAIT: Final = 86_400.0

# A wait is never three years long and no clock shows 1973, so size alone tells what a number is.
_EPOCH_FROM: Final = 10**8
_EPOCH_MILLISECONDS_FROM: Final = 10**11
_FAMILIES: Final = ("x-ratelimit", "x-rate-limit", "ratelimit")
_NUMBER: Final = re.compile(r"-?\d{1,20}(\.\d{1,20})?", re.ASCII)
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_PARAMETER: Final = re.compile(r"\b(r|t|remaining|reset)=(-?\d{1,20}(?:\.\d{1,20})?)", re.ASCII)


class Window(NamedTuple):
    """How many requests remain, and in how many seconds that ends; None where it isn't told."""

    name: str
    remaining: float
    wait: float | None


class _Told(NamedTuple):
    name: str
    remaining: float | None
    wait: float | None


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """How long an answer 429 wants us to wait.

    Args:
        headers: The answer's headers.
        now: UTC seconds, for resets given as a point in time; the answer's own `Date` is preferred.

    Returns:
        Seconds from 0 to a day, None where nothing is said.
    """
    now = server_time(headers) or now
    named = named_wait(headers, now)
    if named is not None:
        return named
    told = [w for w in _windows(headers, now) if w.wait is not None]
    # Where one window is said to be used up, the others, which may be a day long, are not meant.
    spent = [w for w in told if w.remaining is not None and w.remaining <= 0]
    return max((w.wait for w in spent or told if w.wait is not None), default=None)


def named_wait(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that `Retry-After` names, None where it names none.

    Unlike a limit that was hit, trouble on the other side doesn't end when a rate window does.
    """
    return _wait(headers.get("retry-after", ""), server_time(headers) or now)


def windows(headers: Mapping[str, str], now: float) -> list[Window]:
    """What the headers say remains, in each of the rate windows that they tell of.

    Args:
        headers: The answer's headers.
        now: UTC seconds; the answer's own `Date` is preferred.
    """
    if not any("limit" in name for name in headers):
        return []
    told = _windows(headers, server_time(headers) or now)
    return [
        Window(name, remaining, wait) for name, remaining, wait in told if remaining is not None
    ]


def server_time(headers: Mapping[str, str]) -> float | None:
    """The clock of whoever answered, in UTC seconds (whole ones), None where `Date` is unusable."""
    return _http_date(headers.get("date", ""))


def _windows(headers: Mapping[str, str], now: float) -> Iterator[_Told]:
    for family in _FAMILIES:
        remaining = _number(headers.get(f"{family}-remaining", ""))
        wait = _wait(headers.get(f"{family}-reset", ""), now)
        yield _Told(family, remaining, wait)
    yield from _structured(headers.get("ratelimit", ""), now)


def _structured(value: str, now: float) -> Iterator[_Told]:
    """The windows of a `RateLimit` header.

    It is `"minute";r=0;t=12, "day";r=5;t=900` today and was `limit=100, remaining=0, reset=12`, one
    window, in earlier drafts.
    """
    plain = _QUOTED.sub("", value)
    items = [plain] if "remaining=" in plain else plain.split(",")
    for index, item in enumerate(items):
        told: dict[str, str] = dict(_PARAMETER.findall(item))
        remaining = told.get("r") or told.get("remaining") or ""
        reset = told.get("t") or told.get("reset") or ""
        yield _Told(f"structured {index}", _number(remaining), _wait(reset, now))


def _wait(text: str, now: float) -> float | None:
    """A header's seconds to wait, epoch (also in milliseconds) or date, as seconds from now."""
    number = _number(text)
    if number is None:
        moment = _http_date(text) or _iso_date(text)
        wait = None if moment is None else moment - now
    elif number >= _EPOCH_MILLISECONDS_FROM:
        wait = number / 1000 - now
    else:
        wait = number - now if number >= _EPOCH_FROM else number
    return None if wait is None else min(max(wait, 0.0), LONGEST_WAIT)


def _number(text: str) -> float | None:
    # A header sent twice arrives as "0, 0"; a draft allows "100;w=60".
    first = re.split(r"[,;]", text, maxsplit=1)[0].strip()
    return float(first) if _NUMBER.fullmatch(first) else None


def _http_date(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return _timestamp(moment)


def _iso_date(text: str) -> float | None:
    try:
        return _timestamp(datetime.fromisoformat(text.strip()))
    except ValueError:
        return None


def _timestamp(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
