"""Slack was away: what is over by then is told in one message, and each alert once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert import Alert, Kind, Scope
from bot.domain.noise import Scope as Cover
from bot.store import alerts, directory, held, told
from tests.services.dying import FragileDatabase, Fuse, Killed
from tests.services.street import HOUR, MINUTE, NOW, Street
from tests.services.test_joining import Postman
from tests.services.world import outgoing
from tests.store.samples import emptied, modest

if TYPE_CHECKING:
    from bot.services.alerting import Alerting
    from bot.store.database import Database

POSTERS = 12
CHANNEL = "#alerts"


@pytest.fixture
def street(database: Database) -> Street:
    return opened(database)


def opened(database: Database) -> Street:
    """A street where nothing happens by itself."""
    made = Street(database, posters=POSTERS)
    with database.write() as tx:
        directory.save_posters(tx, [made.poster(n) for n in range(POSTERS)])
    made.subscribe(CHANNEL)
    return made


def begin(looking: Alerting, n: int, now: int, kind: Kind = Kind.SPIKE) -> Alert:
    """An alert about poster `n`, told."""
    over = now if kind in {Kind.FIRST_SCAN, Kind.MILESTONE} else None
    new = Alert(kind, Scope.POSTER, f"p{n}", now, now, HOUR, 42, 6.0, "much", resolved_at=over)
    with looking.database.write() as tx:
        kept = alerts.add(tx, new)
        looking.telling.tell(tx, kept, now)
    return kept


def end(looking: Alerting, alert: Alert, now: int) -> None:
    with looking.database.write() as tx:
        over = replace(alert, resolved_at=now, total=96)
        alerts.change(tx, over)
        looking.telling.change(tx, over, now, ())


def away(database: Database, *states: str) -> list[str]:
    """What the messages say that tell of alerts which were over."""
    with database.read() as tx:
        rows = tx.rows("select intent, state from outbox")
    chosen = {intent for intent, state in rows if not states or state in states}
    return [
        "\n".join(part["text"]["text"] for part in each.message["blocks"][:-2])
        for each in outgoing(database)
        if each.kind == "held alerts" and each.intent in chosen
    ]


def states(database: Database) -> dict[str, str]:
    with database.read() as tx:
        return dict(tx.rows("select intent, state from outbox"))


def test_what_was_over_before_slack_was_back_is_told_in_one_message(street: Street) -> None:
    looking = street.alerting()
    first, second, third = (begin(looking, n, NOW) for n in range(3))
    end(looking, first, NOW + HOUR)
    assert looking.release(NOW + HOUR) == 1
    end(looking, second, NOW + 2 * HOUR)
    assert looking.release(NOW + 2 * HOUR) == 0
    [said] = away(street.database, "waiting")
    assert said == (
        "While I was away: *2 alerts* came and went.\n"
        "• *Hall 0 - Door*: 42 scans in an hour, about 6 expected, Wed 14:00, over Wed 15:00 after "
        "96 scans\n"
        "• *Hall 1 - Door*: 42 scans in an hour, about 6 expected, Wed 14:00, over Wed 16:00 after "
        "96 scans"
    )
    found = states(street.database)
    for each in (first, second):
        intent = told.intent(CHANNEL, each.key)
        assert (found[intent], found[f"{intent}/details"]) == ("withdrawn", "buried")
    assert found[told.intent(CHANNEL, third.key)] == "waiting"
    Postman(street.database).take("sent", NOW)
    assert looking.release(NOW + 3 * HOUR) == 0


def test_once_it_is_sent_the_next_begins_anew(street: Street) -> None:
    looking, post = street.alerting(), Postman(street.database)
    for n in range(2):
        end(looking, begin(looking, n, NOW), NOW + HOUR)
        assert looking.release(NOW + HOUR) == 1
        post.take("sent", NOW + HOUR)
    assert [f"Hall {n}" in text for n, text in enumerate(away(street.database, "sent"))] == [
        True,
        True,
    ]
    assert looking.release(NOW + 2 * HOUR) == 0
    with street.database.read() as tx:
        assert held.alerts(tx, CHANNEL) == []


def test_while_the_fate_of_one_is_unknown_no_other_is_made(street: Street) -> None:
    looking, post = street.alerting(), Postman(street.database)
    for n, deed in enumerate(["doubt", "lost"]):
        end(looking, begin(looking, n, NOW + n * HOUR), NOW + (n + 1) * HOUR)
        assert looking.release(NOW + (n + 1) * HOUR) == 1 - n
        post.take(deed, NOW + (n + 1) * HOUR)
    assert looking.release(NOW + 3 * HOUR) == 0
    [said] = away(street.database)
    assert "Hall 0" in said
    assert "Hall 1" in said


def test_a_message_that_is_only_waiting_for_its_turn_is_sent(street: Street) -> None:
    looking = street.alerting()
    end(looking, begin(looking, 0, NOW), NOW + MINUTE)
    assert looking.release(NOW + 2 * MINUTE) == 0


@pytest.mark.parametrize("kind", [Kind.FIRST_SCAN, Kind.MILESTONE])
def test_good_news_keeps_for_an_hour(street: Street, kind: Kind) -> None:
    looking = street.alerting()
    begin(looking, 0, NOW, kind)
    assert looking.release(NOW + HOUR) == 0
    assert looking.release(NOW + HOUR + 1) == 1
    assert "came and went" in away(street.database)[0]


def test_what_goes_on_again_while_it_waits_is_told_as_such(street: Street) -> None:
    looking = street.alerting()
    alert = begin(looking, 0, NOW)
    end(looking, alert, NOW + HOUR)
    looking.release(NOW + HOUR)
    with street.database.write() as tx:
        alerts.change(tx, alert)
    looking.release(NOW + 2 * HOUR)
    [said] = away(street.database)
    assert said.startswith("While I was away: *1 alert* came.\n")
    assert said.endswith("still going on")


def test_a_group_of_quiet_posters_is_over_when_all_are(street: Street) -> None:
    looking = street.alerting()
    with street.database.write() as tx:
        new = [Alert(Kind.QUIET, Scope.POSTER, f"p{n}", 0, NOW, HOUR, 0, 9, "") for n in range(2)]
        first = alerts.add(tx, new[0])
        second = alerts.add(tx, replace(new[1], group=first.key))
        looking.telling.tell_together(tx, [first, second], NOW)
        alerts.change(tx, first.over(NOW + HOUR))
    assert looking.release(NOW + HOUR) == 0
    with street.database.write() as tx:
        alerts.change(tx, second.over(NOW + HOUR))
    assert looking.release(NOW + HOUR) == 1
    assert "2 alerts" in away(street.database)[0]


def test_what_is_muted_meanwhile_is_left_out(street: Street) -> None:
    looking = street.alerting()
    first, second = begin(looking, 0, NOW), begin(looking, 1, NOW)
    for each in (first, second):
        end(looking, each, NOW + HOUR)
    looking.release(NOW + HOUR)
    mute = looking.telling.noise.mute
    mute(first.key, CHANNEL, Cover.POSTER, NOW + 9 * HOUR, "U1", NOW + HOUR)
    looking.release(NOW + 2 * HOUR)
    [said] = away(street.database, "waiting")
    assert "Hall 0" not in said
    assert "Hall 1" in said
    mute(second.key, CHANNEL, Cover.POSTER, NOW + 9 * HOUR, "U1", NOW + HOUR)
    looking.release(NOW + 2 * HOUR)
    assert away(street.database, "waiting") == []


# An alert begins or is over; a look, with a death after so many steps; what Slack does.
deeds = st.one_of(
    st.tuples(st.just("scanned"), st.integers(0, POSTERS - 1)),
    st.tuples(st.just("look"), st.integers(0, 5)),
    st.tuples(st.sampled_from(["sent", "refused", "doubt", "landed", "lost"]), st.just(0)),
)


@given(st.lists(deeds, max_size=40))
@modest(max_examples=30)
def test_each_alert_is_told_once_whatever_happens(
    database: Database, history: list[tuple[str, int]]
) -> None:
    street = opened(emptied(database))
    looking, post, now = street.alerting(), Postman(database), NOW
    begun: dict[int, Alert] = {}
    ended: set[int] = set()
    for deed, number in history:
        now += 10 * MINUTE
        if deed == "look":
            try:
                street.alerting(database=FragileDatabase(database, Fuse(number))).release(now)
            except Killed:
                continue
        elif deed != "scanned":
            post.take(deed, now)
        elif number not in begun:
            begun[number] = begin(looking, number, now)
        elif number not in ended:
            end(looking, begun[number], now)
            ended.add(number)
    looking.release(now)
    post.finish(now)
    own = {intent for intent, state in states(database).items() if state == "sent"}
    summed = away(database, "sent")
    for number, alert in begun.items():
        mentions = [f"*Hall {number} - Door*" in text for text in summed]
        assert (told.intent(CHANNEL, alert.key) in own) + sum(mentions) == 1
