# ruff: noqa: RUF001 - people read and write dashes
from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain import command
from bot.domain.command import Verb
from bot.slack import views
from tests.slack.limits import check
from tests.slack.reading import button, shown
from tests.slack.samples import AMBASSADORS, MANY, NOW, SUBJECT, ZONE, empty, found

if TYPE_CHECKING:
    from bot.domain.model import Answer


TOP = """\
102 scans last week, ▲ 12 % against the week before (91).

Most scanned
Main Library, Entra…  ███████████████████████████████████ 41
Gym                   █████████████████████████▋ 30
Café Süd              █████████████████████████▋ 30
poster_vNJS4H         ▉ 1

1. Main Library, Entrance · Maya K. · Autumn launch
▂▃▆▇█  41 scans  ▲ 37 %

2. Gym · Tom B. · Autumn launch
▁▁▃▅█  30 scans  new

2. Café Süd · Ana R.
██▇▅▃  30 scans  ▼ 25 %

4. poster_vNJS4H
▁█▁▁▁  1 scan  = same

last week (Mon 16 – Sun 22 Nov 2026, Europe/Berlin)"""


def test_top() -> None:
    assert shown(views.answer(found(), NOW)) == TOP


def test_top_in_words_says_the_same_without_its_bars() -> None:
    message = views.answer(found(), NOW)
    assert message.plain == tuple(
        block for block in message.blocks if block["type"] != "data_visualization"
    )


MANY_ROWS = """\
Rank  Poster   About    Scans  Change  Trend
   1  Hall 1   Maya K.     99  ▲ 10 %  ▄▆█
   2  Hall 2   Maya K.     98  ▲ 9 %   ▄▆█
   3  Hall 3   Maya K.     97  ▲ 8 %   ▄▆█"""


def test_more_than_ten_rows_become_a_table_and_text_beside_it() -> None:
    message = views.answer(found(rows=MANY, ranked=30), NOW)
    assert MANY_ROWS in shown(message)
    assert shown(message).endswith("18\nmore posters had scans")
    assert message.plain
    lines = message.plain[1]["text"]["text"].split("\n")
    assert len(lines) == 12
    assert lines[0] == "1. *Hall 1* · Maya K. · 99 scans · ▲ 10 %"


BOARD = """\
102 scans last week, ▲ 12 % against the week before (91).
Maya K. is in front.

🥇 Maya K. · Autumn launch · 41 scans · ▲ 2 places
🥈 Tom B. · Autumn launch · 30 scans · new
🥈 Ana R. · Open day · 30 scans
4. Li W. · 1 scan

last week (Mon 16 – Sun 22 Nov 2026, Europe/Berlin)"""


def test_leaderboard_shows_ties_and_gains_and_shames_nobody() -> None:
    answer = found(Verb.LEADERBOARD, rows=AMBASSADORS)
    assert shown(views.answer(answer, NOW)) == BOARD


POSTER = """\
Main Library, Entrance: 102 scans last week, ▲ 12 % against
the week before (91).

Put up by: Maya K.
Program: Autumn launch
Since: Thu 1 Oct 2026

Scans per day
Mon 16  ███████████████████▋ 12
Tue 17  █████████████████████████████▍ 18
Wed 18  ████████████████████████████████████████▉ 25
Thu 19  █████████████████████████████████████████████████ 30
Fri 20  ██████████████████████▉ 14
Sat 21  0
Sun 22  ████▉ 3

last week (Mon 16 – Sun 22 Nov 2026, Europe/Berlin) ·
ambassador: Maya K.
Vantio has not answered since 14:05."""


def test_poster() -> None:
    notes = ("Vantio has not answered since 14:05.",)
    answer = found(
        Verb.POSTER, rows=(), subject=SUBJECT, notes=notes, filters=("ambassador: Maya K.",)
    )
    message = views.answer(answer, NOW)
    assert shown(message) == POSTER
    assert message.plain
    assert message.plain[2]["text"]["text"] == "Scans per day `▄▆▇█▅▁▂` peak 30 (Thu 19)"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"total_before": None}, "."),
        ({"total_before": 0}, " (the week before: none)."),
        ({"total_before": 102}, ", the same as the week before."),
        ({"total_before": 100}, ", ▲ 2 % against the week before (100)."),
        ({"total_before": 105}, ", ▼ 3 % against the week before (105)."),
        ({"total_before": None, "scanners": 80}, ". From about 80 people."),
        ({"total_before": None, "scanners": 1}, ". From about one person."),
        ({"total_before": None, "scanners": 12_437}, ". From about 12,400 people."),
    ],
)
def test_the_lead_compares_honestly(changes: dict[str, Any], sentence: str) -> None:
    assert views.answer(found(**changes), NOW).text == f"102 scans last week{sentence}"


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        ("today", "today so far, "),
        ("last 7 days", "in the last 7 days, "),
        ("on 2026-11-02", "on Mon 2 Nov 2026, "),
        ("2026-11-01..2026-11-15", "in 1–15 Nov 2026, "),
        ("since monday", "since Monday, "),
        ("all time", "since the beginning."),
    ],
)
def test_the_period_is_a_part_of_the_sentence(words: str, phrase: str) -> None:
    assert views.answer(found(words=words), NOW).text.startswith(f"102 scans {phrase}")


def tried(answer: Answer) -> str:
    message = views.answer(answer, NOW)
    check(message)
    return message.text


def test_nothing_found_says_what_to_try() -> None:
    lead = "No scans yesterday (the day before: 12)."
    assert tried(empty()) == f"{lead} Try `/posters top 10 for last 7 days`."


def test_nothing_found_for_a_poster_asks_for_longer() -> None:
    answer = empty(Verb.POSTER, "last week", subject=SUBJECT, total_before=None)
    lead = "Main Library, Entrance: No scans last week."
    assert tried(answer) == f'{lead} Try `/posters poster "p1" for last 90 days`.'


def test_nothing_found_in_a_long_time_asks_for_the_last_scan() -> None:
    lead = "No scans this year so far (the same part of last year: none)."
    answer = empty(words="this year", total_before=0)
    assert tried(answer) == f"{lead} `/posters status` says when the last scan came in."


def test_sharing_asks_the_same_question_as_of_then() -> None:
    asked = command.parse('top 5 program:"autumn launch" last week', NOW, ZONE)
    value = button(views.answer(replace(found(), question=asked), NOW), "share")
    assert command.parse(value["words"], value["at"], ZONE) == asked


def test_a_shared_answer_names_who_shared_it_and_is_not_shared_again() -> None:
    message = views.answer(found(), NOW, shared_by="U0A1")
    assert message.blocks[-1]["elements"][0]["text"].endswith("Shared by <@U0A1>")


def test_an_answer_that_is_not_to_be_shared_has_no_button() -> None:
    message = views.answer(found(), NOW, shareable=False)
    assert all(block["type"] != "actions" for block in message.blocks)
