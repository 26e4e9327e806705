"""What a detector knows as bytes, and back: so that a restart costs no weeks of learning."""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from dataclasses import fields
from io import BytesIO
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from bot.domain.detection.detector import Detector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

_Value: TypeAlias = "int | float | NDArray[np.generic]"

VERSION: Final = 1
_PARTS: Final = ("roster", "rhythm", "season", "recent", "expectation", "silence")
_ANY_LENGTH: Final = frozenset({"recent.devices"})
_COUNTS: Final = np.dtype(np.uint16)


def dump(detector: Detector) -> bytes:
    """All that it knows; `slot` is no part of it."""
    roster = detector.roster
    names = json.dumps([roster.poster_ids, roster.program_ids]).encode()
    stored = {
        "version": np.array(VERSION),
        "hours": np.array([detector.begun, detector.learned]),
        "names": np.frombuffer(names, np.uint8),
    }
    for name, value in _values(detector):
        stored |= _packed(name, np.asarray(value))
    stream = BytesIO()
    np.savez(stream, allow_pickle=False, **stored)
    return stream.getvalue()


def load(memory: bytes, slot: Callable[[int], int]) -> Detector:
    """A detector that goes on where the one that was dumped stood.

    Raises:
        ValueError: It is no such memory, is damaged or was written by another version.
    """
    try:
        with np.load(BytesIO(memory), allow_pickle=False) as stored:
            return _restored(stored, slot)
    except (KeyError, TypeError, EOFError, OSError, IndexError, OverflowError) as error:
        raise ValueError(f"the memory of the detector is damaged: {error!r}") from error
    except (zipfile.BadZipFile, zlib.error, struct.error, RuntimeError) as error:
        raise ValueError(f"the memory of the detector can't be read: {error}") from error


def _restored(stored: Mapping[str, NDArray[np.generic]], slot: Callable[[int], int]) -> Detector:
    if (version := int(stored["version"])) != VERSION:
        raise ValueError(f"the memory of the detector is of version {version}, not {VERSION}")
    detector = Detector(slot)
    posters, programs = json.loads(stored["names"].tobytes())
    detector.roster.add_programs(programs)
    # Which program each is of stands in an array of the roster and comes with the others.
    detector.know([(poster, programs[0], 0) for poster in posters])
    for name, value in list(_values(detector)):
        _set(detector, name, _unpacked(stored, name, value))
    detector.begun, detector.learned = map(int, stored["hours"])
    return detector


def _values(detector: Detector) -> Iterator[tuple[str, _Value]]:
    """Every number and array by its name; ids and what is made of them are left out."""
    for part in _PARTS:
        of = getattr(detector, part)
        for field in fields(of):
            value = getattr(of, field.name)
            if isinstance(value, int | float | np.ndarray):
                yield f"{part}.{field.name}", value


def _set(detector: Detector, name: str, value: object) -> None:
    part, field = name.split(".")
    setattr(getattr(detector, part), field, value)


def _packed(name: str, value: NDArray[np.generic]) -> dict[str, NDArray[np.generic]]:
    """An array as it is; counts, almost all of them nought, as places and values."""
    if value.dtype != _COUNTS:
        return {name: value}
    places = np.flatnonzero(value)
    return {f"{name}.at": places.astype(np.uint32), f"{name}.of": value.ravel()[places]}


def _unpacked(stored: Mapping[str, NDArray[np.generic]], name: str, fresh: _Value) -> _Value:
    """What is stored in the form that a fresh detector has it."""
    if isinstance(fresh, np.ndarray) and fresh.dtype == _COUNTS:
        found = np.zeros_like(fresh)
        found.ravel()[stored[f"{name}.at"]] = stored[f"{name}.of"]
        return found
    value = stored[name]
    shape = np.shape(fresh)
    if name in _ANY_LENGTH:
        shape = (*value.shape[:1], *shape[1:])
    if value.shape != shape or value.dtype != np.asarray(fresh).dtype:
        raise ValueError(f"the memory of the detector is damaged: {name} has another form")
    return value if isinstance(fresh, np.ndarray) else value.item()
