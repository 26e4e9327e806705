"""Checks of ``data_visualization``, Slack's native charts."""

from collections.abc import Iterator
from typing import Any

from .elements import check_string, trouble

Json = dict[str, Any]

_MOST_PARTS = 6
_MOST_CATEGORIES = 20
_LABEL = 20


def check_chart(block: Json, place: str) -> Iterator[str]:
    """A pie of segments, or a bar, line or area chart of series over categories."""
    yield from check_string(block.get("title"), f"{place}/title", 50)
    chart = block.get("chart")
    at = f"{place}/chart"
    if not isinstance(chart, dict) or chart.get("type") not in ("pie", "bar", "line", "area"):
        yield trouble("must be a pie, bar, line or area chart", f"{at}/type")
    elif chart["type"] == "pie":
        yield from _check_pie(chart, at)
    else:
        yield from _check_axes(chart, at)


def _check_pie(chart: Json, place: str) -> Iterator[str]:
    segments = chart.get("segments")
    if not isinstance(segments, list) or not 1 <= len(segments) <= _MOST_PARTS:
        yield trouble(f"must have 1 to {_MOST_PARTS} items", f"{place}/segments")
        return
    for index, segment in enumerate(segments):
        yield from _check_point(segment, f"{place}/segments/{index}")
        if isinstance(segment, dict) and _is_number(segment.get("value")) and segment["value"] <= 0:
            yield trouble("must be greater than 0", f"{place}/segments/{index}/value")


def _check_axes(chart: Json, place: str) -> Iterator[str]:
    axes = chart.get("axis_config")
    categories = axes.get("categories") if isinstance(axes, dict) else None
    if not isinstance(categories, list) or not 1 <= len(categories) <= _MOST_CATEGORIES:
        yield trouble(f"must have 1 to {_MOST_CATEGORIES} items", f"{place}/axis_config/categories")
        return
    for index, category in enumerate(categories):
        at = f"{place}/axis_config/categories/{index}"
        yield from check_string(category, at, _LABEL)
    if len(set(map(str, categories))) < len(categories):
        yield trouble("must be unique", f"{place}/axis_config/categories")
    for key in ("x_label", "y_label"):
        if isinstance(axes, dict) and key in axes:
            yield from check_string(axes[key], f"{place}/axis_config/{key}", 50)
    yield from _check_series(chart.get("series"), categories, f"{place}/series")


def _check_series(series: object, categories: list[object], place: str) -> Iterator[str]:
    if not isinstance(series, list) or not 1 <= len(series) <= _MOST_PARTS:
        yield trouble(f"must have 1 to {_MOST_PARTS} items", place)
        return
    lines = [line if isinstance(line, dict) else {} for line in series]
    for index, line in enumerate(lines):
        at = f"{place}/{index}"
        yield from check_string(line.get("name"), f"{at}/name", _LABEL)
        data = line.get("data")
        points = data if isinstance(data, list) else []
        for number, point in enumerate(points):
            yield from _check_point(point, f"{at}/data/{number}")
        labels = [str(point.get("label")) for point in points if isinstance(point, dict)]
        if sorted(labels) != sorted(map(str, categories)):
            yield trouble("must have exactly one point for every category", f"{at}/data")
    if len({str(line.get("name")) for line in lines}) < len(lines):
        yield trouble("names must be unique", place)


def _check_point(point: object, place: str) -> Iterator[str]:
    if not isinstance(point, dict):
        yield trouble("must be an object", place)
        return
    yield from check_string(point.get("label"), f"{place}/label", _LABEL)
    if not _is_number(point.get("value")):
        yield trouble("must be a number", f"{place}/value")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
