from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.services.outages import A_WHILE, Outages
from bot.slack.message import Message
from bot.slack.terminal import as_text
from bot.store import health, lanes, outbox
from tests.services.poller import NOW, Poller, polls
from tests.services.world import outgoing

if TYPE_CHECKING:
    from bot.sandbox.fake_vantio import FakeVantio
    from bot.store.database import Database

WAIT = "Nothing to do: the bot keeps trying, and reads what it missed."


def teller(store: Database) -> Outages:
    return Outages(store, "#ops", "Europe/Berlin")


def said(store: Database) -> list[str]:
    """What the channel was told or is to be told, as a person reads it."""
    with store.read() as tx:
        gone = {i for (i,) in tx.rows("select intent from outbox where state = 'withdrawn'")}
    return [
        as_text(Message.from_dict(each.message), 500)
        for each in outgoing(store)
        if each.channel == "#ops" and each.intent not in gone
    ]


def delivered(store: Database) -> None:
    """Slack took everything."""
    with store.write() as tx:
        while lane := lanes.seek(tx, NOW * 2000):
            lanes.find(tx, lane, "#ops", "C1")
        while parcel := outbox.claim(tx, NOW * 2, "me"):
            outbox.sent(tx, parcel.key, "C1", "1.1", NOW, None, parcel.message)


def down(store: Database, source: str, at: int, *, urgent: bool = False) -> None:
    with store.write() as tx:
        health.down(tx, source, at, f"{source} is in trouble (503)", WAIT, urgent=urgent)


def up(store: Database, source: str, at: int) -> None:
    with store.write() as tx:
        health.up(tx, source, at)


def look(store: Database, at: int) -> None:
    """Twice, as two processes may look, and the clock looks again and again."""
    teller(store).look(at)
    teller(store).look(at)


def test_an_outage_is_told_once_when_it_lasts_and_once_when_it_ends(database: Database) -> None:
    down(database, "Vantio", NOW)
    look(database, NOW + A_WHILE - 1)
    assert said(database) == []
    look(database, NOW + A_WHILE)
    down(database, "Vantio", NOW + A_WHILE + 60)
    look(database, NOW + 3 * A_WHILE)
    (first,) = said(database)
    assert first.startswith("⚠️ Vantio has not answered since Thu 1 Oct 2026 16:13")
    assert first.endswith(
        "(Europe/Berlin), so no scans come in.\n"
        "Vantio is in trouble (503). Nothing to do: the bot keeps trying, and reads what it missed."
    )
    delivered(database)
    up(database, "Vantio", NOW + 4 * A_WHILE)
    look(database, NOW + 4 * A_WHILE)
    (_, over) = said(database)
    assert over.startswith(
        "✅ Vantio answers again.\nIt did not from Thu 1 Oct 2026 16:13 to 18:13 (Europe/Berlin): "
    )
    assert over.endswith("Vantio is in trouble (503). What was missed has been read.")
    # The next one is another one.
    down(database, "Vantio", NOW + 10 * A_WHILE)
    look(database, NOW + 12 * A_WHILE)
    assert len(said(database)) == 3


def test_a_short_one_is_not_worth_a_word(database: Database) -> None:
    down(database, "Vantio", NOW)
    look(database, NOW + 10)
    up(database, "Vantio", NOW + 20)
    look(database, NOW + 10 * A_WHILE)
    assert said(database) == []
    with database.read() as tx:
        assert health.outages(tx) == []


def test_one_that_only_a_person_can_end_is_told_at_once(database: Database) -> None:
    down(database, "Vantio", NOW, urgent=True)
    look(database, NOW)
    assert len(said(database)) == 1
    delivered(database)
    up(database, "Vantio", NOW + 5)
    look(database, NOW + 5)
    assert len(said(database)) == 2


def test_one_that_nobody_could_be_told_of_is_told_in_one_line(database: Database) -> None:
    down(database, "Vantio", NOW)
    look(database, NOW + A_WHILE)  # but Slack takes nothing
    up(database, "Vantio", NOW + A_WHILE + 60)
    look(database, NOW + A_WHILE + 60)
    (line,) = said(database)
    assert line.startswith("✅ Vantio answers again.")


def test_of_slack_nothing_is_told_but_one_line_afterwards(database: Database) -> None:
    down(database, "Slack", NOW, urgent=True)
    look(database, NOW + 5 * A_WHILE)
    assert said(database) == []
    up(database, "Slack", NOW + 6 * A_WHILE)
    look(database, NOW + 6 * A_WHILE)
    (line,) = said(database)
    assert line.startswith("✅ Slack takes messages again.\nIt did not from ")
    assert line.endswith("What waited is sent now.")


def test_without_a_channel_nobody_is_told(database: Database) -> None:
    nobody = Outages(database, "", "UTC")
    down(database, "Vantio", NOW, urgent=True)
    nobody.look(NOW + A_WHILE)
    up(database, "Vantio", NOW + A_WHILE)
    nobody.look(NOW + A_WHILE)
    assert outgoing(database) == []
    with database.read() as tx:
        assert health.outages(tx) == []


@pytest.mark.parametrize(("kind", "urgent"), [("unauthorized", True), ("server_error", False)])
def test_a_poll_that_fails_says_whether_a_person_is_needed(
    poller: Poller, vantio: FakeVantio, store: Database, kind: str, *, urgent: bool
) -> None:
    vantio.fault(kind, times=9)  # type: ignore[arg-type] # one of its kinds
    assert not polls(poller)
    with store.read() as tx:
        (outage,) = health.outages(tx)
    assert (outage.source, outage.began, outage.urgent) == ("Vantio", NOW, urgent)
    while not polls(poller):
        poller.now += 600
    with store.read() as tx:
        assert [each.ended for each in health.outages(tx)] == [poller.now]


def test_managers_are_told_once_even_if_it_began_as_something_that_passes(
    poller: Poller, vantio: FakeVantio, store: Database
) -> None:
    vantio.fault("server_error", times=4)
    vantio.fault("unauthorized", times=2)
    assert not polls(poller)
    assert outgoing(store) == []
    for _ in range(2):
        poller.now += 300
        assert not polls(poller)
    assert [(each.channel, each.kind) for each in outgoing(store)] == [
        ("U1", "trouble"),
        ("U2", "trouble"),
    ]


def test_every_process_says_once_that_vantio_is_down(
    vantio: FakeVantio, store: Database, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        poller = Poller(vantio, store)
        vantio.fault("unauthorized", times=2)
        assert not polls(poller)
        assert not polls(poller)
        poller.client.close()
    poller = Poller(vantio, store)
    assert polls(poller)
    poller.client.close()
    told = [record.message for record in caplog.records if record.levelname != "DEBUG"]
    assert [text.partition(":")[0] for text in told] == [
        *["Vantio does not answer"] * 2,
        "Vantio answers again.",
    ]
