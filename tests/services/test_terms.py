"""Two that lead for a moment: what the one before does comes to nothing, and does no harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.fake_vantio import FakeVantio
from bot.store import impressions, outbox, watch
from bot.store.counts import everything
from bot.store.leadership import DeposedError, begin
from tests.services.poller import Poller, ids, row
from tests.services.street import CHANNELS, TICK, Street
from tests.services.test_digests import DUE, digest, due, publisher, subscribe
from tests.services.world import outgoing

if TYPE_CHECKING:
    from bot.services.taking import Sync
    from bot.store.database import Database


def test_a_sweep_that_is_overtaken_keeps_nothing_more(database: Database) -> None:
    with FakeVantio([row(n) for n in range(450)], cap=20) as vantio:
        before = Poller(vantio, begin(database))
        fresh: list[Poller] = []

        def take_over(came: Sync) -> None:
            if came.new > 100 and not fresh:
                fresh.append(Poller(vantio, begin(database)))
                fresh[0].polling.poll()

        with pytest.raises(DeposedError):
            before.polling.poll(progress=take_over)
        assert len(ids(database)) == 450
        with database.read() as tx:
            assert everything(tx) == 450
        vantio.add(*(row(n) for n in range(450, 460)))
        assert fresh[0].polling.poll().new == 10
        with pytest.raises(DeposedError):
            before.polling.poll()
        for each in (before, *fresh):
            each.client.close()


def test_what_was_scanned_lately_is_told_by_the_new_leader_alone(database: Database) -> None:
    street = Street(database)
    street.settle()
    before = street.alerting(database=begin(database))
    before.look(street.now)
    street.crowd("p3", 24, street.now + TICK)
    fresh = street.alerting(database=begin(database))
    with pytest.raises(DeposedError):
        before.look(street.now + TICK)
    assert street.kept() == []
    [found] = fresh.look(street.now + TICK)
    assert [each.key for each in street.kept()] == [found.key]
    assert [len(street.messages(channel)) for channel in CHANNELS] == [1, 1]


def test_what_was_told_by_the_leader_before_is_not_told_again(database: Database) -> None:
    street = Street(database)
    street.settle()
    before = street.alerting(database=begin(database))
    before.look(street.now)
    street.crowd("p3", 24, street.now + TICK)
    [told] = before.look(street.now + TICK)
    fresh = street.alerting(database=begin(database))
    assert street.watched(fresh, street.now + 30 * TICK) == []
    assert [each.key for each in street.kept()] == [told.key]
    assert "it is over" in street.said()[0]


def test_what_a_leader_has_learned_stays_when_the_one_before_saves_late(database: Database) -> None:
    street = Street(database)
    street.settle()
    before = street.alerting(database=begin(database))
    before.watching.catch_up(street.now)
    street.alerting(database=begin(database)).look(street.now)
    with database.read() as tx:
        learned = watch.load(tx)
    assert learned
    with pytest.raises(DeposedError):
        before.watching.save()
    with database.read() as tx:
        assert watch.load(tx) == learned


def test_what_is_due_is_published_by_one(database: Database) -> None:
    subscribe(database, digest())
    before, fresh = publisher(begin(database)), publisher(begin(database))
    with pytest.raises(DeposedError):
        before.publish_due(DUE)
    assert outgoing(database) == []
    assert fresh.publish_due(DUE) == 1
    assert len(outgoing(database)) == 1
    assert due(database) == [DUE + 86_400]


def test_even_without_a_fence_an_intent_is_one_message(database: Database) -> None:
    for _ in range(2):
        with database.write() as tx:
            outbox.add(tx, "digest/1", "digest", "#posters", "{}", DUE)
    assert len(outgoing(database)) == 1


def test_readers_need_no_term(database: Database) -> None:
    before, fresh = begin(database), begin(database)
    with fresh.write() as tx:
        impressions.add(tx, [], lambda _: [])
    with before.read() as tx:
        assert everything(tx) == 0
    before.close()
    assert before.name == database.name
    assert before.dialect == database.dialect
