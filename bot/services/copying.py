"""Copying a store to another database: resumable at any moment, and verified."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.store import catalogue, copying, first_load, unfinished
from bot.store.copying import Sum
from bot.store.database import StoreError
from bot.store.schema import migrate
from bot.store.unfinished import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from bot.store.catalogue import Identity
    from bot.store.copying import Part
    from bot.store.database import Database, Transaction

# Every row is read to copy it, and once more on each side to verify it.
_READINGS = 3
_HINT = "The same command goes on where it stopped."


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied, by this run and those before it."""

    rows: int
    tables: int


def copy(source: Database, target: Database, progress: Callable[[int, int], None]) -> Copied:
    """Make an empty target a copy of the source as it is at this moment, or finish one.

    What an earlier run copied and the source has changed since is copied anew.

    Args:
        source: A store that is open and up to date; it is only read.
        target: Another, connected but perhaps without tables.
        progress: Told how much work is done, and of how much.

    Raises:
        StoreError: when the target holds anything else, and then it stays as it is; when either
            can't be read or written; when the copy differs from the source.
    """
    with source.read() as snapshot:
        of = _checked(snapshot, source)
        theirs = catalogue.tables(snapshot, source.dialect)
        before = _made_room(target, of, theirs)
        migrate(target)
        with target.write() as tx:
            ours = catalogue.tables(tx, target.dialect)
            shared = ours.keys() & theirs
            places = _begun(tx, target, of, shared, shared - before)
        parts = copying.parts(theirs, ours)
        work = _Work(snapshot, target, places, progress)
        result = work.do(parts)
    with target.write(durable=True) as tx:
        unfinished.end(tx)
    return result


def _checked(snapshot: Transaction, source: Database) -> Identity:
    """Which store the source is; refuses one that is not whole."""
    if unfinished.TABLE in catalogue.tables(snapshot, source.dialect):
        raise StoreError(
            f"Store {source.name}: this is an unfinished copy itself; finish that one first.",
            permanent=True,
        )
    if first_load.under_way(snapshot):
        raise StoreError(
            f"Store {source.name}: its first load has not ended; let  posterpulse sync  end it,"
            " then copy.",
            permanent=True,
        )
    return catalogue.identity(snapshot, source)


def _made_room(target: Database, of: Identity, names: Iterable[str]) -> set[str]:
    """Refuse a target that holds anything but a copy of this store; forget one of an older version.

    What was copied before a migration would have to be migrated half-way.

    Returns:
        The tables that were there.
    """
    with target.read() as tx:
        there = catalogue.tables(tx, target.dialect).keys()
        outdated = _outdated(tx, target, of, there, names)
    if outdated:
        with target.write() as tx:
            for name in unfinished.places(tx):
                copying.clear(tx, name)
            unfinished.end(tx)
    return set(there)


def _outdated(
    tx: Transaction, target: Database, of: Identity, there: Collection[str], names: Iterable[str]
) -> bool:
    if unfinished.TABLE in there:
        begun = unfinished.original(tx)
        if begun is None or begun.store != of.store:
            raise StoreError(
                f"Store {target.name} holds an unfinished copy of another store; finish that one,"
                " or name an empty database.",
                permanent=True,
            )
        return begun.version != of.version
    if any(copying.filled(tx, name) for name in names if name in there):
        raise StoreError(
            f"Store {target.name} is not empty; name an empty database.", permanent=True
        )
    return False


def _begun(
    tx: Transaction, target: Database, of: Identity, names: Iterable[str], made: Iterable[str]
) -> dict[str, Place]:
    """How far an earlier run has come, or the beginning; `made` are the tables that are new.

    What a migration puts into a table that it makes is in the source already.
    """
    if unfinished.TABLE not in catalogue.tables(tx, target.dialect):
        if catalogue.identity(tx, target).store == of.store:
            raise StoreError(
                f"Store {target.name}: this is the store itself; name another.", permanent=True
            )
        for name in made:
            copying.clear(tx, name)
        unfinished.begin(tx, of, names)
    return unfinished.places(tx)


@dataclass
class _Work:
    """One run: a snapshot of the source, the target, and how far each table has come."""

    snapshot: Transaction
    target: Database
    places: dict[str, Place]
    progress: Callable[[int, int], None]
    _resumed: set[str] = field(init=False)
    _done: int = 0
    _total: int = 0

    def __post_init__(self) -> None:
        self._resumed = {name for name, place in self.places.items() if place != Place()}

    def do(self, parts: Sequence[Part]) -> Copied:
        rows = sum(copying.size(self.snapshot, part.name) for part in parts)
        self._total = _READINGS * rows
        self._hear(sum(place.copied for place in self.places.values()))
        for part in parts:
            with _named(part):
                self._bring(part)
        for part in parts:
            with _named(part):
                self._verify(part)
        return Copied(rows, len(parts))

    def _bring(self, part: Part) -> None:
        try:
            self._fill(part)
        except StoreError as error:
            # A row that moved behind those copied meets its former self, which is unique.
            if not (error.permanent and part.name in self._resumed):
                raise
            self._anew(part)

    def _fill(self, part: Part) -> None:
        place = self.places[part.name]
        if place.complete:
            return
        for rows in copying.pages(self.snapshot, part, place.reached):
            place = Place(copying.key_of(part, rows[-1]), place.copied + len(rows))
            with self._step(part, place) as tx:
                copying.write(tx, part, copying.changed(rows, part.there))
            self._hear(len(rows))
        with self._step(part, replace(place, complete=True)) as tx:
            copying.settle(tx, part)

    @contextmanager
    def _step(self, part: Part, place: Place) -> Iterator[Transaction]:
        """What is written in the block brings the table to this place, in one transaction."""
        with self.target.write() as tx:
            unfinished.move(tx, part.name, self.places[part.name], place)
            yield tx
        self.places[part.name] = place

    def _anew(self, part: Part) -> None:
        """Copy a table from its first row on, since the source has changed."""
        self._resumed.discard(part.name)
        self._done -= self.places[part.name].copied
        with self._step(part, Place()) as tx:
            copying.clear(tx, part.name)
        self._fill(part)

    def _verify(self, part: Part) -> None:
        ours = self._sum_of_source(part)
        if self._sum_of_target(part) == ours:
            return
        if part.name in self._resumed:
            self._total += _READINGS * ours.rows
            self._anew(part)
            if self._sum_of_target(part) == ours:
                return
        raise StoreError(
            "the copy differs from the store; see that nothing else writes to it, then give the"
            " same command again.",
            permanent=True,
        )

    def _sum_of_source(self, part: Part) -> Sum:
        told = copying.checksum(copying.pages(self.snapshot, part), self._hear)
        return Sum(copying.size(self.snapshot, part.name), told)

    def _sum_of_target(self, part: Part) -> Sum:
        """What the source would say of what the target has."""
        with self.target.read() as tx:
            pages = (copying.changed(rows, part.back) for rows in copying.pages(tx, part))
            told = copying.checksum(pages, self._hear)
            return Sum(copying.size(tx, part.name), told)

    def _hear(self, rows: int) -> None:
        self._done += rows
        self.progress(self._done, self._total)


@contextmanager
def _named(part: Part) -> Iterator[None]:
    """Errors in the block name the table, and say so where trying again goes on."""
    try:
        yield
    except StoreError as error:
        told = str(error) if error.permanent else f"{error} {_HINT}"
        raise StoreError(f"Table {part.name}: {told}", permanent=error.permanent) from error
