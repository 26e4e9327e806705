from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.alert import Kind
from bot.domain.detection.detector import Detector
from bot.domain.detection.watch import Thresholds, Watch
from bot.domain.noise import Scope as Cover
from bot.domain.noise import State
from bot.services import silences
from bot.services.feeding import Feeder
from bot.store import scans, watch
from tests.services.dying import FragileDatabase, Fuse, survives
from tests.services.street import CHANNELS, DAY, HOUR, NOW, Street

if TYPE_CHECKING:
    from bot.domain.alert import Alert
    from bot.services.alerting import Alerting
    from bot.store.database import Database


@pytest.fixture
def street(database: Database) -> Street:
    """Two posters, one of each program, are gone from now on."""
    made = Street(database)
    made.settle(4)
    made.live(NOW, NOW + 12 * DAY, "p1", "p2")
    return made


def silent(street: Street, looking: Alerting) -> list[Alert]:
    looking.look(street.now)
    return street.watched(looking, NOW + 8 * DAY, 2 * HOUR)


def test_posters_that_have_gone_quiet_are_told_once_in_one_message(street: Street) -> None:
    looking = street.alerting()
    found = silent(street, looking)
    assert {each.kind for each in found} == {Kind.QUIET}
    assert sorted(each.subject for each in found) == ["p1", "p2"]
    assert all(NOW - DAY < each.started_at < NOW for each in found)
    assert all(each.fired_at - each.started_at == each.window for each in found)
    for channel in CHANNELS:
        told = "".join(street.said(channel))
        assert len(street.said(channel)) == len({each.fired_at for each in found})
        assert told.count("gone quiet") == len(street.said(channel))


def test_it_is_told_how_often_a_poster_was_scanned_before(street: Street) -> None:
    with street.database.read() as tx:
        before = scans.totals(tx, ["p1", "p2"])
    for each in silent(street, street.alerting()):
        a_day = each.expected * DAY / each.window
        assert a_day == pytest.approx(before[each.subject] / 28, rel=0.3)


def test_when_one_is_scanned_again_the_message_says_so(street: Street) -> None:
    looking = street.alerting()
    silent(street, looking)
    before = len(street.said())
    street.crowd("p1", 1)
    assert street.watched(looking, street.now + 600) == []
    [back] = [each for each in street.kept() if each.resolved_at]
    assert back.subject == "p1"
    assert "Scanned again" in str([each.message for each in street.messages()])
    street.crowd("p2", 1)
    assert street.watched(looking, street.now + 3 * HOUR) == []
    assert len(street.said()) == before
    assert all("scanned again" in text for text in street.said())


def test_a_start_at_every_look_tells_no_silence_twice(street: Street) -> None:
    street.alerting().look(street.now)
    found = []
    for _ in range(16):
        street.now += DAY // 2
        found += street.alerting().look(street.now)
    assert sorted(each.subject for each in found) == ["p1", "p2"]
    street.crowd("p1", 1)
    street.now += 300
    street.alerting().look(street.now)
    assert [each.subject for each in street.kept() if each.resolved_at] == ["p1"]


@pytest.mark.parametrize("restarted", [True, False])
def test_dying_in_the_middle_tells_of_each_once(street: Street, *, restarted: bool) -> None:
    street.alerting().look(street.now)
    with street.database.read() as tx:
        state = watch.load(tx)
    assert state
    for dies_at in range(12):
        with street.database.write() as tx:
            tx.execute("delete from alert")
            tx.execute("delete from outbox")
            watch.save(tx, NOW, state)
        street.now = NOW + 8 * DAY
        fragile = FragileDatabase(street.database, Fuse(dies_at))
        looking = street.alerting(database=fragile)
        lived = survives(looking, street.now)
        fragile.fuse.left = -1
        looking = street.alerting() if restarted else looking
        looking.look(street.now + 60)
        assert sorted(each.subject for each in street.kept()) == ["p1", "p2"]
        assert len(street.said()) == 1
        if lived:
            return
    pytest.fail("it never came to an end")


def test_what_was_quiet_before_the_first_look_is_history(street: Street) -> None:
    street.now = NOW + 8 * DAY
    looking = street.alerting()
    assert looking.look(street.now) == []
    assert street.watched(looking, NOW + 11 * DAY, 3 * HOUR) == []
    assert street.kept() == []


@pytest.mark.parametrize("state", State)
def test_of_what_was_taken_down_nobody_is_asked(street: Street, state: State) -> None:
    looking = street.alerting()
    looking.telling.noise.stand("p1", state, "U1", NOW)
    found = silent(street, looking)
    expected = ["p1", "p2"] if state is State.UP else ["p2"]
    assert sorted(each.subject for each in found) == expected


def test_a_channel_hears_nothing_of_what_it_muted(street: Street) -> None:
    looking = street.alerting()
    street.crowd("p1", 24, NOW)
    [alert] = looking.look(street.now)
    noise = looking.telling.noise
    assert noise.mute(alert.key, CHANNELS[0], Cover.POSTER, NOW + 30 * DAY, "U1", NOW)
    street.watched(looking, NOW + 2 * HOUR)
    street.now = NOW + 11 * DAY
    assert len(looking.look(street.now)) == 2
    street.crowd("p2", 1)
    street.watched(looking, street.now + 600)
    about = [str(each.message) for each in street.messages() if "quiet" in str(each.message)]
    assert not any("Hall 1" in text for text in about)
    assert any("Hall 2" in each for each in street.said())


def test_a_scan_that_is_not_learned_yet_ends_a_silence(street: Street) -> None:
    keen = Watch(Detector(lambda hour: hour % 168), Thresholds(silence=0.01))
    street.crowd("p1", 1, NOW + 2 * DAY)
    Feeder(street.database, keen.detector).catch_up(NOW + 2 * DAY)
    quiet = [keen.detector.roster.poster_ids[n] for n in silences.newly_quiet(keen)]
    assert "p2" in quiet
    assert "p1" not in quiet


def test_who_was_told_as_quiet_is_remembered_after_a_start(street: Street) -> None:
    silent(street, street.alerting())
    looking = street.alerting()
    looking.watching.watch.thresholds = Thresholds(silence=99.0)
    looking.watching.watch.detector.silence.told[:] = 0  # dead before that was kept
    looking.look(street.now + 300)
    assert not [each for each in street.kept() if each.resolved_at]
    street.crowd("p1", 1)
    looking.look(street.now + 4 * HOUR)
    assert [each.subject for each in street.kept() if each.resolved_at] == ["p1"]
