"""What the bytes of Vantio mean, and back: JSON to impressions, posters and ambassadors.

A row counts if it has a usable identity (and, for a scan, a poster and a time), whatever else it
lacks. A row that has not becomes a `Reject` and costs the others nothing.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from bot.domain.model import Ambassador, Impression, Poster, Reject
from bot.vantio import ordinary
from bot.vantio.values import (
    LONGEST_DEVICE,
    LONGEST_ID,
    Misfit,
    encodable,
    human_text,
    machine_text,
    optional_id,
    optional_time,
    required_id,
    required_time,
)

if TYPE_CHECKING:
    from collections.abc import Callable

Listed = TypeVar("Listed", Impression, Poster, Ambassador)

REMOVED: Final = "(removed)"
_DEEPEST: Final = 100
_KEYS_NAMED: Final = 3
_KEY_SHOWN: Final = 20
# Compared in lower case and without separators: "Client-IP" and "client_ip" are one word.
_PERSONAL: Final = re.compile(
    r"x?(client|user|visitor|remote|peer|real|source|src)?ip(v[46])?|"
    r".*(ipaddr(ess)?|remoteaddr(ess)?|forwardedfor|email(addr(ess)?)?)|mail"
)
_SEPARATORS: Final = str.maketrans("", "", "_-. ")


class Unreadable(ValueError):
    """A body that is not JSON or has not the list that was asked for; says what it was."""


@dataclass(frozen=True)
class Page(Generic[Listed]):
    """One answer of a feed.

    `rows` keep the feed's order. `size` counts the entries of the list, junk included: offsets
    are counted in it. `holes` are the indexes within the list, from 0 and rising, of the entries
    that became rejects, in their order; the rows stand at the other indexes.
    """

    rows: tuple[Listed, ...]
    rejects: tuple[Reject, ...]
    size: int
    holes: tuple[int, ...] = ()


def impressions(body: bytes) -> Page[Impression]:
    """One page of the impressions feed.

    Raises:
        Unreadable: The body isn't JSON, or has no list "impressions".
    """
    listed = _envelope(body, "impressions")
    rows = [row for row in map(ordinary.impression, listed) if row is not None]
    if len(rows) == len(listed):
        return Page(tuple(rows), (), len(rows))
    return _page(listed, impression)


def posters(body: bytes) -> Page[Poster]:
    """One page of the posters feed.

    Raises:
        Unreadable: The body isn't JSON, or has no list "posters".
    """
    return _page(_envelope(body, "posters"), poster)


def ambassadors(body: bytes) -> Page[Ambassador]:
    """One page of the ambassadors feed, which the API calls users.

    Raises:
        Unreadable: The body isn't JSON, or has no list "users".
    """
    return _page(_envelope(body, "users"), ambassador)


def impression(row: object) -> Impression | Reject:
    """The scan that a decoded row tells of; a `Reject` without a usable id, poster or time."""
    return ordinary.impression(row) or odd_impression(row)


def odd_impression(row: object) -> Impression | Reject:
    """As `impression`, with care from the start; of a plain row both make the same."""
    if not isinstance(row, dict):
        return _reject("not an object", row)
    get = row.get
    metadata = get("metadata")
    device = metadata.get("device_type") if isinstance(metadata, dict) else None
    try:
        return Impression(
            required_id(get("id"), "id"),
            required_id(get("poster_id"), "poster_id"),
            optional_id(get("program_id")),
            optional_id(get("student_id")),
            required_time(get("scanned_at"), "scanned_at"),
            machine_text(get("user_agent")),
            machine_text(device, LONGEST_DEVICE),
            machine_text(get("ip_address")),
        )
    except Misfit as misfit:
        return _reject(str(misfit), row)


def poster(row: object) -> Poster | Reject:
    """The poster that a decoded row tells of; a `Reject` without a usable id."""
    if not isinstance(row, dict):
        return _reject("not an object", row)
    try:
        return Poster(
            id=required_id(row.get("id"), "id"),
            program=optional_id(row.get("program_id")),
            ambassador=optional_id(row.get("student_id")),
            location=human_text(row.get("location")),
            created_at=optional_time(row.get("created_at")),
        )
    except Misfit as misfit:
        return _reject(str(misfit), row)


def ambassador(row: object) -> Ambassador | Reject:
    """The person that a decoded row tells of; a `Reject` without a usable id."""
    if not isinstance(row, dict):
        return _reject("not an object", row)
    try:
        return Ambassador(
            id=required_id(row.get("id"), "id"),
            program=optional_id(row.get("program_id")),
            first_name=human_text(row.get("first_name")),
            last_name=human_text(row.get("last_name")),
            email=machine_text(row.get("email")),
            created_at=optional_time(row.get("created_at")),
        )
    except Misfit as misfit:
        return _reject(str(misfit), row)


def impression_row(scan: Impression) -> dict[str, object]:
    """The scan in the API's shape; what is unknown is None."""
    return {
        "id": scan.id,
        "poster_id": scan.poster,
        "program_id": scan.program or None,
        "student_id": scan.ambassador or None,
        "scanned_at": _iso(scan.scanned_at),
        "user_agent": scan.agent,
        "ip_address": scan.address,
        "metadata": {} if scan.device is None else {"device_type": scan.device},
    }


def poster_row(paper: Poster) -> dict[str, object]:
    """The poster in the API's shape; what is unknown is None."""
    return {
        "id": paper.id,
        "program_id": paper.program or None,
        "student_id": paper.ambassador or None,
        "location": paper.location,
        "created_at": _iso(paper.created_at),
    }


def ambassador_row(person: Ambassador) -> dict[str, object]:
    """The ambassador in the API's shape; what is unknown is None."""
    return {
        "id": person.id,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "program_id": person.program or None,
        "created_at": _iso(person.created_at),
    }


def _iso(seconds: int | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat().removesuffix("+00:00") + "Z"


def _page(listed: list[object], read: Callable[[object], Listed | Reject]) -> Page[Listed]:
    rows: list[Listed] = []
    rejects: list[Reject] = []
    holes: list[int] = []
    for index, row in enumerate(listed):
        made = read(row)
        if isinstance(made, Reject):
            rejects.append(made)
            holes.append(index)
        else:
            rows.append(made)
    return Page(tuple(rows), tuple(rejects), len(listed), tuple(holes))


def _whole(digits: str) -> int | str:
    """An integer; as text where Python may refuse to convert it, so that it spoils one row only."""
    return int(digits) if len(digits) <= LONGEST_ID else digits


# Raw control characters, NaN and broken UTF-8 are one row's fault: they don't spoil a page either.
LENIENT_JSON: Final = json.JSONDecoder(parse_int=_whole, parse_constant=str, strict=False)


def _envelope(body: bytes, key: str) -> list[object]:
    text = body.decode(errors="replace").removeprefix("\ufeff")
    try:
        envelope = LENIENT_JSON.decode(text)
    except json.JSONDecodeError as error:
        raise Unreadable(_not_json(text, error.pos)) from None
    except RecursionError:
        raise Unreadable("JSON nested too deeply") from None
    if not isinstance(envelope, dict):
        kind = "a list" if isinstance(envelope, list) else "a bare value"
        raise Unreadable(f"{kind} instead of an object with the list {key!r}")
    listed = envelope.get(key)
    if not isinstance(listed, list):
        names = ", ".join(ascii(name[:_KEY_SHOWN]) for name in list(envelope)[:_KEYS_NAMED])
        raise Unreadable(f"an object without the list {key!r} (it has {names or 'nothing'})")
    return listed


def _not_json(text: str, position: int) -> str:
    start = text.lstrip()[:1]
    if not start:
        return "an empty body"
    if start == "<":
        return "a web page instead of JSON"
    return f"something that is not JSON (from character {position} of {len(text)})"


def _reject(reason: str, row: object) -> Reject:
    body = json.dumps(_presentable(row), separators=(",", ":"), allow_nan=False)
    id_ = optional_id(row.get("id")) if isinstance(row, dict) else ""
    return Reject(reason, body, id_ or None)


def _presentable(value: object, depth: int = 0) -> object:
    """The value as JSON can hold it, without anything that tells where or who a person is."""
    if depth > _DEEPEST:
        return "(too deep)"
    if isinstance(value, dict):
        return {
            encodable(str(key)): REMOVED if _is_personal(key) else _presentable(inner, depth + 1)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_presentable(inner, depth + 1) for inner in value]
    return _scalar(value)


def _scalar(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and abs(value) >= 10**LONGEST_ID:
        return hex(value)  # decimal digits of any length may be refused, these never
    return value if isinstance(value, int | float | None) else encodable(str(value))


def _is_personal(key: object) -> bool:
    word = str(key).lower().translate(_SEPARATORS)
    return _PERSONAL.fullmatch(word) is not None
