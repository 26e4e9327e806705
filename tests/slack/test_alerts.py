from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.domain import command
from bot.domain.command import Verb
from bot.slack import views
from tests.slack.reading import button, shown
from tests.slack.samples import HOUR, HOURS, NOW, SPIKE, ZONE

if TYPE_CHECKING:
    from bot.slack.message import Message


ALERT = """\
📈 Main Library, Entrance is going wild: 34 scans in the
last hour, usually about 4.

Scans per hour
03:00  0
04:00  █▌ 1
05:00  ███ 2
06:00  █████▉ 4
07:00  ████████▉ 6
08:00  ██████████████████████████████████████████████████ 34

Maya K. · Autumn launch · Mon 23 Nov 2026 09:00,
Europe/Berlin

See this poster: posterpulse ask 'poster "p1" today'"""


def spike(now: int = NOW, **changes: Any) -> Message:  # noqa: ANN401 - fields of Spike
    return views.spike(
        replace(SPIKE, **changes),
        "Main Library, Entrance",
        "Maya K. · Autumn launch",
        ZONE,
        now,
        HOURS,
    )


def test_spike() -> None:
    assert shown(spike()) == ALERT


def test_a_late_spike_names_the_hour_instead_of_the_last_one() -> None:
    assert "34 scans in the hour to Mon 23 Nov 2026 09:00, " in spike(NOW + HOUR).text


def test_a_spike_out_of_nothing() -> None:
    text = spike(expected=0.2, window=1800).text
    assert text.endswith("in the last 30 minutes, usually none or one.")


def test_the_button_of_a_spike_asks_about_a_poster_of_any_name() -> None:
    value = button(spike(poster='north "hall" 2'), "ask")
    asked = command.parse(value["words"], NOW, ZONE)
    assert (asked.verb, asked.subject) == (Verb.POSTER, 'north "hall" 2')


def test_a_trouble_says_what_to_do() -> None:
    message = views.trouble("The bot is not in #campus", "Type /invite @posterpulse there.")
    assert shown(message) == "⚠️ The bot is not in #campus\nType /invite @posterpulse there."
