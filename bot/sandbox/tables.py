"""Checks of ``table`` and ``data_table``."""

from collections.abc import Iterator
from typing import Any, TypeGuard

from .elements import check_string, trouble

Json = dict[str, Any]

_MOST_ROWS = 100
_MOST_COLUMNS = 20
_DATA_CHARACTERS = 10_000


def check_table(block: Json, place: str) -> Iterator[str]:
    """A plain table: 1 to 100 rows of up to 20 cells, with optional column settings."""
    yield from _check_rows(block.get("rows"), f"{place}/rows", least=1)
    settings = block.get("column_settings", [])
    if not isinstance(settings, list) or len(settings) > _MOST_COLUMNS:
        yield trouble(f"no more than {_MOST_COLUMNS} items allowed", f"{place}/column_settings")
        return
    for index, setting in enumerate(settings):
        align = setting.get("align", "left") if isinstance(setting, dict) else None
        if align not in ("left", "center", "right"):
            yield trouble("must be left, center or right", f"{place}/column_settings/{index}/align")


def check_data_table(block: Json, place: str) -> Iterator[str]:
    """A data table: a caption, a header row, data rows of the same width, a page size."""
    rows = block.get("rows")
    yield from check_string(block.get("caption"), f"{place}/caption", _DATA_CHARACTERS)
    yield from _check_rows(rows, f"{place}/rows", least=2)
    if _is_grid(rows):
        yield from _check_grid(rows, place)
        yield from _check_index(block, "row_header_column_index", 0, len(rows[0]) - 1, place)
    yield from _check_index(block, "page_size", 1, 100, place)


def _check_grid(rows: list[list[Json]], place: str) -> Iterator[str]:
    if len({len(row) for row in rows}) > 1:
        yield trouble("all rows must have the same number of cells", f"{place}/rows")
    if any(cell.get("type") == "rich_text" for cell in rows[0]):
        yield trouble("header cells cannot be rich text", f"{place}/rows/0")
    shown = sum(len(str(cell.get("text", ""))) for row in rows for cell in row)
    if shown > _DATA_CHARACTERS:
        yield trouble(f"must show at most {_DATA_CHARACTERS} characters", f"{place}/rows")


def _check_rows(rows: object, place: str, *, least: int) -> Iterator[str]:
    if not isinstance(rows, list) or not least <= len(rows) <= _MOST_ROWS:
        yield trouble(f"must have {least} to {_MOST_ROWS} items", place)
        return
    for index, row in enumerate(rows):
        at = f"{place}/{index}"
        if not isinstance(row, list) or not 1 <= len(row) <= _MOST_COLUMNS:
            yield trouble(f"must have 1 to {_MOST_COLUMNS} items", at)
            continue
        for number, cell in enumerate(row):
            yield from _check_cell(cell, f"{at}/{number}")


def _check_cell(cell: object, place: str) -> Iterator[str]:
    type_ = cell.get("type") if isinstance(cell, dict) else None
    if not isinstance(cell, dict) or type_ not in ("raw_text", "raw_number", "rich_text"):
        yield trouble(f"unsupported type: {type_}", f"{place}/type")
        return
    if type_ != "rich_text":
        yield from check_string(cell.get("text"), f"{place}/text", _DATA_CHARACTERS)
    value = cell.get("value")
    if type_ == "raw_number" and (isinstance(value, bool) or not isinstance(value, int | float)):
        yield trouble("must be a number", f"{place}/value")


def _check_index(block: Json, key: str, low: int, high: int, place: str) -> Iterator[str]:
    value = block.get(key, low)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        yield trouble(f"must be an integer from {low} to {high}", f"{place}/{key}")


def _is_grid(rows: object) -> TypeGuard[list[list[Json]]]:
    return (
        isinstance(rows, list)
        and len(rows) > 1
        and all(isinstance(row, list) and row for row in rows)
        and all(isinstance(cell, dict) for row in rows for cell in row)
    )
