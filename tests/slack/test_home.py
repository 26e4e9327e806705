"""The Home, as its reader sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.alert import Alert, Kind, Scope
from bot.domain.command import Verb
from bot.domain.home import Home, Ongoing, Place, Snag
from bot.domain.model import Answer, Trouble
from bot.domain.noise import Mute
from bot.domain.noise import Scope as Cover
from bot.domain.subscription import Schedule, Subscription
from bot.sandbox.blocks import view_problems
from bot.slack import views
from bot.slack.terminal import as_text
from tests.slack.limits import check
from tests.slack.samples import DAY, HOUR, NOW, ROWS, ZONE, empty, found
from tests.slack.test_hostile import COUNT, TEXT, answers, fine, unhurried

if TYPE_CHECKING:
    from bot.slack.message import Message

POSTERS, SECRET, BO = Place("C0POST1", open=True), Place("G0HID1"), Place("U0BOSS1", open=True)
SPIKE = Alert(
    Kind.SPIKE,
    Scope.POSTER,
    "p1",
    NOW - HOUR,
    NOW - 120,
    HOUR,
    42,
    6.2,
    "much",
    score=4.0,
    now=42,
    usual=6.2,
)
DAILY = Subscription(1, "digest", "#posters", Schedule("09:00", ZONE), next_due=NOW + DAY)
WEEKLY = Subscription(
    2, "leaderboard", "#x", Schedule("09:05", ZONE, 0), "program:autumn", NOW + 7 * DAY
)
LIBRARY = Mute("#posters", Cover.POSTER, "p_1", NOW + 5 * HOUR, "U0MAYA1", NOW, 7)
QUIET = Home(
    now=NOW,
    zone=ZONE,
    fresh_until=NOW - 130,
    today=found(Verb.TREND, "today", total=12, total_before=10),
    week=found(Verb.TREND, "last 7 days"),
    top=found(Verb.TOP, "this week", rows=ROWS[:2]),
)
BUSY = replace(
    QUIET,
    troubles=(Trouble("vantio.app is in trouble (503)", "Nothing to do.", NOW - 2 * HOUR),),
    snags=(
        Snag(
            POSTERS,
            "the digest could not be posted on",
            NOW - HOUR,
            "Type /invite @posterpulse there.",
        ),
        Snag(SECRET, "nothing is posted since", NOW - HOUR, ""),
    ),
    ongoing=(Ongoing(SPIKE, "Main Library", "https://x.slack.com/archives/C0POST1/p1"),),
    gets=(
        (DAILY, POSTERS),
        (WEEKLY, SECRET),
        (Subscription(3, "alert", "#hidden"), Place()),
        (Subscription(4, "alert", "#hidden"), Place(name="#hidden", open=True)),
        (replace(DAILY, next_due=NOW + 8 * HOUR), BO),
        (replace(DAILY, next_due=NOW - 60), BO),
    ),
    mutes=((LIBRARY, "Library, First Floor", POSTERS),),
)

few = settings(unhurried, max_examples=30)
PLACES = st.builds(Place, TEXT | st.just("C0A1"), TEXT, st.booleans())
SUBSCRIPTIONS = st.builds(
    Subscription,
    st.just(1),
    TEXT,
    TEXT,
    st.none() | st.just(Schedule("09:00", ZONE)),
    TEXT,
    st.none() | st.integers(NOW - DAY, NOW + 40 * DAY),
)
ONGOING = st.builds(
    Ongoing,
    st.builds(
        lambda scope, subject, scans: replace(SPIKE, scope=scope, subject=subject, scans=scans),
        st.sampled_from(Scope),
        TEXT,
        COUNT,
    ),
    TEXT,
    st.builds("x{}".format, TEXT),  # no address, which Slack alone gives
)
MUTES = st.builds(
    Mute, TEXT, st.sampled_from(Cover), TEXT, st.just(NOW + DAY), TEXT, st.just(NOW), COUNT
)
HOMES = st.builds(
    Home,
    now=st.just(NOW),
    zone=st.just(ZONE),
    fresh_until=st.none() | st.integers(NOW - 30 * DAY, NOW + 60),
    today=answers(),
    week=answers(),
    top=answers(),
    troubles=st.lists(st.builds(Trouble, TEXT, TEXT, st.none() | st.just(NOW)), max_size=7).map(
        tuple
    ),
    snags=st.lists(st.builds(Snag, PLACES, TEXT, st.just(NOW), TEXT), max_size=7).map(tuple),
    ongoing=st.lists(ONGOING, max_size=5).map(tuple),
    gets=st.lists(st.tuples(SUBSCRIPTIONS, PLACES), max_size=30).map(tuple),
    mutes=st.lists(st.tuples(MUTES, TEXT, PLACES), max_size=14).map(tuple),
)


def wide(message: Message) -> str:
    """The message in a terminal that breaks no line, once it is known to be within limits."""
    check(message)
    return as_text(message, 200)


def busy(**changes: Any) -> Home:  # noqa: ANN401 - fields of Home
    """The busy one without links, which no other message of ours has."""
    quiet = tuple(replace(each, link="") for each in BUSY.ongoing)
    return replace(BUSY, **{"ongoing": quiet} | changes)


def test_a_quiet_day() -> None:
    text = wide(views.home(QUIET))
    assert text.startswith("12 scans today so far, ▲ 20 % against the same part of yesterday")
    for line in (
        "Mon 23 Nov 2026 09:00, Europe/Berlin · Vantio was last read",
        "102 scans in the last 7 days",
        "Thu 19  ████",
        "1. Main Library, Entrance",
        "Nothing is out of the ordinary.",
        "/posters top 5 last week · the most scanned posters",
    ):
        assert line in text
    assert "⚠️" not in text
    assert "Muted" not in text


def test_what_is_wrong_comes_first_with_what_to_do() -> None:
    text = wide(views.home(busy(), "That mute had ended already."))
    note, down, lost, hidden, point, *_ = text.split("\n\n")
    assert note == "That mute had ended already."
    assert down == ("⚠️ vantio.app is in trouble (503), since Mon 23 Nov 2026 07:00\nNothing to do.")
    assert lost == (
        "⚠️ #C0POST1: the digest could not be posted on Mon 23 Nov 2026 08:00\n"
        "Type /invite @posterpulse there."
    )
    assert "posterpulse check" in hidden
    assert point.startswith("12 scans today")


def test_numbers_that_are_not_whole_say_so() -> None:
    note = "Vantio has not answered since 07:00 (Europe/Berlin): newer scans are missing."
    text = wide(views.home(replace(QUIET, today=replace(QUIET.today, notes=(note,)))))
    assert f"last read 2 min ago\n{note}" in text


def test_many_troubles_are_counted() -> None:
    text = wide(views.home(busy(troubles=BUSY.troubles * 9)))
    assert text.count("⚠️") == 5
    assert "6 more troubles: see /posters status." in text


def test_what_runs_comes_and_is_muted() -> None:
    text = wide(views.home(busy()))
    for part in (
        "📈 Main Library: 42 scans in the last hour, about 6 expected.",
        "#C0POST1 · digest daily at 09:00 (Europe/Berlin), next tomorrow",
        "only program:autumn, next on Mon 30 Nov 2026",
        "A channel that I can't see · alerts as they come",
        "#hidden · alerts as they come",
        "@U0BOSS1 · digest daily at 09:00 (Europe/Berlin), next today",
        "@U0BOSS1 · digest daily at 09:00 (Europe/Berlin), due now",
        "Library, First Floor in #C0POST1\nuntil Mon 14:00 (Europe/Berlin) · by @U0MAYA1",
    ):
        assert part in text


def test_more_than_fits_is_counted() -> None:
    text = wide(views.home(busy(gets=BUSY.gets * 4, mutes=BUSY.mutes * 12)))
    assert "and 9 more" in text
    assert "2 more mutes: see /posters mutes." in text


def test_an_alert_leads_to_its_message() -> None:
    message = views.home(BUSY)
    linked = "<https://x.slack.com/archives/C0POST1/p1|See the message>"
    assert [block for block in message.blocks if linked in str(block)]
    evil = replace(BUSY.ongoing[0], link="https://x.example/>|<!channel>")
    fine(views.home(replace(BUSY, ongoing=(evil,))))


def test_what_runs_was_counted_when_vantio_was_last_read() -> None:
    early = replace(BUSY.ongoing[0], link="", alert=replace(SPIKE, fired_at=NOW - 3 * HOUR))
    text = wide(views.home(busy(ongoing=(early,), fresh_until=NOW - 2 * HOUR)))
    assert "42 scans in the hour to 07:00, about 6 expected." in text
    assert "Vantio was last read 2 h ago" in text


def test_before_the_first_reading_there_are_no_numbers() -> None:
    nothing: Answer = empty(Verb.TREND, "today")
    text = wide(views.home(replace(QUIET, fresh_until=None, today=nothing, week=nothing)))
    assert text.startswith("I am reading your Vantio account for the first time.")
    assert "Running now" not in text
    assert "/posters help" in text


def test_a_week_without_scans() -> None:
    nothing = empty(Verb.TOP, "this week")
    assert "Nothing was scanned yet this week." in wide(views.home(replace(QUIET, top=nothing)))


@few
@given(HOMES, st.just("") | st.just("Alerts about Gym are told in <#C1> again."))
def test_nobody_breaks_it(found: Home, note: str) -> None:
    message = views.home(found, note)
    fine(message)
    for blocks in (message.blocks, message.plain or message.blocks):
        assert view_problems({"type": "home", "blocks": list(blocks)}) == []
