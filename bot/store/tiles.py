"""Cutting a period along the widths of the tallies, so that years are few entries to add up."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.store.tallies import HOUR, WIDTHS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROWS = 0  # the width of no tally


class Tile(NamedTuple):
    """A stretch of tallies of one width, or of rows, to add (`sign` 1) or to take away (-1).

    `low` and `high` bound it, half-open: in hours since 1970 where `width` is that of a tally, in
    UTC seconds where it is `ROWS`.
    """

    sign: int
    width: int
    low: int
    high: int


def tiles(start: int, end: int, edge: int = 0, widths: tuple[int, ...] = WIDTHS) -> list[Tile]:
    """The tiles that add up to start <= at < end, in UTC seconds.

    An end goes to the nearest border of the next width, even beyond the period: to take a few
    entries away again costs less than to add the many up to the border on the other side.

    Args:
        start: The first second.
        end: The second after the last.
        edge: A whole hour before which there are tallies, but no rows, so that what ends there
            inside an hour is rounded to the nearest one; 0 for none.
        widths: The widths of the tallies that are there, the narrowest first; none leaves rows.
    """
    start, end = (_nearest(at, HOUR) if edge and at < edge else at for at in (start, end))
    if start >= end:
        return []
    low, high = _nearest(start, HOUR), _nearest(end, HOUR)
    if low >= high or not widths:
        return [Tile(1, ROWS, start, end)]
    hours = _tallies(low // HOUR, high // HOUR, widths)
    return [*_between(ROWS, start, low), *hours, *_between(ROWS, high, end)]


def rounded(cuts: Sequence[tuple[int, int]], step: int) -> list[tuple[int, int]]:
    """Neighbouring slices (start, end) with the borders between them on multiples of `step`.

    What all of them hold together stays what it is. No slice may be shorter than `step` seconds.
    """
    borders = [_nearest(end, step) for _, end in cuts[:-1]]
    return list(zip([cuts[0][0], *borders], [*borders, cuts[-1][1]], strict=True)) if cuts else []


def _tallies(low: int, high: int, widths: tuple[int, ...]) -> Iterator[Tile]:
    width, *wider = widths
    if wider:
        inner_low, inner_high = _nearest(low, wider[0]), _nearest(high, wider[0])
        if inner_low < inner_high:
            yield from _between(width, low, inner_low)
            yield from _tallies(inner_low, inner_high, tuple(wider))
            yield from _between(width, inner_high, high)
            return
    yield Tile(1, width, low, high)


def _between(width: int, low: int, high: int) -> Iterator[Tile]:
    """From `low` to `high`, to be added if it goes forward and taken away if it goes back."""
    if low < high:
        yield Tile(1, width, low, high)
    elif high < low:
        yield Tile(-1, width, high, low)


def _nearest(value: int, step: int) -> int:
    return (value + step // 2) // step * step
