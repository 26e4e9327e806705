"""Nothing twice and nothing lost, whoever dies on the way and however many look."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest

from bot.domain.alert import Kind
from bot.services import watching
from bot.services.alerting import Wanted
from bot.services.fixed_thresholds import FixedThreshold
from tests.services.dying import FragileDatabase, Fuse, survives
from tests.services.street import CHANNELS, DAY, HOUR, NOW, TICK, Street

if TYPE_CHECKING:
    from bot.domain.alert import Alert
    from bot.domain.detection.watch import Watch
    from bot.services.watching import Seen
    from bot.store.database import Database


@pytest.fixture
def street(database: Database) -> Street:
    made = Street(database)
    made.settle()
    return made


def test_a_start_at_every_look_changes_nothing(street: Street) -> None:
    street.alerting().look(street.now)
    street.crowd("p3", 24, street.now + TICK)
    found = []
    for _ in range(30):
        found += street.watched(street.alerting(), street.now + TICK)
    assert [each.subject for each in found] == ["p3"]
    [text] = street.said()
    assert "it is over" in text
    street.crowd("p3", 24)
    assert street.watched(street.alerting(), street.now + TICK) == []
    assert "it is over" not in street.said()[0]


@pytest.mark.parametrize("restarted", [True, False])
def test_dying_anywhere_leaves_no_alert_half_told(street: Street, *, restarted: bool) -> None:
    wanted = Wanted(thresholds=(FixedThreshold(20, HOUR),))
    street.live(NOW, NOW + 12 * DAY)
    street.alerting(wanted=wanted).look(street.now)
    for dies_at in range(30):
        street.now += 9 * HOUR
        street.crowd(f"p{dies_at % 8}", 24)
        before, known = len(street.messages()), len(street.kept())
        fragile = FragileDatabase(street.database, Fuse(dies_at))
        looking = street.alerting(wanted=wanted, database=fragile)
        lived = survives(looking, street.now)
        fragile.fuse.left = -1
        for _ in range(2):
            street.now += 60
            looking = street.alerting(wanted=wanted) if restarted else looking
            looking.look(street.now)
        new = street.kept()[known:]
        assert sorted(each.kind for each in new if each.kind is not Kind.MILESTONE) == [
            Kind.SPIKE,
            Kind.THRESHOLD,
        ]
        assert len(street.messages()) - before == len(new)
        assert len(street.messages(CHANNELS[1])) == len(street.messages())
        if lived:
            return
    pytest.fail("it never came to an end")


def test_two_processes_at_once_tell_once(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = [street.alerting(), street.alerting()]
    for each in pair:
        each.look(street.now)
    street.crowd("p3", 24, street.now + TICK)
    both = Barrier(2)
    judge = watching.judge

    def together(watch: Watch, now: int) -> Seen:
        both.wait(60)
        return judge(watch, now)

    monkeypatch.setattr(watching, "judge", together)
    found: list[Alert] = []

    def look(number: int) -> None:
        found.extend(pair[number].look(street.now + TICK + number))

    threads = [Thread(target=look, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(street.kept()) == 1
    assert [len(street.messages(channel)) for channel in CHANNELS] == [1, 1]
