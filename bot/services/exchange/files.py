"""Opening what is to be read, and writing so that nothing half done is left."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Literal, cast

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

Format = Literal["jsonl", "csv"]
FORMATS: Final[tuple[Format, ...]] = ("jsonl", "csv")

_ENDINGS: Final[dict[str, Format]] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
}
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_HEAD: Final = 4096


class FileProblem(OSError):
    """A file that can't be read or written as what it should be; one line that names it."""


def format_of(name: str) -> Format | None:
    """The format that the ending of a file's name promises."""
    return _ENDINGS.get(Path(name).suffix.lower())


def sniffed(stream: BinaryIO) -> Format:
    """The format of a stream without a name, by its first character; takes nothing from it."""
    first = _head(stream).removeprefix(_BYTE_ORDER_MARK).lstrip()[:1]
    return "jsonl" if first in {b"", b"{", b"["} else "csv"


def check_text(stream: BinaryIO, name: str) -> None:
    """Make sure that a stream begins as text does; takes nothing from it.

    Raises:
        FileProblem: when it is binary, or text that is not UTF-8.
    """
    if b"\0" in _head(stream):
        raise FileProblem(f"{name}: this is a binary file; JSON lines or CSV in UTF-8 are read.")


def size_of(stream: BinaryIO) -> int | None:
    """How many bytes there are to read, None where that can't be known (a pipe)."""
    found = os.fstat(stream.fileno())
    return found.st_size if stat.S_ISREG(found.st_mode) else None


@contextmanager
def reading(name: str) -> Iterator[BinaryIO]:
    """The bytes of a file.

    Raises:
        FileProblem: when it can't be opened or read.
    """
    if Path(name).is_dir():
        raise FileProblem(f"{name}: this is a folder; name a file.")
    with _explained(name, "read"), Path(name).open("rb") as stream:
        yield stream


@contextmanager
def writing(name: str, *, force: bool, private: bool = False) -> Iterator[BinaryIO]:
    """A file that appears under its name when the block ends well, and never otherwise.

    Args:
        name: The file to make; its folder must be there.
        force: Replace a file that is there already.
        private: Let only its owner read it, from its first moment on.

    Raises:
        FileProblem: when it is there already, or can't be written.
    """
    target = Path(name).resolve()
    _check_target(target, name, force=force)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    with _explained(name, "written"):
        try:
            with open(unfinished, "wb", opener=_private if private else None) as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _check_target(target: Path, name: str, *, force: bool) -> None:
    if not target.parent.is_dir():
        raise FileProblem(f"{name}: its folder does not exist; create it first.")
    if target.is_dir():
        raise FileProblem(f"{name}: this is a folder; name a file.")
    if target.exists() and not target.is_file():
        raise FileProblem(f"{name}: this is no ordinary file; use - for the standard output.")
    if target.exists() and not force:
        raise FileProblem(f"{name}: this file exists; add --force to replace it.")


@contextmanager
def _explained(name: str, verb: str) -> Iterator[None]:
    try:
        yield
    except FileProblem:
        raise
    except OSError as error:
        raise FileProblem(f"{name}: can't be {verb} ({error.strerror or error}).") from error


def _head(stream: BinaryIO) -> bytes:
    # Whatever is opened for reading bytes is buffered, and so is the standard input.
    return cast("io.BufferedReader", stream).peek(_HEAD)
