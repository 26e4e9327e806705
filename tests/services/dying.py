from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from bot.store.database import Database, Transaction


class Killed(BaseException):
    """The process is gone: nothing above may catch it."""


@dataclass
class Fuse:
    """Kills at the boundary number `left`, counted from 0."""

    left: int

    def burn(self) -> None:
        self.left -= 1
        if self.left == -1:
            raise Killed


@dataclass
class FragileDatabase:
    """A store whose process may die before, inside and after every commit."""

    inner: Database
    fuse: Fuse

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Transaction]:
        self.fuse.burn()
        with self.inner.write(durable=durable) as tx:
            yield tx
            self.fuse.burn()
        self.fuse.burn()

    def read(self) -> AbstractContextManager[Transaction]:
        return self.inner.read()

    def close(self) -> None:
        self.inner.close()

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def dialect(self) -> str:
        return self.inner.dialect
