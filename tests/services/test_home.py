"""What is read for the Home, and what is kept from whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.alert import Alert, Kind, Scope
from bot.domain.noise import Mute
from bot.domain.noise import Scope as Cover
from bot.domain.subscription import Schedule, Subscription
from bot.services.condition import Condition
from bot.services.home import Homes
from bot.services.noise import Noise
from bot.services.places import Places
from bot.services.reports import Reports
from bot.slack.sender import Sender, make_client
from bot.store import (
    alerts,
    cursors,
    directory,
    health,
    lanes,
    mutes,
    outbox,
    pauses,
    subscriptions,
)
from bot.store.pauses import Pause
from bot.store.told import intent
from tests.services.test_reports import NOW, PROGRAMS, ZONE, ask, campus, describe
from tests.services.world import BOSS, fill, scans, slack_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.home import Home
    from bot.sandbox.fake_slack import FakeSlack
    from bot.sandbox.workspace import Message
    from bot.store.database import Database


HOUR = 3600
YOU, MAYA = "U0YOU", "U0MAYA"


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    """A workspace with #posters, a private channel #secret, and one that the bot can't see."""
    with slack_of() as running:
        running.workspace.add_channel("secret", is_private=True)
        running.workspace.add_channel("hidden", is_private=True).is_member = False
        yield running


@pytest.fixture
def homes(store: Database, slack: FakeSlack) -> Homes:
    sender = Sender(make_client("xoxb-sandbox", slack.api_url, 5))
    condition = Condition(store, PROGRAMS, ZONE, ["impressions"], 300)
    places = Places(sender.channel_id, BOSS.__eq__)
    noise = Noise(store, PROGRAMS, ZONE)
    return Homes(Reports(store, PROGRAMS), condition, noise, places, sender.permalink)


def subscribe(store: Database, *channels: str, kind: str = "digest") -> None:
    with store.write() as tx:
        kept = subscriptions.every(tx)
        daily = Schedule("09:00", ZONE) if kind == "digest" else None
        wanted = [Subscription(0, kind, channel, daily) for channel in channels]
        subscriptions.reconcile(tx, [*kept, *wanted], NOW, frozenset())


def lose(store: Database, channel: str, key: str, ago: int = HOUR, kind: str = "digest") -> None:
    """Give a message up that was made some seconds ago."""
    with store.write() as tx:
        outbox.add(tx, key, kind, channel, "{}", NOW - ago)
        lanes.find(tx, channel, channel, channel)
        parcel = outbox.claim(tx, NOW, "me")
        assert parcel
        outbox.bury(tx, parcel.key, f"Slack refused. Type /invite in {channel}.")


def spike(store: Database, scope: Scope = Scope.POSTER, subject: str = "p1") -> Alert:
    found = Alert(Kind.SPIKE, scope, subject, NOW - HOUR, NOW - HOUR, HOUR, 42, 6.0, "much")
    with store.write() as tx:
        return alerts.add(tx, found)


def tell(store: Database, slack: FakeSlack, alert: Alert, channel: str) -> Message:
    """Let the message about an alert stand in a channel."""
    place = slack.workspace.channel(channel)
    posted = slack.workspace.post(place, "U0POSTERPULSE", "alert")
    with store.write() as tx:
        outbox.add(tx, intent(channel, alert.key), "alert", channel, "{}", NOW)
        lanes.find(tx, channel, channel, place.id)
        parcel = outbox.claim(tx, NOW, "me")
        assert parcel
        outbox.sent(tx, parcel.key, place.id, posted.ts, NOW, None)
    return posted


def gets(home: Home) -> list[tuple[str, str, bool]]:
    return [(place.id[:1], place.name, place.open) for _, place in home.gets]


def test_a_channel_that_is_closed_stands_at_the_top(homes: Homes, store: Database) -> None:
    pause = Pause("#posters", NOW - HOUR, "the bot is not a member", "Type /invite there.")
    with store.write() as tx:
        lanes.find(tx, "#posters", "#posters", "C0POSTERS")
        pauses.begin(tx, "C0POSTERS", pause, dark=False)
    (snag,) = homes.of(YOU, NOW).snags
    assert (snag.what, snag.at) == ("nothing is posted since", NOW - HOUR)
    assert snag.reason == "the bot is not a member. Type /invite there."


def test_the_numbers_are_those_of_the_reports(homes: Homes, store: Database) -> None:
    campus(store)
    fill(store, *scans(NOW - HOUR, 4, "p2"))
    with store.write() as tx:
        cursors.save(tx, "impressions", "{}", NOW - 60)
    home = homes.of(YOU, NOW)
    assert home.today == ask(store, "trend today")
    assert home.week == ask(store, "trend last 7 days")
    assert home.top == ask(store, "top 3 this week")
    assert (home.fresh_until, home.zone, home.now) == (NOW - 60, ZONE, NOW)
    assert (home.troubles, home.snags, home.ongoing) == ((), (), ())


def test_before_anything_was_read(homes: Homes) -> None:
    home = homes.of(YOU, NOW)
    assert home.fresh_until is None
    assert (home.today.total, home.top.rows, home.troubles) == (0, (), ())


def test_a_source_that_is_down_is_told_with_its_time(homes: Homes, store: Database) -> None:
    with store.write() as tx:
        health.down(tx, "Vantio", NOW - HOUR, "vantio.app is in trouble (503)", "Nothing to do.")
    (trouble,) = homes.of(YOU, NOW).troubles
    assert (trouble.what, trouble.since) == ("vantio.app is in trouble (503)", NOW - HOUR)


def test_messages_that_were_given_up_are_one_line_a_channel(homes: Homes, store: Database) -> None:
    lose(store, "#posters", "old", ago=3 * 86_400)
    lose(store, "#posters", "one", ago=2 * HOUR)
    lose(store, "#general", "other", kind="held alerts")
    (snag,) = [each for each in homes.of(YOU, NOW).snags if "summary" in each.what]
    assert (snag.what, snag.at) == ("the summary of alerts could not be posted on", NOW - HOUR)
    lose(store, "#posters", "two", ago=HOUR)
    general, posters = sorted(homes.of(YOU, NOW).snags, key=lambda each: each.what, reverse=True)
    assert posters.what == "2 messages could not be posted, the last on"
    assert posters.reason == "Slack refused. Type /invite in #posters."
    assert general.place.open


def test_a_private_channel_is_named_to_its_members_by_slack_alone(
    homes: Homes, store: Database, slack: FakeSlack
) -> None:
    subscribe(store, "#posters", "#secret", "#hidden", "#nowhere")
    assert gets(homes.of(YOU, NOW)) == [
        ("C", "", True),
        ("C", "", False),
        ("", "", False),
        ("", "", False),
    ]
    assert gets(homes.of(BOSS, NOW))[1:] == [
        ("C", "", True),
        ("", "#hidden", True),
        ("", "#nowhere", True),
    ]
    lose(store, "#secret", "one")
    (snag,) = homes.of(YOU, NOW).snags
    assert (snag.place.id, snag.reason) == (slack.workspace.channel("secret").id, "")
    (snag,) = homes.of(BOSS, NOW).snags
    assert "Type /invite" in snag.reason


def test_direct_messages_are_nobody_elses_business(homes: Homes, store: Database) -> None:
    subscribe(store, MAYA)
    lose(store, MAYA, "one")
    assert (homes.of(YOU, NOW).gets, homes.of(YOU, NOW).snags) == ((), ())
    for who in (MAYA, BOSS):
        home = homes.of(who, NOW)
        assert [place.id for _, place in home.gets] == [MAYA]
        assert home.snags[0].reason


def test_what_is_muted_where_all_may_know(homes: Homes, store: Database) -> None:
    describe(store)
    with store.write() as tx:
        for channel in ("#posters", "#secret", MAYA):
            mutes.add(tx, Mute(channel, Cover.POSTER, "p1", NOW + HOUR, YOU, NOW))
    assert [name for _, name, _ in homes.of(YOU, NOW).mutes] == ["Main library"]
    assert len(homes.of(MAYA, NOW).mutes) == 2
    assert len(homes.of(BOSS, NOW).mutes) == 3
    assert homes.of(BOSS, NOW + HOUR).mutes == ()


def test_what_runs_leads_to_its_message(homes: Homes, store: Database, slack: FakeSlack) -> None:
    describe(store)
    subscribe(store, "#secret", "#posters", kind="alert")
    alert = spike(store)
    tell(store, slack, alert, "#secret")
    assert [each.link for each in homes.of(YOU, NOW).ongoing] == [""]
    posted = tell(store, slack, alert, "#posters")
    stamp = posted.ts.replace(".", "")
    for _ in range(2):
        (running,) = homes.of(YOU, NOW).ongoing
        assert running.name == "Main library"
        assert running.link == f"{slack.url}archives/{posted.channel}/p{stamp}"
    assert [name for name, _ in slack.calls].count("chat.getPermalink") == 1
    with store.write() as tx:
        alerts.change(tx, alert.over(NOW))
    assert homes.of(YOU, NOW).ongoing == ()


def test_the_latest_alerts_come_first_under_their_names(homes: Homes, store: Database) -> None:
    with store.write() as tx:
        directory.save_posters(tx, [])
    for number in range(4):
        spike(store, subject=f"p{number}")
    spike(store, Scope.PROGRAM, "autumn")
    spike(store, Scope.OVERALL, "")
    names = [each.name for each in homes.of(YOU, NOW).ongoing]
    assert names[:2] == ["", "Autumn launch"]
    assert len(names) == 5


def test_a_link_that_slack_does_not_give_is_done_without(
    homes: Homes, store: Database, slack: FakeSlack
) -> None:
    subscribe(store, "#posters", kind="alert")
    tell(store, slack, spike(store), "#posters")
    slack.fault("chat.getPermalink", "internal_error")
    assert [each.link for each in homes.of(YOU, NOW).ongoing] == [""]
    assert homes.of(YOU, NOW).ongoing[0].link


def test_slack_is_asked_for_channels_seldom(
    homes: Homes, store: Database, slack: FakeSlack
) -> None:
    subscribe(store, "#posters", "#hidden")
    hidden = slack.workspace.channel("hidden")
    homes.of(YOU, NOW)
    asked = len(slack.calls)
    homes.of(MAYA, NOW + 59)
    assert len(slack.calls) == asked
    hidden.is_member = True
    assert gets(homes.of(YOU, NOW + 60))[1] == ("C", "", False)
    # A channel that turns private is not called public for long.
    slack.workspace.channel("posters").is_private = True
    assert gets(homes.of(YOU, NOW + 600))[0] == ("C", "", False)
