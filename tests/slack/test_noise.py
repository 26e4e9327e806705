"""What people do about alerts, as they see it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.alert import Alert, Kind, Scope
from bot.domain.noise import Mute, QuietHours, Rule, Told, Votes, Why
from bot.domain.noise import Scope as Cover
from bot.sandbox.blocks import problems
from bot.slack import kit, views
from bot.slack.views import noise
from tests.slack.reading import button, shown
from tests.slack.samples import HOUR, NOW, ZONE
from tests.slack.test_hostile import COUNT, TEXT, unhurried

DAY = 24 * HOUR
LIBRARY = Mute("#alerts", Cover.POSTER, "p_1", NOW + 5 * HOUR, "U0MAYA1", NOW, 7)
SPIKE = Alert(Kind.SPIKE, Scope.POSTER, "p_1", NOW, NOW, HOUR, 42, 6.2, "much", key=3)
NIGHT = Rule(QuietHours(time(22), time(7), ZONE), 10)

INSTANT = st.integers(NOW - 400 * DAY, NOW + 400 * DAY)
MUTES = st.builds(Mute, TEXT, st.sampled_from(Cover), TEXT, INSTANT, TEXT, INSTANT, COUNT)
TOLD = st.builds(Told, COUNT, st.sampled_from(Kind), TEXT, TEXT, INSTANT, COUNT, COUNT)
ALERTS = st.builds(
    Alert,
    kind=st.sampled_from(Kind),
    scope=st.sampled_from(Scope),
    subject=TEXT,
    started_at=INSTANT,
    fired_at=INSTANT,
    window=st.integers(60, DAY),
    scans=COUNT,
    expected=st.floats(0, 1e9),
    reason=TEXT,
    resolved_at=st.none() | INSTANT,
    total=COUNT,
)
few = settings(unhurried, max_examples=50)


def undo(message: Any) -> Any:  # noqa: ANN401 - a message, and JSON
    """What the buttons beside the paragraphs hand on."""
    beside = [block["accessory"] for block in message.blocks if "accessory" in block]
    return [(each["action_id"], json.loads(each["value"])) for each in beside]


def test_muted() -> None:
    message = views.muted(LIBRARY, "Library, First Floor", ZONE, NOW)
    assert shown(message) == (
        "Muted Library, First Floor in #alerts until Mon 14:00\n(Europe/Berlin).\n\n"
        "/posters mutes lists and ends mutes."
    )
    assert message.text.startswith("Muted Library, First Floor in #alerts until Mon 14:00")
    assert undo(message) == [("unmute", {"mute": 7})]


@pytest.mark.parametrize(
    ("scope", "name", "said"),
    [
        (Cover.PLACE, "Library", "Muted every poster at Library in #alerts"),
        (Cover.PROGRAM, "Autumn", "Muted Autumn and its posters in #alerts"),
        (Cover.OVERALL, "everything", "Muted every alert in #alerts"),
    ],
)
def test_how_much_is_muted(scope: Cover, name: str, said: str) -> None:
    mute = Mute("#alerts", scope, "x", NOW + 30 * DAY + 15 * HOUR, "U1", NOW, 7)
    text = views.muted(mute, name, ZONE, NOW).text
    assert text == f"{said} until Thu 24 Dec 2026 00:00 ({ZONE})."
    assert "again" in views.unmuted(mute, name).text


def test_the_list_of_mutes() -> None:
    other = Mute("C0123ABC", Cover.PLACE, "Gym", NOW + 9 * DAY, "U0TOM1", NOW, 8)
    message = views.mutes([(LIBRARY, "Library"), (other, "Gym")], ZONE, NOW)
    assert shown(message) == (
        "2 mutes, each of which ends by itself.\n\n"
        "Library in #alerts\nuntil Mon 14:00 (Europe/Berlin) · by @U0MAYA1\n\n"
        "Every poster at Gym in #C0123ABC\n"
        "until Wed 2 Dec 2026 09:00 (Europe/Berlin) · by @U0TOM1"
    )
    assert undo(message) == [("unmute", {"mute": 7}), ("unmute", {"mute": 8})]
    alone = shown(views.mutes([(LIBRARY, "Library")], ZONE, NOW))
    assert alone.startswith("1 mute, which ends by itself.")
    assert "Nothing is muted." in shown(views.mutes([], ZONE, NOW))


def test_a_long_list_of_mutes_is_cut() -> None:
    message = views.mutes([(LIBRARY, "Library")] * 45, ZONE, NOW)
    assert "20 more mutes end later" in shown(message)
    assert problems(list(message.blocks)) == []


def test_the_last_alerts() -> None:
    last = [
        (Told(3, Kind.SPIKE, "poster", "p_1", NOW, 2, 1), "Library"),
        (Told(2, Kind.FIRST_SCAN, "poster", "p_2", NOW - HOUR), "Gym"),
    ]
    text = shown(views.last_alerts(last, [Votes(Kind.SPIKE, 5, 1200)], ZONE))
    assert text == (
        "The last 2 alerts, and what people made of them.\n\n"
        "Library · spike · Mon 23 Nov 2026 09:00 · 👍 2 👎 1\n"
        "Gym · first scan · Mon 23 Nov 2026 08:00\n\n"
        "All votes\nSpikes: 5 useful, 1,200 noise\n\n"
        "Times in Europe/Berlin.\n"
        "Too much noise? In the settings, alerts.sensitivity can be\nlow."
    )
    assert "The last alert, and" in shown(views.last_alerts(last[:1], [], ZONE))
    assert "No alerts yet." in shown(views.last_alerts([], [], ZONE))


HELD = """\
While it was quiet (22:00-07:00): 6 alerts.

• Library: 42 scans in an hour, about 6 expected, Mon 09:00,
still going on
• Gym: 9 scans in an hour, hardly any expected, Mon 09:00,
over Mon 11:00 after 96 scans
• Lab: 60 scans in 1 hour 30 minutes, Mon 09:00
• Hall: no scan since Sat 09:00
• Dorm: scanned for the first time, Mon 09:00
• Autumn: 1,000 scans reached, Mon 09:00

Times in Europe/Berlin.

See the last alerts: posterpulse ask alerts"""


def test_what_was_held_comes_as_one_message() -> None:
    over = Alert(
        *(Kind.SPIKE, Scope.POSTER, "p_2", NOW, NOW, HOUR, 9, 0.4, "much"),
        resolved_at=NOW + 2 * HOUR,
        total=96,
    )
    alerts = [
        (SPIKE, "Library"),
        (over, "Gym"),
        (replace(SPIKE, kind=Kind.THRESHOLD, scans=60, window=5400), "Lab"),
        (Alert(Kind.QUIET, Scope.POSTER, "p", NOW - 2 * DAY, NOW, DAY, 0, 9.0, ""), "Hall"),
        (Alert(Kind.FIRST_SCAN, Scope.POSTER, "p", NOW, NOW, DAY, 1, 0.0, ""), "Dorm"),
        (Alert(Kind.MILESTONE, Scope.PROGRAM, "p", NOW, NOW, DAY, 1000, 0.0, ""), "Autumn"),
    ]
    message = views.held(alerts, Why.QUIET_HOURS, NIGHT, ZONE)
    assert shown(message).replace(kit.NOTHING, "-") == HELD
    assert button(message, "ask") == {"words": "alerts"}
    enough = shown(views.held(alerts[:1], Why.ENOUGH_TODAY, NIGHT, ZONE))
    assert enough.startswith("1 alert came after the limit of 10 alerts a day was reached:")
    many = shown(views.held(alerts * 9, Why.QUIET_HOURS, Rule(), ZONE))
    assert many.startswith("While it was quiet: 54 alerts.")
    assert "and 34 more alerts" in many


def test_what_is_offered_beneath_an_alert() -> None:
    scopes = [("poster", "This poster"), ("place", "Library"), ("program", "Autumn")]
    parts = noise.mute_parts(3, "#alerts", scopes)
    (row,) = kit.message("x", parts).blocks
    assert problems([row]) == []
    menu, calendar = row["elements"]
    assert [group["label"]["text"] for group in menu["option_groups"]] == [
        label for _, label in scopes
    ]
    values = [json.loads(o["value"]) for g in menu["option_groups"] for o in g["options"]]
    assert values[5] == {"alert": 3, "channel": "#alerts", "scope": "place", "hours": 6}
    assert len(values) == 12
    assert (menu["action_id"], calendar["action_id"]) == ("mute", "mute_until")
    assert noise.until_context(row["block_id"]) == (3, "poster", "#alerts")
    assert noise.mute_parts(3, "#alerts", []) == ()


@few
@given(st.integers(1, 2**31), TEXT, st.lists(st.tuples(st.sampled_from(Cover), TEXT), max_size=4))
def test_what_is_offered_keeps_the_limits(
    key: int, channel: str, scopes: list[tuple[str, str]]
) -> None:
    parts = (
        *noise.mute_parts(key, channel, scopes),
        *kit.actions(*noise.feedback_buttons(key)),
        *kit.actions(*noise.standing_buttons(channel)),
    )
    blocks = list(kit.message("x", parts).blocks)
    assert problems(blocks) == []
    for block in blocks:
        if "block_id" in block:
            assert noise.until_context(block["block_id"]) == (key, scopes[0][0], channel)
        for element in block["elements"]:
            groups = element.get("option_groups", [])
            for option in (option for group in groups for option in group["options"]):
                asked = noise.unpacked(option["value"])
                assert (asked["alert"], asked["channel"]) == (key, channel)


@few
@given(st.text(max_size=60) | st.builds(lambda a, b: f"mute-until:{a}:{b}", st.text(), st.text()))
def test_any_other_id_is_no_context(text: str) -> None:
    found = noise.until_context(text)
    assert found is None or [*found[1:]] == text.split(":", 3)[2:]
    assert isinstance(noise.unpacked(text), dict)
