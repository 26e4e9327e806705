from __future__ import annotations

from typing import Any

import pytest

from bot.slack import kit
from bot.slack.message import Message
from bot.slack.terminal import as_text


def shown(*blocks: dict[str, Any], width: int = 40) -> str:
    return as_text(Message("text", blocks), width)


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@pytest.mark.parametrize(
    ("mrkdwn", "text"),
    [
        ("*34 scans* and `top 5`", "34 scans and top 5"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("&lt;b&gt; &amp;amp;", "<b> &amp;"),
        ("<@U1> in <#C1|campus> and <#C2>", "@U1 in #campus and #C2"),
        ("<!channel>", "@channel"),
        ("<https://x.example|here>, <https://y.example>", "here (https://x.example),\nhttps://y.example"),
        ("one\ntwo", "one\ntwo"),
    ],
)  # fmt: skip
def test_markup_is_taken_away(mrkdwn: str, text: str) -> None:
    assert shown(section(mrkdwn)) == text


def test_what_a_person_typed_comes_back_as_it_was() -> None:
    typed = "R&D <Lab> 3_b &lt; poster_x"
    assert shown(section(f"*{kit.escape(typed)}*")) == typed


def test_controls_do_not_reach_the_terminal() -> None:
    assert shown(section("a\x1b[31mb\x07\u202ec\r\td")) == "a [31mb  c  d"


def test_text_wraps_at_columns_not_characters() -> None:
    assert shown(section("図書館 図書館 図書館"), width=14) == "図書館 図書館\n図書館"
    assert shown(section("x" * 10), width=4) == "xxxx\nxxxx\nxx"
    assert shown(section("図書"), width=1) == "図\n書"


def chart(*points: tuple[str, int]) -> dict[str, Any]:
    data = [{"label": label, "value": value} for label, value in points]
    return {
        "type": "data_visualization",
        "title": "Scans",
        "chart": {"type": "bar", "series": [{"name": "Scans", "data": data}]},
    }


def test_a_chart_becomes_bars_in_line() -> None:
    drawn = shown(chart(("図書館", 8), ("Gym", 4), ("None", 0)), width=20)
    assert drawn.split("\n") == [
        "Scans",
        "図書館  ██████████ 8",
        "Gym     █████ 4",
        "None    0",
    ]


def test_a_chart_without_scans_has_no_bars() -> None:
    assert shown(chart(("Mon", 0), ("Tue", 0))) == "Scans\nMon  0\nTue  0"


def raw(*cells: str | int) -> list[dict[str, Any]]:
    return [
        {"type": "raw_number", "value": cell, "text": str(cell)}
        if isinstance(cell, int)
        else {"type": "raw_text", "text": cell}
        for cell in cells
    ]


def test_a_table_is_aligned_and_gives_way_on_a_narrow_screen() -> None:
    table = {
        "type": "data_table",
        "rows": [raw("Poster", "Scans"), raw("図書館", 8), raw("The far end of the campus", 1234)],
    }
    assert shown(table, width=20).split("\n") == [
        "Poster         Scans",
        "図書館             8",
        "The far end …   1234",
    ]


def test_buttons_become_commands_that_are_safe_to_paste() -> None:
    ask = kit.button("See it", "ask", {"words": "poster $(reboot) today"})
    share = kit.button("Share", "share", {"words": "top"})
    message = kit.message("text", kit.actions(share, ask))
    assert as_text(message, 80) == "See it: posterpulse ask 'poster $(reboot) today'"


def test_blocks_that_are_not_known_are_left_out() -> None:
    assert shown({"type": "divider"}, section("a")) == "a"
