"""What several views share: rows, charts, and the small print."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from slackblocks import BarChart, LineChart

from bot.domain.command import Verb
from bot.domain.figures import change, count, sparkline, thousands
from bot.slack import kit
from bot.slack.kit import NOTHING, escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slackblocks import Block

    from bot.domain.model import Answer, Bucket, Row
    from bot.slack.kit import Part

MOST_ROWS = 50
_CARDS = 10  # rows up to which each gets a paragraph of its own
_BARS = 8
_NOTES = 5
_HOUR, _DAY = 3600, 86_400
_UNITS = ((1.5 * _HOUR, "hour"), (1.5 * _DAY, "day"), (10 * _DAY, "week"), (40 * _DAY, "month"))
_MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}


def ranking(found: Answer) -> list[Part]:
    """The rows: as paragraphs while they are few, then as a table."""
    rows = found.rows[:MOST_ROWS]
    board = found.question.verb is Verb.LEADERBOARD
    if len(rows) <= _CARDS and board:
        return list(kit.sections(_place(row) for row in rows))
    if len(rows) <= _CARDS:
        return [kit.section(_card(row)) for row in rows]
    lines = kit.sections(_line(row, board=board) for row in rows)
    name = "Ambassador" if board else "Poster"
    head = ("Rank", name, "About", "Scans", "Places" if board else "Change", "Trend")
    caption = f"{name}s by scans, {found.comparison.period.label}"
    return [kit.table(caption, head, [_cells(row, board=board) for row in rows], lines)]


def bars(rows: Sequence[Row]) -> list[Part]:
    """The first rows as bars, if there are enough to compare; as text the rows say it already."""
    points = [(row.name, row.scans) for row in rows[:_BARS]]
    return [kit.chart(BarChart, "Most scanned", points, ())] if len(points) > 1 else []


def course(series: Sequence[Bucket], kind: type[BarChart | LineChart] = LineChart) -> list[Part]:
    """How the scans were spread over the period, unless there is nothing to see."""
    if len(series) < 2 or not any(bucket.scans for bucket in series):  # noqa: PLR2004 - a line
        return []
    title, points = _merged(series)
    peak_label, peak = max(points, key=lambda point: point[1])
    spark = sparkline([scans for _, scans in points])
    text = f"{title} `{spark}` peak {thousands(peak)} ({escape(peak_label)})"
    return [kit.chart(kind, title, points, (kit.section(text),))]


def small_print(found: Answer, when: str, *more: str) -> Block:
    """Dates and zone, filters, what was left out, and what qualifies the numbers."""
    facts = [escape(when, 160)]
    facts += [escape(each, 120) for each in found.filters[:3]]
    facts += [*_left_out(found), *more]
    notes = [escape(note, 300) for note in found.notes[:_NOTES]]
    return kit.context(" · ".join(facts), *notes)


def group(length: int) -> int:
    """How many slices one point of a chart stands for, if possible without a remainder."""
    least = -(-length // kit.CATEGORIES)
    even = (size for size in range(least, 2 * least + 1) if length % size == 0)
    return next(even, least)


def _card(row: Row) -> str:
    """A poster in two lines, for a phone."""
    facts = [*_spark(row), count(row.scans, "scan"), *_change(row)]
    return f"{row.rank}. {_who(row)}\n{'  '.join(facts)}"


def _place(row: Row) -> str:
    """An ambassador in one line; what was gained is shown, what was lost is nobody's business."""
    facts = [_who(row), count(row.scans, "scan"), *_moved(row)]
    return f"{_MEDALS.get(row.rank, f'{row.rank}.')} {' · '.join(facts)}"


def _line(row: Row, *, board: bool) -> str:
    moved = _moved(row) if board else _change(row)
    return f"{row.rank}. {' · '.join([_who(row), count(row.scans, 'scan'), *moved])}"


def _cells(row: Row, *, board: bool) -> tuple[str | int, ...]:
    moved = " ".join(_moved(row) if board else _change(row))
    return (row.rank, row.name, row.detail, row.scans, moved, sparkline(row.series))


def _who(row: Row) -> str:
    detail = f" · {escape(row.detail, 50)}" if row.detail else ""
    return f"*{escape(row.name, 60)}*{detail}"


def _spark(row: Row) -> Iterator[str]:
    if spark := sparkline(row.series):
        yield f"`{spark}`"


def _change(row: Row) -> Iterator[str]:
    if row.before is not None:
        yield change(row.scans, row.before)


def _moved(row: Row) -> Iterator[str]:
    if row.moved is None and row.before is not None:
        yield "new"
    elif row.moved and row.moved > 0:
        yield f"▲ {count(row.moved, 'place')}"


def _left_out(found: Answer) -> Iterator[str]:
    left = found.ranked - len(found.rows[:MOST_ROWS])
    if found.rows and left > 0:
        noun = "ambassador" if found.question.verb is Verb.LEADERBOARD else "poster"
        yield f"{count(left, f'more {noun}')} had scans"


def _merged(series: Sequence[Bucket]) -> tuple[str, list[tuple[str, int]]]:
    """A title and as many points as a chart can show; neighbours are added up where need be."""
    size = group(len(series))
    grouped = [series[at : at + size] for at in range(0, len(series), size)]
    points = [(_span(each), sum(bucket.scans for bucket in each)) for each in grouped]
    unit = _unit(series)
    return f"Scans per {unit}" if size == 1 else f"Scans per {size} {unit}s", points


def _span(neighbours: Sequence[Bucket]) -> str:
    """The label of neighbours; a day or more says where it ends, for the last may be shorter."""
    first, last = neighbours[0], neighbours[-1]
    both = f"{first.label}{NOTHING}{last.label}"
    if first is last or last.start - first.start < _DAY or len(both) > kit.LABEL:
        return first.label
    return both


def _unit(series: Sequence[Bucket]) -> str:
    """What one slice of the series lasts, in words; its ends may be cut short."""
    lengths = sorted(after.start - before.start for before, after in pairwise(series))
    typical = lengths[len(lengths) // 2]
    return next((unit for most, unit in _UNITS if typical < most), "slice")
