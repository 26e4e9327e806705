"""Block Kit's limits: within them nothing is wrong, one beyond something is."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.blocks import characters, problems, view_problems

Json = dict[str, Any]

KEYS = [
    *("type", "text", "elements", "fields", "accessory", "element", "rows", "chart", "series"),
    *("axis_config", "categories", "data", "options", "option_groups", "confirm", "segments"),
    *("column_settings", "block_id", "action_id", "value"),
]
TYPES = [
    *("section", "actions", "button", "data_table", "data_visualization", "bar", "table", "pie"),
    *("context", "static_select", "input", "rich_text", "raw_text"),
]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS), inner | st.sampled_from(TYPES), max_size=6)
    ),
    max_leaves=25,
)


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(length: int) -> Json:
    return {"type": "mrkdwn", "text": "x" * length}


def button(**more: Any) -> Json:  # noqa: ANN401 - any field of a button
    return {"type": "button", "text": plain("Go"), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def section(length: int) -> Json:
    return {"type": "section", "text": mrkdwn(length)}


def cell(text: str = "x") -> Json:
    return {"type": "raw_text", "text": text}


def data_table(rows: int = 3, columns: int = 2, text: str = "x", **more: Any) -> Json:  # noqa: ANN401 - any field
    grid = [[cell(text) for _ in range(columns)] for _ in range(rows)]
    return {"type": "data_table", "caption": "Scans", "rows": grid, **more}


def chart(kind: str = "bar", categories: int = 3, series: int = 1, label: int = 1) -> Json:
    names = [f"{index:02d}" + "x" * (label - 2) for index in range(categories)]
    points = [{"label": name, "value": 1} for name in names]
    lines = [{"name": f"{index}", "data": points} for index in range(series)]
    drawn = {"type": kind, "axis_config": {"categories": names}, "series": lines}
    return {"type": "data_visualization", "title": "Scans", "chart": drawn}


def pie(*values: float) -> Json:
    segments = [{"label": f"{index}", "value": value} for index, value in enumerate(values)]
    chart = {"type": "pie", "segments": segments}
    return {"type": "data_visualization", "title": "Scans", "chart": chart}


def grouped(groups: int) -> Json:
    options = select(1)["options"]
    group = {"label": plain("Library"), "options": options}
    return {"type": "static_select", "option_groups": [group] * groups}


def select(options: int, **more: Any) -> Json:  # noqa: ANN401 - any field
    entries = [{"text": plain(f"{index}"), "value": f"{index}"} for index in range(options)]
    return {"type": "static_select", "options": entries, **more}


BEYOND: dict[str, tuple[Callable[[int], list[Json]], int]] = {
    "blocks of a message": (lambda n: [{"type": "divider"}] * n, 50),
    "characters of a header": (lambda n: [{"type": "header", "text": plain("x" * n)}], 150),
    "characters of a section": (lambda n: [section(n)], 3000),
    "fields": (lambda n: [{"type": "section", "fields": [mrkdwn(1)] * n}], 10),
    "characters of a field": (lambda n: [{"type": "section", "fields": [mrkdwn(n)]}], 2000),
    "elements of a context": (lambda n: [{"type": "context", "elements": [mrkdwn(1)] * n}], 10),
    "buttons": (lambda n: [actions(*[button() for _ in range(n)])], 25),
    "characters on a button": (lambda n: [actions(button(text=plain("x" * n)))], 75),
    "value of a button": (lambda n: [actions(button(value="x" * n))], 2000),
    "address of a button": (lambda n: [actions(button(url="x" * n))], 3000),
    "action_id": (lambda n: [actions(button(action_id="x" * n))], 255),
    "block_id": (lambda n: [{"type": "divider", "block_id": "x" * n}], 255),
    "options of a select": (lambda n: [actions(select(n))], 100),
    "groups of a select": (lambda n: [actions(grouped(n))], 100),
    "options of an overflow": (lambda n: [actions(select(n) | {"type": "overflow"})], 5),
    "markdown": (lambda n: [{"type": "markdown", "text": "x" * n}], 12_000),
    "rows": (lambda n: [data_table(rows=n)], 100),
    "columns": (lambda n: [data_table(columns=n)], 20),
    "characters of a data table": (lambda n: [data_table(2, 1, "x" * (n // 2))], 10_000),
    "rows of a table": (lambda n: [{"type": "table", "rows": [[cell()]] * n}], 100),
    "tables": (lambda n: [{"type": "table", "rows": [[cell()]]}] * n, 1),
    "charts": (lambda n: [chart()] * n, 2),
    "categories": (lambda n: [chart(categories=n)], 20),
    "series": (lambda n: [chart(series=n)], 6),
    "label of a category": (lambda n: [chart("line", label=n)], 20),
    "segments": (lambda n: [pie(*[1] * n)], 6),
    "characters in total": (lambda n: [section(2600)] * 4 + [section(n)], 2600),
}


@pytest.mark.parametrize("name", BEYOND)
def test_a_limit_may_be_reached_and_not_passed(name: str) -> None:
    build, most = BEYOND[name]
    step = 2 if name == "characters of a data table" else 1
    assert problems(build(most)) == []
    assert problems(build(most + step)) != []


@given(
    header=st.integers(1, 150),
    sections=st.lists(st.integers(1, 600), max_size=10),
    buttons=st.integers(1, 25),
    rows=st.integers(2, 100),
    columns=st.integers(1, 20),
    series=st.integers(1, 6),
    kind=st.sampled_from(["bar", "line", "area"]),
)
def test_anything_within_the_limits_is_taken(
    *,
    header: int,
    sections: list[int],
    buttons: int,
    rows: int,
    columns: int,
    series: int,
    kind: str,
) -> None:
    blocks = [
        {"type": "header", "text": plain("x" * header)},
        *[section(length) for length in sections],
        chart(kind, series=series),
        data_table(rows, columns),
        actions(*[button(action_id=f"{index}") for index in range(buttons)]),
    ]
    assert problems(blocks) == []


@given(anything)
def test_no_shape_of_input_breaks_the_checks(value: object) -> None:
    assert isinstance(problems(value), list)
    assert isinstance(problems([value]), list)
    assert isinstance(view_problems({"type": "modal", "title": value, "blocks": value}), list)


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ({"type": "sectoin"}, "unsupported type: sectoin [json-pointer:/blocks/0/type]"),
        ({"type": ["section"]}, "unsupported type"),
        ("text", "must be an object"),
        ({"type": "section"}, "must have text or fields"),
        ({"type": "alert", "text": plain("x")}, "unsupported type: alert"),
        (actions({"type": "image", "alt_text": "x"}), "unsupported type: image"),
        (actions(button(action_id="a"), button(action_id="a")), "action_id must be unique"),
        (actions(button(style="red")), "must be primary or danger"),
        (actions(button(confirm={"title": plain("x")})), "/confirm/text"),
        ({"type": "image", "image_url": "https://example.org/x.png"}, "/alt_text"),
        (data_table(rows=1), "must have 2 to 100 items"),
        (data_table(page_size=0), "must be an integer from 1 to 100"),
        (data_table(row_header_column_index=2), "must be an integer from 0 to 1"),
        ({**data_table(), "caption": ""}, "/caption"),
        (data_table(text=""), "must be more than 0 characters"),
        ({"type": "data_table", "caption": "x", "rows": [[cell()], [cell()] * 2]}, "same number"),
        ({"type": "table", "rows": [[{"type": "raw_number", "text": "1"}]]}, "must be a number"),
        ({"type": "table", "rows": [[{"type": "raw_number", "value": 1}]]}, "must be a string"),
        (pie(1, 0), "must be greater than 0"),
        (actions(select(1, option_groups=[])), "must have either options or option_groups"),
        (actions({"type": "datepicker", "initial_date": "1 Nov"}), "must be a date"),
        (chart("radar"), "must be a pie, bar, line or area chart"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(block: object, said: str) -> None:
    assert any(said in problem for problem in problems([block]))


def test_every_series_has_one_point_for_every_category() -> None:
    block = chart(categories=3)
    block["chart"]["series"][0]["data"].pop()
    assert "exactly one point" in problems([block])[0]


def test_a_block_id_may_be_used_once() -> None:
    twice = [{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}]
    assert problems(twice) == ["block_id must be unique [json-pointer:/blocks]"]


def test_charts_are_not_for_modals_and_alerts_are() -> None:
    assert problems([chart()], "modal") != []
    assert problems([chart()], "home") == []
    assert problems([{"type": "alert", "text": plain("x")}], "modal") == []


def test_a_modal_that_asks_needs_a_submit_button() -> None:
    asks = {"type": "input", "label": plain("Place"), "element": {"type": "plain_text_input"}}
    view = {"type": "modal", "title": plain("Settings"), "blocks": [asks]}
    assert "/view/submit" in view_problems(view)[0]
    assert view_problems(view | {"submit": plain("Save")}) == []
    assert view_problems(view | {"submit": plain("Save"), "title": plain("x" * 25)}) != []


def test_characters_counts_what_is_shown() -> None:
    assert characters([section(5), actions(button(value="unseen"))]) == 7
