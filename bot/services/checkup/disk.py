"""Where a file of the store lies: whether it will last, and whether there is room.

Pure: the environment, the mounts and the path are arguments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from shlex import quote
from typing import TYPE_CHECKING

from bot.services.checkup.finding import ok, warning, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.services.checkup.finding import Finding

SUBJECT = "Disk"
ELSEWHERE = "Set DATABASE_URL to a PostgreSQL database: postgresql://user:password@host/name"

_VOLUME = f"Put the file on a volume that lasts, or: {ELSEWHERE[0].lower()}{ELSEWHERE[1:]}"
# A variable that the platform sets, and the platform; of these no disk ever lasts.
_FORGETFUL = {"DYNO": "Heroku", "K_SERVICE": "Cloud Run"}
# Of these, only a volume lasts.
_WITH_VOLUMES = {
    "RENDER": "Render",
    "RAILWAY_ENVIRONMENT": "Railway",
    "FLY_APP_NAME": "Fly.io",
}
_IN_MEMORY = frozenset({"tmpfs", "ramfs"})
_MIB, _GIB = 1 << 20, 1 << 30
_UNITS = ("KB", "MB", "GB", "TB")
_LITTLE, _NEXT_TO_NOTHING = _GIB, 100 * _MIB


@dataclass(frozen=True, slots=True)
class Place:
    """Where the program runs.

    `mounts` is the text of /proc/mounts, empty where there is none; `container` says that the root
    file system is a container's.
    """

    environment: Mapping[str, str]
    mounts: str
    container: bool


def lasting(place: Place, path: str) -> Finding:
    """Whether a file at `path` (absolute, without symbolic links) survives a restart."""
    mount, kind = _mount(place.mounts, path)
    for platform in _named(_FORGETFUL, place.environment):
        return wrong(SUBJECT, f"{platform} deletes files at every restart, {path} too", ELSEWHERE)
    if kind in _IN_MEMORY:
        return warning(SUBJECT, f"{path} is in memory ({mount}): a restart loses it", _VOLUME)
    if mount == "/":
        for platform in _named(_WITH_VOLUMES, place.environment):
            text = f"{path} is on no volume: {platform} deletes it at every deployment"
            return warning(SUBJECT, text, _VOLUME)
    if kind == "overlay" and place.container:
        return warning(SUBJECT, f"{path} goes when its container goes", _VOLUME)
    return ok(SUBJECT, f"{path} is on a disk that lasts")


def in_memory() -> Finding:
    """A store that is no file at all."""
    return wrong(SUBJECT, "a store in memory can't be shared or kept", ELSEWHERE)


def private(path: str, mode: int) -> Iterator[Finding]:
    """Whether only the owner of the file at `path` may read it; `mode` as of its `stat`."""
    if mode & 0o077:
        told = f"other users of this machine may open {path} (mode {mode & 0o777:o})"
        yield warning(SUBJECT, told, f"Let only the bot's user do so:  chmod 600 {quote(path)}*")


def room(free: int) -> Iterator[Finding]:
    """Whether `free` bytes are enough for a while."""
    left = f"{size(free)} are free where the store is"
    if free < _NEXT_TO_NOTHING:
        yield wrong(SUBJECT, left, "Free some space; the bot can't keep scans on a full disk.")
    elif free < _LITTLE:
        yield warning(SUBJECT, left, "Free some space before it runs out.")
    else:
        yield ok(SUBJECT, left)


def size(count: int) -> str:
    """Bytes for a person: "812 KB", "3.4 MB", "120 GB"."""
    power = min(max((count.bit_length() - 1) // 10, 1), len(_UNITS))
    amount = count / 1024**power
    digits = int(power > 1 and len(f"{amount:.0f}") == 1)
    return f"{amount:.{digits}f} {_UNITS[power - 1]}"


def _named(platforms: Mapping[str, str], environment: Mapping[str, str]) -> Iterator[str]:
    return (name for variable, name in platforms.items() if environment.get(variable))


def _mount(mounts: str, path: str) -> tuple[str, str]:
    """The mount point that holds `path`, and the kind of its file system; "/" if unknown."""
    above = {str(each) for each in (PurePosixPath(path), *PurePosixPath(path).parents)}
    found = ("/", "")
    for line in mounts.splitlines():
        _, point, kind, *_ = [*line.split(), "", "", ""]
        point = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), point)
        # What is mounted later at the same point hides what was there.
        if point in above and len(point) >= len(found[0]):
            found = (point, kind)
    return found
