"""The ordinary scan, read without the care that an odd one needs.

Nearly every row of a large account is a dictionary of plain texts with a time like
"2024-01-15T10:30:00Z". Such a row is recognised here by a few look-ups; what isn't plain at first
sight is left to `wire`, which reads the plain rows to exactly the same result, only slower.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Generic, TypeGuard, TypeVar

from bot.domain.model import Impression
from bot.vantio.values import (
    LATEST,
    LONGEST_DEVICE,
    LONGEST_ID,
    LONGEST_TEXT,
    Misfit,
    required_time,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_Absent = TypeVar("_Absent")

_REMEMBERED: Final = 8192
_HOUR: Final = 3600
_HOUR_TOLD: Final = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):", re.ASCII)
_FRACTION: Final = re.compile(r"\.\d{3}Z", re.ASCII)
_SECOND_OF_HOUR: Final = {f"{at // 60:02}:{at % 60:02}": at for at in range(_HOUR)}


def impression(row: object) -> Impression | None:
    """The scan that a plain row tells of; None where the row needs care."""
    if type(row) is not dict:
        return None
    try:
        id_, address, metadata = row["id"], row.get("ip_address"), row.get("metadata") or {}
        if not _is_plain(id_, LONGEST_ID) or type(metadata) is not dict:
            return None
        if not (address is None or _is_plain(address, LONGEST_TEXT)):
            return None
        return Impression(
            id_,
            _POSTERS[row["poster_id"]],
            _OTHER_IDS[row.get("program_id")],
            _OTHER_IDS[row.get("student_id")],
            _time(row["scanned_at"]),
            _AGENTS[row.get("user_agent")],
            _DEVICES[metadata.get("device_type")],
            address,
        )
    except (KeyError, TypeError):  # missing or not plain; no text at all
        return None


def _is_plain(value: object, longest: int) -> TypeGuard[str]:
    """Whether cleaning this text would change nothing, and it is there."""
    return (
        type(value) is str
        and 0 < len(value) <= longest
        and value.isprintable()
        and value.strip() == value
    )


class _Plain(dict[object, str | _Absent], Generic[_Absent]):
    """Plain texts that come again and again, each checked once and held in memory once.

    A text that isn't plain raises KeyError; `absent` is what None stands for.
    """

    def __init__(self, longest: int, absent: Mapping[object, _Absent]) -> None:
        super().__init__(absent)
        self._longest = longest
        self._absent = absent

    def __missing__(self, value: object) -> str:
        if not _is_plain(value, self._longest):
            raise KeyError(value)
        if len(self) >= _REMEMBERED:
            self.clear()
            self.update(self._absent)
        self[value] = value
        return value


class _Hours(dict[str, int]):
    """The seconds at which the hours begin that were told lately, as "2024-01-15T10:"."""

    def __missing__(self, told: str) -> int:
        try:
            start = required_time(f"{told}00:00Z", "hour")
        except Misfit:
            raise KeyError(told) from None
        if not _HOUR_TOLD.fullmatch(told) or start + _HOUR > LATEST:
            raise KeyError(told)
        if len(self) >= _REMEMBERED:
            self.clear()
        self[told] = start
        return start


def _time(told: str) -> int:
    """The seconds of a time in UTC, whole or with milliseconds; any other raises KeyError."""
    zone = told[19:]
    if zone != "Z" and not _FRACTION.fullmatch(zone):
        raise KeyError(told)
    return _HOURS[told[:14]] + _SECOND_OF_HOUR[told[14:19]]


_POSTERS: Final = _Plain[str](LONGEST_ID, {})
_OTHER_IDS: Final = _Plain[str](LONGEST_ID, {None: ""})
_AGENTS: Final = _Plain[None](LONGEST_TEXT, {None: None})
_DEVICES: Final = _Plain[None](LONGEST_DEVICE, {None: None})
_HOURS: Final = _Hours()
