from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.slack import views
from tests.slack.alert_samples import CHANNEL, LIBRARY, NOW, QUIET, silent
from tests.slack.reading import shown
from tests.slack.samples import DAY, HOUR, ZONE

if TYPE_CHECKING:
    from bot.slack.message import Message

THREE = """\
🔇 3 posters have gone quiet: Library, First Floor, Gym and
Café Süd. Taken down?

Library, First Floor · Maya K. · Autumn launch
No scan since Wed 18 Nov 2026 14:55; before that, about 9
scans a day.

Gym · Maya K. · Autumn launch
No scan since Wed 18 Nov 2026 14:55; before that, about 2
scans a day.

Café Süd · Maya K. · Autumn launch
No scan since Wed 18 Nov 2026 14:55; before that, about 4
scans a week.

Mon 23 Nov 2026 14:55, Europe/Berlin"""


def told(posters: int) -> Message:
    return views.quiet(*silent(posters), ZONE, NOW, CHANNEL)


def presses(message: Message) -> list[tuple[str, str]]:
    """The buttons that say what became of a poster, each with the poster."""
    return [
        (element["action_id"], json.loads(element["value"])["poster"])
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["action_id"].startswith("standing:")
    ]


def test_several_at_once() -> None:
    message = told(3)
    assert shown(message) == THREE
    states = ("standing:up", "standing:replaced", "standing:retired")
    assert presses(message) == [(state, f"p{n}") for n in range(3) for state in states]


def test_one() -> None:
    message = views.alert(QUIET, LIBRARY, ZONE, NOW, CHANNEL)
    assert message.text == "🔇 Library, First Floor has gone quiet. Taken down?"
    assert "Maya K. · Autumn launch\nNo scan since" in shown(message)
    assert len(presses(message)) == 3
    assert message.plain is not None  # its day as a chart


def test_many_are_counted() -> None:
    message = told(40)
    assert "Library, First Floor, Gym, Café Süd and 37 more. Taken down?" in message.text
    assert "And 32 more posters: Hall 5, Hall 6," in shown(message)
    assert "Hall 14 and 22 more posters" in shown(message).replace("\n", " ")
    assert len(presses(message)) == 8 * 3


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (0.01, "before that, less than a scan a month."),
        (0.2, "before that, about 1 scan a month."),
        (0.8, "before that, about 1 scan a week."),
        (10_000.0, "before that, about 2,000 scans a day."),
        (0.0, "No scan since Wed 18 Nov 2026 14:55."),
    ],
)
def test_how_often_it_was_scanned_before(expected: float, said: str) -> None:
    found = replace(QUIET, expected=expected)
    message = views.alert(found, replace(LIBRARY, detail=""), ZONE, NOW, CHANNEL)
    assert said in shown(message).replace("\n", " ")


def test_scanned_again() -> None:
    alerts, abouts = silent(2)
    alerts[0] = replace(alerts[0], resolved_at=NOW + HOUR)
    message = views.quiet(alerts, abouts, ZONE, NOW + HOUR, CHANNEL)
    assert message.text == "🔇 Gym has gone quiet. Taken down?"
    assert "Scanned again Mon 23 Nov 2026 15:55." in shown(message)
    assert {poster for _, poster in presses(message)} == {"p1"}
    alerts[1] = replace(alerts[1], resolved_at=NOW + DAY)
    over = views.quiet(alerts, abouts, ZONE, NOW + DAY, CHANNEL)
    assert over.text == "🔊 Library, First Floor and Gym are being scanned again."
    assert presses(over) == []


def groups(message: Message) -> list[str]:
    return [
        group["label"]["text"]
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "static_select"
        for group in element["option_groups"]
    ]


def test_only_what_they_share_can_be_muted_together() -> None:
    alerts, abouts = silent(2)
    assert groups(told(2)) == ["Autumn launch"]
    assert groups(told(1)) == ["Library, First Floor", "All posters at Library", "Autumn launch"]
    apart = [abouts[0], replace(abouts[1], program="Open day")]
    assert groups(views.quiet(alerts, apart, ZONE, NOW, CHANNEL)) == []


def test_every_alert_has_its_names() -> None:
    with pytest.raises(ValueError, match="argument 2"):
        views.quiet([QUIET], [], ZONE, NOW, CHANNEL)
