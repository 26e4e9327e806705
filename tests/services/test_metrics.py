from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.services.metrics import Metrics
from bot.services.pulse import Asked
from bot.store import health, lanes, outbox, pauses, quarantine
from bot.store.pauses import Pause
from tests.services.poller import NOW, polls
from tests.services.world import fill, scans

if TYPE_CHECKING:
    from bot.sandbox.fake_vantio import FakeVantio
    from bot.store.database import Database
    from tests.services.poller import Poller

# What the text format allows on a line.
COMMENT = re.compile(r"# (HELP [a-z_]+ [A-Z][^\n]+\.|TYPE [a-z_]+ (gauge|counter))")
SAMPLE = re.compile(r'([a-z_]+(?:\{[a-z]+="[a-z ]+"\})?) (-?\d+(?:\.\d+)?(?:e[+-]\d+)?)')


def read(database: Database, **requests: int) -> dict[str, float]:
    """Every figure by its name and label."""
    asked = Asked(database, 20)
    text = Metrics(asked, lambda: {"ok": 0, **requests}, lambda: True, lambda: NOW).text()
    assert text.endswith("\n")
    lines = text.splitlines()
    samples = [SAMPLE.fullmatch(line) for line in lines if not COMMENT.fullmatch(line)]
    assert all(samples), text
    found = {each[1]: float(each[2]) for each in samples if each}
    assert len(found) == len(samples)
    return found


def test_a_new_store(database: Database) -> None:
    figures = read(database)
    assert figures["posterpulse_scans"] == 0
    assert figures["posterpulse_paused_channels"] == 0
    assert figures['posterpulse_messages_not_sent{state="waiting"}'] == 0
    assert figures["posterpulse_oldest_waiting_message_age_seconds"] == 0
    assert figures['posterpulse_vantio_requests_total{outcome="ok"}'] == 0
    assert figures["process_resident_memory_bytes"] > 10_000_000
    assert figures["process_start_time_seconds"] > 1_790_000_000
    assert not any("source" in name for name in figures)


def test_figures_follow_the_store(database: Database) -> None:
    fill(database, *scans(NOW - 100, 7))
    with database.write() as tx:
        health.up(tx, "Slack", NOW - 50)
        health.up(tx, "Vantio", NOW - 300)
        health.down(tx, "Vantio", NOW - 60, "no answer", "wait")
        outbox.add(tx, "a", "digest", "#a", "{}", NOW - 90)
        lanes.find(tx, "#a", "#a", "C1")
        given_up = outbox.claim(tx, NOW, "me")
        assert given_up
        outbox.bury(tx, given_up.key, "archived")
        outbox.add(tx, "b", "digest", "#a", "{}", NOW - 30)
        pauses.begin(tx, "C1", Pause("#a", NOW - 20, "archived", "Unarchive it."), dark=False)
    figures = read(database, unavailable=4)
    assert figures["posterpulse_leader"] == 1
    assert figures["posterpulse_paused_channels"] == 1
    assert figures["posterpulse_scans"] == 7
    assert figures['posterpulse_source_up{source="vantio"}'] == 0
    assert figures['posterpulse_source_up{source="slack"}'] == 1
    assert figures['posterpulse_source_last_ok_timestamp_seconds{source="vantio"}'] == NOW - 300
    assert figures['posterpulse_messages_not_sent{state="waiting"}'] == 1
    assert figures['posterpulse_messages_not_sent{state="buried"}'] == 1
    assert figures["posterpulse_messages_total"] >= 2
    assert figures["posterpulse_oldest_waiting_message_age_seconds"] == 30
    assert figures['posterpulse_vantio_requests_total{outcome="unavailable"}'] == 4


def test_a_poll_shows_in_the_figures(poller: Poller, vantio: FakeVantio, store: Database) -> None:
    vantio.add({"id": "imp_x", "poster_id": "<b>p</b>", "scanned_at": "never"})
    assert polls(poller)
    figures = read(store, **poller.client.outcomes.so_far())
    assert figures["posterpulse_scans"] == 450
    with store.read() as tx:
        assert figures["posterpulse_quarantined_rows"] == quarantine.count(tx) == 1
    assert figures['posterpulse_vantio_requests_total{outcome="ok"}'] == len(vantio.requests)


def test_requests_are_counted_by_what_came_of_them(poller: Poller, vantio: FakeVantio) -> None:
    vantio.fault("server_error", times=2)
    vantio.fault("unauthorized")
    polls(poller)
    while not polls(poller):
        pass
    outcomes = poller.client.outcomes.so_far()
    assert sum(outcomes.values()) == len(vantio.requests)
    assert (outcomes["unavailable"], outcomes["unauthorized"]) == (2, 1)
