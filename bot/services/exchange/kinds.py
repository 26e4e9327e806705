"""What can be exchanged: impressions, posters and users, each with its shape and its place."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from bot.domain.model import Ambassador, Impression, Poster
from bot.services.taking import take_in
from bot.store import directory, impressions, quarantine
from bot.vantio import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from bot.domain.model import Reject
    from bot.store.database import Database, Transaction

_Listed = TypeVar("_Listed", Impression, Poster, Ambassador)
_Described = TypeVar("_Described", Poster, Ambassador)

# A file is no refresh: after one, the next poll still asks Vantio for posters and ambassadors.


@dataclass(frozen=True, slots=True)
class Shape:
    """How the rows of one kind look.

    `columns` are the fields of the API that the store keeps, in order; a row without a `required`
    one is none; the `personal` ones leave the house only when asked for.
    """

    name: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    personal: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Kind(Generic[_Listed]):
    """One kind: its shape, from and to rows, into and out of the store.

    `take` keeps what was read and what could not be, and returns how many of the former were new
    (impressions) or are saved (the rest). `stream` yields what lies in a period. A file of a
    `bulky` kind may hold millions of rows.
    """

    shape: Shape
    read: Callable[[object], _Listed | Reject]
    row: Callable[[_Listed], dict[str, object]]
    take: Callable[[Transaction, Sequence[_Listed], Sequence[Reject], int], int]
    stream: Callable[[Database, int, int], Iterator[_Listed]]
    bulky: bool = False


def _take_impressions(
    tx: Transaction, rows: Sequence[Impression], rejects: Sequence[Reject], now: int
) -> int:
    return len(take_in(tx, "import/impressions", rows, rejects, now).new)


def _take_posters(
    tx: Transaction, rows: Sequence[Poster], rejects: Sequence[Reject], now: int
) -> int:
    known = directory.posters(tx, {row.id for row in rows})
    directory.save_posters(tx, _completed(known, rows))
    quarantine.add(tx, "import/posters", rejects, now)
    return len(rows)


def _take_ambassadors(
    tx: Transaction, rows: Sequence[Ambassador], rejects: Sequence[Reject], now: int
) -> int:
    known = directory.ambassadors(tx, {row.id for row in rows})
    directory.save_ambassadors(tx, _completed(known, rows))
    quarantine.add(tx, "import/users", rejects, now)
    return len(rows)


def _completed(known: Iterable[_Described], told: Iterable[_Described]) -> list[_Described]:
    """What is told, with what was known where it is silent: a file may lack personal data."""
    merged = {each.id: each for each in known}
    for each in told:
        values = {field.name: getattr(each, field.name) for field in fields(each)}
        merged[each.id] = replace(
            merged.get(each.id, each), **{name: value for name, value in values.items() if value}
        )
    return list(merged.values())


def _stream_impressions(database: Database, start: int, end: int) -> Iterator[Impression]:
    for at, id_, poster, program, ambassador, agent, device in impressions.stream(
        database, start, end
    ):
        yield Impression(id_, poster, program, ambassador, at, agent or None, device or None)


def _stream_posters(database: Database, _start: int, _end: int) -> Iterator[Poster]:
    with database.read() as tx:
        yield from directory.posters(tx)


def _stream_ambassadors(database: Database, _start: int, _end: int) -> Iterator[Ambassador]:
    with database.read() as tx:
        yield from directory.ambassadors(tx)


IMPRESSIONS: Final = Kind(
    Shape(
        "impressions",
        (
            *("id", "poster_id", "program_id", "student_id", "scanned_at"),
            *("user_agent", "metadata"),
        ),
        ("id", "poster_id", "scanned_at"),
        frozenset({"user_agent"}),
    ),
    wire.impression,
    wire.impression_row,
    _take_impressions,
    _stream_impressions,
    bulky=True,
)
POSTERS: Final = Kind(
    Shape("posters", ("id", "program_id", "student_id", "location", "created_at"), ("id",)),
    wire.poster,
    wire.poster_row,
    _take_posters,
    _stream_posters,
)
USERS: Final = Kind(
    Shape(
        "users",
        ("id", "first_name", "last_name", "email", "program_id", "created_at"),
        ("id",),
        frozenset({"last_name", "email"}),
    ),
    wire.ambassador,
    wire.ambassador_row,
    _take_ambassadors,
    _stream_ambassadors,
)
KINDS: Final[Mapping[str, Kind[Any]]] = {
    kind.shape.name: kind for kind in (IMPRESSIONS, POSTERS, USERS)
}
