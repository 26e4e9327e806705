# ruff: noqa: RUF001 - people read and write dashes
from __future__ import annotations

import json
from dataclasses import replace

from bot.domain.command import Verb
from bot.slack import views
from tests.slack.reading import shown
from tests.slack.samples import AMBASSADORS, HOUR, NOW, ROWS, empty, found

DIGEST = """\
Scan digest · Mon 16 – Sun 22 Nov 2026
──────────────────────────────────────

102 scans last week, ▲ 12 % against the week before (91).

Scans per day
Mon 16  ███████████████████▋ 12
Tue 17  █████████████████████████████▍ 18
Wed 18  ████████████████████████████████████████▉ 25
Thu 19  █████████████████████████████████████████████████ 30
Fri 20  ██████████████████████▉ 14
Sat 21  0
Sun 22  ████▉ 3

1. Main Library, Entrance · Maya K. · Autumn launch
▂▃▆▇█  41 scans  ▲ 37 %

Europe/Berlin · 3 more posters had scans · Ask more with
/posters help

Top posters this week: posterpulse ask 'top this week'"""


def test_digest() -> None:
    message = views.digest(found(rows=ROWS[:1]))
    assert shown(message) == DIGEST
    assert message.text == (
        "Scan digest · Mon 16 – Sun 22 Nov 2026: "
        "102 scans last week, ▲ 12 % against the week before (91)."
    )


LATE = """\
Scan digest · Sun 22 Nov 2026
─────────────────────────────

Late: this was due on Mon 23 Nov 2026 07:00.

No scans yesterday (the day before: 12).

Europe/Berlin · Ask more with /posters help

Top posters this week: posterpulse ask 'top this week'"""


def test_a_late_digest_says_so_and_an_empty_one_is_short() -> None:
    assert shown(views.digest(empty(), NOW - 2 * HOUR)) == LATE


def test_a_published_leaderboard_thanks_and_pings_nobody() -> None:
    message = views.leaderboard(found(Verb.LEADERBOARD, rows=AMBASSADORS[1:3]))
    text = shown(message)
    assert "Tom B. and Ana R. share first place." in " ".join(text.split())
    assert "Thank you to everyone who puts up posters!" in text
    assert "<" not in json.dumps(message.to_dict())


def test_three_in_front_are_counted() -> None:
    rows = tuple(replace(row, rank=1) for row in AMBASSADORS)
    message = views.leaderboard(found(Verb.LEADERBOARD, rows=rows))
    assert message.text.endswith("Maya K. and 3 others share first place.")


def test_the_same_findings_are_the_same_message() -> None:
    assert views.digest(found()) == views.digest(found())
