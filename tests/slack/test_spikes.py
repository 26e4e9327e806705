from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain import command
from bot.domain.alert import About, Alert, Evidence, Kind, Scope, Verdict
from bot.domain.command import Verb
from bot.slack import views
from tests.slack.alert_samples import (
    ALL,
    BANDS,
    BOT,
    CHANNEL,
    CROWD,
    DEVICE,
    FIRST,
    FRESH_POSTER,
    LIBRARY,
    MESSAGES,
    MILESTONE,
    MINUTE,
    NOW,
    OVER,
    OVERALL,
    PROGRAM,
    PROGRAM_WIDE,
    RUNNING,
    SLOW,
    THRESHOLD,
)
from tests.slack.limits import check
from tests.slack.reading import button, shown
from tests.slack.samples import DAY, HOUR, ZONE

if TYPE_CHECKING:
    from bot.slack.message import Message

PLAIN = replace(LIBRARY, bands=())
FIRST_MESSAGE = """\
📈 Library, First Floor: 42 scans in the last hour, about 6
expected. Almost certainly not chance.

Most likely a crowd: about 31 people. It began about 14:30.

Maya K. · Autumn launch · noticed Mon 23 Nov 2026 14:55,
Europe/Berlin

See this poster: posterpulse ask 'poster "p1" on 2026-11-23'"""
DETAILS = """\
Most likely a crowd. Many different people scanned.

• 34 of 42 scans tell who scanned: about 31 people, at most
2 scans each.
• 12 different kinds of phones and browsers were used.
• 3 of 42 scans came from bots such as link previews, 39
from people.
• Most in the hour from 14:00: 42 scans. Usual then: about
5; more than 13 come once in a hundred times.
• By chance alone one poster would see this about once in
300 years.

42 scans in an hour that usually brings 6.1 · noticed Mon 23
Nov 2026 14:55, Europe/Berlin"""


def told(found: Alert, about: About = PLAIN, now: int = NOW) -> Message:
    return views.alert(found, about, ZONE, now, CHANNEL)


def thread(found: Alert, about: About = PLAIN) -> str:
    return shown(views.details(found, about, ZONE)).replace("\n", " ")


@pytest.mark.parametrize("name", MESSAGES)
def test_samples(name: str) -> None:
    found, about, now = MESSAGES[name]
    message = told(found, about, now)
    check(message)
    first = message.blocks[0]["text"]["text"]
    assert first.replace("*", "") == message.text
    assert first.count("*") >= 2
    assert "\n" not in message.text


def test_the_first_message() -> None:
    assert shown(told(CROWD)) == FIRST_MESSAGE


def test_the_thread() -> None:
    assert shown(views.details(CROWD, LIBRARY, ZONE)) == DETAILS


def test_a_message_that_is_edited_names_the_hour_instead_of_the_last_one() -> None:
    text = told(RUNNING, now=NOW + 40 * MINUTE).text
    assert "28 scans in the hour to 15:35, about 6 expected." in text
    blocks = shown(told(RUNNING, now=NOW + 40 * MINUTE)).replace("\n", " ")
    assert "Since about 13:45: 96 scans, 42 in the busiest hour." in blocks


def test_in_its_first_hour_it_has_one_number() -> None:
    blocks = shown(told(replace(RUNNING, started_at=NOW, now=30, total=31), now=NOW + 40 * MINUTE))
    assert "30 scans" in blocks
    assert "31 scans" not in blocks


def test_an_edit_that_has_nothing_new_is_the_same_message() -> None:
    assert told(OVER, now=NOW + 56 * MINUTE) == told(OVER, now=NOW + 90 * MINUTE)


def test_over() -> None:
    message = told(OVER, now=NOW + HOUR)
    assert message.text == (
        "🏁 Library, First Floor: it is over. 96 scans in 1 h 20 min, 42 in the busiest hour, "
        "where about 9 would be usual."
    )
    assert "From about 14:30 to\n15:50." in shown(message)


def test_a_short_one_has_no_busiest_hour_beside_its_total() -> None:
    short = replace(OVER, total=42, peak=42, scans=42, started_at=NOW)
    assert told(short, now=NOW + HOUR).text.endswith("; about 9 an hour would be usual.")
    running = replace(RUNNING, total=60, peak=60)
    assert "busiest" not in shown(told(running, now=NOW + 40 * MINUTE))


def test_a_poster_is_not_counted_among_those_that_are_busy() -> None:
    alone = replace(CROWD, evidence=replace(CROWD.evidence, posters=1))
    assert "more scans than usual" not in shown(views.details(alone, LIBRARY, ZONE))


def test_a_slow_spike_is_told_with_the_window_in_which_it_stood_out() -> None:
    assert "66 scans in the last 4 hours, about 21 expected." in told(SLOW).text
    later = told(SLOW, now=NOW + HOUR).text
    assert "66 scans in the 4 hours to 14:55, about 21 expected." in later


def test_what_began_yesterday_has_a_date() -> None:
    night = replace(CROWD, started_at=NOW - DAY)
    assert "It began about Sun 22 Nov 2026 14:55." in shown(told(night)).replace("\n", " ")


@pytest.mark.parametrize(
    ("score", "sure", "often"),
    [
        (9.0, "Almost certainly not chance.", "less than once in a thousand years"),
        (3.4, "Almost certainly not chance.", "about once in 50 years"),
        (2.2, "Probably not chance.", "about once in 3 years"),
        (1.6, "Probably not chance.", "about once in 9 months"),
        (0.8, "Perhaps just chance.", "about once in 6 weeks"),
        (0.1, "Perhaps just chance.", "about once a week"),
    ],
)
def test_how_sure_it_is(score: float, sure: str, often: str) -> None:
    found = replace(CROWD, score=score)
    assert told(found).text.endswith(sure)
    assert f"By chance alone one poster would see this {often}." in thread(found)


def test_nothing_is_said_of_odds_that_nobody_worked_out() -> None:
    found = replace(CROWD, score=0.0)
    assert told(found).text.endswith("about 6 expected.")
    assert "chance alone" not in thread(found)


@pytest.mark.parametrize(
    ("found", "line", "sentence"),
    [
        (DEVICE, "Most likely one phone: 26 of 30 scans came from it.",
         "26 of 30 scans came from one phone, the rest from about 3 others."),
        (BOT, "Most likely a bot: 40 of 42 scans came from bots such as link previews.",
         "40 of 42 scans came from bots such as link previews, 2 from people."),
        (FRESH_POSTER, "A new poster: the first days are often livelier than what follows.",
         "All 42 scans came from about 38 people, at most 3 scans each."),
        (SLOW, "It began about 09:55.", "The scans don't tell who scanned."),
        (PROGRAM_WIDE, "Program-wide: 12 posters have more scans than usual.",
         "12 posters have more scans than usual."),
        (OVERALL, "Across all programs: 12 posters have more scans than usual.",
         "By chance alone this would happen about once in 5 years."),
    ],
)  # fmt: skip
def test_a_verdict_has_its_evidence(found: Alert, line: str, sentence: str) -> None:
    assert line in shown(told(found)).replace("\n", " ")
    assert sentence in thread(found)


@pytest.mark.parametrize(
    ("seen", "sentence"),
    [
        (Evidence(9, 0, 9, 9, 1), "All 9 scans came from about 9 people, one scan each."),
        (Evidence(9, 0, 9, 1, 9), "All 9 scans came from one phone."),
        (Evidence(9, 0, 6, 2, 5), "5 of 6 scans came from one phone, the rest from about 1 other."),
        (Evidence(9, 0, 6, 2, 5), "6 of 9 scans tell who scanned."),
    ],
)
def test_who_scanned(seen: Evidence, sentence: str) -> None:
    assert sentence in thread(replace(CROWD, evidence=seen))


@pytest.mark.parametrize("verdict", [Verdict.DEVICE, Verdict.BOT])
def test_nobody_is_named_beside_a_suspicion(verdict: Verdict) -> None:
    found = replace(CROWD, verdict=verdict)
    assert "Maya" not in shown(told(found)) + thread(found)
    assert "Autumn launch" in shown(told(found))


def test_the_busiest_posters_of_a_program() -> None:
    assert "1. Library, First Floor · 61 scans 2. Gym · 40 scans" in thread(PROGRAM_WIDE, PROGRAM)
    assert "4. p4 · 9 scans and 8 more posters with more scans" in thread(PROGRAM_WIDE, PROGRAM)
    assert "Busiest" not in thread(replace(PROGRAM_WIDE, scope=Scope.POSTER))


def test_hardly_any() -> None:
    assert "in the last hour, hardly any expected." in told(DEVICE).text


def test_a_doubtful_spike_says_so_in_the_first_line() -> None:
    assert told(DEVICE).text.endswith("Most likely one phone: 26 of 30 scans came from it.")
    assert shown(told(DEVICE)).count("one phone") == 1
    over = shown(told(replace(DEVICE, resolved_at=NOW + HOUR), now=NOW + HOUR))
    assert over.count("one phone") == 1


def test_the_chart_shows_what_is_usual_and_what_is_not() -> None:
    message = told(CROWD, LIBRARY)
    [chart] = [block["chart"] for block in message.blocks if "chart" in block]
    scans, usual, unusual = chart["series"]
    assert [scans["name"], usual["name"], unusual["name"]] == ["Scans", "Usual", "Unusual above"]
    assert scans["data"][-1] == {"label": "14:00", "value": 42}
    assert usual["data"][-1]["value"] == 5
    assert unusual["data"][-1]["value"] == 12.7
    assert message.plain is not None
    instead = message.plain[2]["text"]["text"]
    assert instead == (
        "Scans against what is usual `▁▁▁▂▂▂▂▂▃▃█`: "
        "most from 14:00, 42 where about 5 would be usual."
    )


def test_a_day_of_many_slices_is_added_up() -> None:
    quarters = [replace(band, scans=1, expected=1.0, high=4.0) for band in BANDS * 4]
    message = told(CROWD, replace(LIBRARY, bands=tuple(quarters)))
    check(message)
    [chart] = [block["chart"] for block in message.blocks if "chart" in block]
    scans, usual, unusual = (
        [point["value"] for point in series["data"]] for series in chart["series"]
    )
    assert sum(scans) == sum(usual) == len(quarters) == 60
    # Three above in each of three: the square root of 27 above all three.
    assert unusual[0] == 8.2


def test_no_chart_of_nothing() -> None:
    empty = tuple(replace(band, scans=0) for band in BANDS)
    for bands in (empty, BANDS[-1:], ()):
        assert told(CROWD, replace(LIBRARY, bands=bands)).plain is None


@pytest.mark.parametrize(
    ("found", "verb", "subject"),
    [
        (CROWD, Verb.POSTER, "p1"),
        (replace(CROWD, subject='north "hall" 2'), Verb.POSTER, 'north "hall" 2'),
        (PROGRAM_WIDE, Verb.PROGRAM, "g1"),
        (OVERALL, Verb.TOP, None),
    ],
)
def test_the_button_asks_about_the_day_of_the_event(
    found: Alert, verb: Verb, subject: str | None
) -> None:
    value = button(told(found), "ask")
    asked = command.parse(value["words"], NOW + 3 * DAY, ZONE)
    assert (asked.verb, asked.subject) == (verb, subject)
    assert asked.period.start <= found.fired_at < asked.period.end


def muted(found: Alert, about: About) -> list[str]:
    blocks: list[dict[str, Any]] = list(told(found, about).blocks)
    elements = [e for block in blocks if block["type"] == "actions" for e in block["elements"]]
    [menu] = [element for element in elements if element["type"] == "static_select"]
    return [group["label"]["text"] for group in menu["option_groups"]]


def test_what_can_be_muted() -> None:
    poster = ["Library, First Floor", "All posters at Library", "Autumn launch"]
    assert muted(CROWD, LIBRARY) == poster
    assert muted(CROWD, About()) == ["p1"]
    assert muted(PROGRAM_WIDE, PROGRAM) == ["Autumn launch"]
    assert muted(OVERALL, ALL) == ["All posters together"]
    assert button(told(CROWD), "useful") == button(told(CROWD), "noise") == {"alert": 17}


def test_occasions() -> None:
    texts = [told(found).text for found in (FIRST, MILESTONE, THRESHOLD)]
    assert texts == [
        "🎉 Library, First Floor has its first scan!",
        "🏆 Library, First Floor has reached 1,000 scans!",
        "🔔 Library, First Floor: 53 scans in the last hour, about 21 expected.",
    ]
    everything = replace(MILESTONE, scope=Scope.OVERALL, subject="", scans=100_000)
    assert told(everything, ALL).text == "🏆 All posters together have reached 100,000 scans!"
    assert "50 scans within an hour were asked for" in shown(told(THRESHOLD)).replace("\n", " ")
    assert "expected" not in told(replace(THRESHOLD, expected=0.0)).text


def test_every_kind_has_a_message() -> None:
    for kind in Kind:
        check(told(replace(CROWD, kind=kind)))
