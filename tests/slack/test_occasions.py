from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.blocks import problems
from bot.slack import views
from tests.slack.alert_samples import CHANNEL, FIRST, LIBRARY, MILESTONE, NOW, PROGRAM
from tests.slack.reading import shown
from tests.slack.samples import ZONE
from tests.slack.test_hostile import fine, unhurried
from tests.slack.test_hostile_alerts import ABOUTS, ALERTS

if TYPE_CHECKING:
    from bot.domain.alert import About, Alert

GYM = replace(LIBRARY, name="Gym", detail="", place="Gym")
MANY = """\
🎉 2 posters have their first scan!
• Library, First Floor · Maya K. · Autumn launch
• Gym

🏆 1 round number reached!
• Autumn launch: 1,000 scans

Mon 23 Nov 2026 14:55, Europe/Berlin"""


def news(*both: tuple[Alert, About]) -> str:
    found, abouts = zip(*both, strict=True)
    message = views.good_news(found, abouts, ZONE, NOW, CHANNEL)
    assert problems(list(message.blocks)) == []
    return shown(message)


def test_good_news_of_one_look() -> None:
    assert news((FIRST, LIBRARY), (MILESTONE, PROGRAM), (FIRST, GYM)) == MANY


def test_long_lists_are_cut() -> None:
    said = news(*[(FIRST, LIBRARY)] * 25)
    assert said.startswith("🎉 25 posters have their first scan!")
    assert "• and 5 more" in said
    assert "🏆" not in said


@unhurried
@given(st.lists(st.tuples(ALERTS, ABOUTS), min_size=1, max_size=4), st.integers(1, 9))
def test_good_news_with_any_names(both: list[tuple[Alert, About]], times: int) -> None:
    found, abouts = zip(*(both * times), strict=True)
    fine(views.good_news(found, abouts, ZONE, NOW, CHANNEL))
