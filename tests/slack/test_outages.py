from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.outage import Outage
from bot.slack.terminal import as_text
from bot.slack.views import outage, outage_over
from tests.slack.samples import HOUR, NOW, ZONE
from tests.slack.test_hostile import TEXT, fine

REMEDY = "Correct the setting that the message names, then restart the bot."
LASTING = Outage(
    "Vantio",
    NOW,
    None,
    urgent=True,
    problem="vantio.app does not know the key (401): check VANTIO_API_KEY",
    remedy=REMEDY,
)


def test_what_is_wrong_since_when_and_what_to_do() -> None:
    message = outage(LASTING, ZONE)
    assert as_text(message, 500) == (
        "⚠️ Vantio has not answered since Mon 23 Nov 2026 09:00 (Europe/Berlin), "
        "so no scans come in.\n"
        "vantio.app does not know the key (401): check VANTIO_API_KEY. "
        "Correct the setting that the message names, then restart the bot."
    )
    assert message.text.startswith("⚠️ Vantio has not answered since")


def test_how_long_it_was() -> None:
    ended = replace(LASTING, ended=NOW + 2 * HOUR, problem="vantio.app is in trouble (503)")
    assert as_text(outage_over(ended, ZONE), 500) == (
        "✅ Vantio answers again.\n"
        "It did not from Mon 23 Nov 2026 09:00 to 11:00 (Europe/Berlin): "
        "vantio.app is in trouble (503). What was missed has been read."
    )
    shorter = replace(ended, ended=NOW + 50)
    assert "It did not at Mon 23 Nov 2026 09:00 (Europe/Berlin): " in as_text(
        outage_over(shorter, ZONE), 500
    )
    longer = replace(ended, source="Slack", ended=NOW + 20 * HOUR)
    text = as_text(outage_over(longer, ZONE), 500)
    assert "from Mon 23 Nov 2026 09:00 to Tue 24 Nov 2026 05:00 (Europe/Berlin): " in text
    assert "Slack takes messages again." in text


@settings(max_examples=80)
@given(TEXT, TEXT, st.sampled_from(["Vantio", "Slack"]), st.none() | st.integers(NOW, NOW + 10**8))
def test_nothing_from_outside_breaks_it(
    problem: str, remedy: str, source: str, ended: int | None
) -> None:
    found = replace(LASTING, source=source, problem=problem, remedy=remedy, ended=ended)
    for message in (outage(found, ZONE), outage_over(found, ZONE)):
        fine(message)
