from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.listing import Order
from bot.domain.sweep import load
from bot.store import counts, cursors, quarantine, retention
from tests.services.feed_model import NOW, START, STEP, FeedModel, agree, filled, held
from tests.services.feed_weather import Broken

if TYPE_CHECKING:
    from bot.store.database import Database
    from tests.services.feed_model import Order as Listed


@pytest.mark.parametrize(("order", "most"), [("newest", 3), ("oldest", 2)])
def test_a_quiet_poll_costs_its_proof_alone(store: Database, order: Listed, most: int) -> None:
    feed = filled(order, 5_000)
    first = feed.ingest(store).sync()
    assert (first.new, first.complete) == (5_000, True)
    assert first.requests <= 51 + 8
    quiet = feed.ingest(store).sync()
    assert (quiet.new, quiet.complete) == (0, True)
    assert quiet.requests <= most


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize(("new", "most"), [(10, 3), (450, 8)])
def test_a_poll_costs_what_is_new_and_its_proof(
    store: Database, order: Listed, new: int, most: int
) -> None:
    feed = filled(order, 5_000)
    feed.ingest(store).sync()
    feed.grow(range(START + 5_000 * STEP, START + 5_000 * STEP + new))
    result = feed.ingest(store).sync()
    assert (result.new, result.missing, result.complete) == (new, 0, True)
    assert result.requests <= most
    assert agree(feed, store)


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("place", [0, 1, 2_500, 4_998, 4_999])
def test_one_late_scan_is_found_at_the_price_of_a_bisection(
    store: Database, order: Listed, place: int
) -> None:
    feed = filled(order, 5_000)
    feed.ingest(store).sync()
    feed.rows["late"] = START + place * STEP - 1
    result = feed.ingest(store).sync()
    assert (result.missing, result.deleted, result.complete) == (1, 0, True)
    assert result.requests <= 15
    assert agree(feed, store)


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("place", [0, 1, 2_500, 4_998, 4_999])
def test_one_vanished_scan_is_marked_and_leaves_the_numbers(
    store: Database, order: Listed, place: int
) -> None:
    feed = filled(order, 5_000)
    feed.ingest(store).sync()
    del feed.rows[f"imp_{place:06}"]
    result = feed.ingest(store, NOW + 60).sync()
    assert (result.missing, result.deleted, result.complete) == (0, 1, True)
    assert result.requests <= 17
    assert agree(feed, store)
    with store.read() as tx:
        assert tx.rows("select deleted_at from deleted") == [(NOW + 60,)]


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_an_audit_finds_what_cancels_out_in_the_totals(store: Database, order: Listed) -> None:
    feed = filled(order, 5_000)
    feed.ingest(store).sync()
    feed.rows["late"] = START + 1_000 * STEP + 1
    del feed.rows["imp_004000"]
    result = feed.ingest(store).audit()
    assert (result.missing, result.deleted, result.repaired) == (1, 1, 2)
    assert result.complete
    assert agree(feed, store)


def test_rows_lost_here_are_read_again(store: Database) -> None:
    feed = filled("newest", 3_000)
    feed.ingest(store).sync()
    with store.write() as tx:
        tx.execute("delete from impression where at < :at", at=START + 2_000 * STEP)
        tx.execute("update listed set rows = 0 where hour < :hour", hour=START // 3600 + 18)
    feed.ingest(store).audit()
    assert {id_ for id_, _, _ in held(store)} == feed.ids()


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("shuffles", [False, True])
def test_more_rows_of_one_second_than_a_page_holds(
    store: Database, order: Listed, *, shuffles: bool
) -> None:
    feed = filled(order, 900, cap=50, ties=300)
    feed.shuffles = shuffles
    feed.ingest(store).sync()
    feed.rows |= {"late": START, "later": START + STEP}
    del feed.rows["imp_000500"]
    for _ in range(2):
        result = feed.ingest(store).audit()
    assert result.complete
    assert agree(feed, store)


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_junk_and_repeats_are_known_and_cost_a_poll_nothing(store: Database, order: Listed) -> None:
    feed = filled(order, 2_000, ties=3)
    feed.rows |= {f"junk_{number}": START + number * 211 for number in range(40)}
    feed.repeated = {"imp_000300", "imp_001500", "imp_001501"}
    feed.ingest(store).sync()
    quiet = feed.ingest(store).sync()
    assert quiet.complete
    assert quiet.requests <= 3
    with store.read() as tx:
        assert quarantine.count(tx) == 40
    assert agree(feed, store)


def test_a_junk_row_that_is_mended_is_found_where_it_stood(store: Database) -> None:
    feed = filled("newest", 5_000)
    feed.rows["junk_1"] = START + 4_000 * STEP + 1
    feed.ingest(store).sync()
    feed.rows["imp_mended"] = feed.rows.pop("junk_1")
    feed.ingest(store).audit()
    assert agree(feed, store)


def test_an_edit_that_was_seen_lets_the_next_audit_read_all(store: Database) -> None:
    feed = filled("newest", 5_000)
    feed.ingest(store).sync()
    feed.posters |= {"imp_004999": "poster_new", "imp_000100": "poster_new"}
    feed.ingest(store).sync()
    feed.ingest(store).audit()
    assert agree(feed, store)


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_a_list_is_believed_to_be_empty_when_it_has_been_for_an_hour(
    store: Database, order: Listed
) -> None:
    feed = filled(order, 300)
    feed.ingest(store).sync()
    rows, feed.rows = feed.rows, {}
    assert not feed.ingest(store, NOW + 300).audit().complete
    feed.rows = rows
    assert feed.ingest(store, NOW + 4_000).sync().complete
    feed.rows = {}
    for now in (NOW + 4_300, NOW + 7_800):
        assert not feed.ingest(store, now).sync().complete
    assert len(held(store)) == 300
    result = feed.ingest(store, NOW + 7_900).sync()
    assert (result.deleted, result.complete) == (300, True)
    assert held(store) == []


def test_a_list_without_order_is_read_whole_and_what_two_walks_miss_is_gone(
    store: Database,
) -> None:
    feed = filled("arbitrary", 700)
    feed.ingest(store).sync()
    del feed.rows["imp_000123"]
    feed.rows["late"] = START - 5
    feed.ingest(store).sync()
    assert len(held(store)) == 701
    result = feed.ingest(store).audit()
    assert result.complete
    assert result.deleted == 1
    assert agree(feed, store)


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_what_retention_dropped_is_neither_missed_nor_taken_in_again(
    store: Database, order: Listed
) -> None:
    feed = filled(order, 3_000, ties=2)
    feed.rows |= {"junk_1": START + 500 * STEP, "junk_2": START + 1_200 * STEP}
    feed.ingest(store).sync()
    edge = (START + 1_000 * STEP) // 3600 * 3600
    with store.write() as tx:
        assert retention.advance(tx, edge) == edge
        dropped = retention.drop(tx, 10_000)
    kept = {row for row in feed.scans() if row[1] >= edge}
    quiet = feed.ingest(store).sync()
    assert (quiet.new, quiet.deleted, quiet.complete) == (0, 0, True)
    assert quiet.requests <= 3
    feed.rows |= {"too late": START + 100 * STEP, "late": START + 1_234 * STEP}
    kept.add(next(row for row in feed.scans() if row[0] == "late"))
    del feed.rows["imp_000200"]
    del feed.rows["imp_000201"]
    result = feed.ingest(store).audit()
    assert (result.missing, result.deleted, result.complete) == (1, 0, True)
    assert set(held(store)) == kept
    assert feed.ingest(store).sync().requests <= 3
    assert dropped > 900
    with store.read() as tx:
        assert counts.everything(tx) == 3_001


def test_a_list_without_order_that_is_suddenly_empty_is_not_believed(store: Database) -> None:
    feed = filled("arbitrary", 300)
    feed.ingest(store).sync()
    rows, feed.rows = feed.rows, {}
    assert not feed.ingest(store).audit().complete
    assert len(held(store)) == 300
    feed.rows = rows
    assert feed.ingest(store).audit().complete


def test_a_list_that_turns_around_is_followed(store: Database) -> None:
    feed = filled("newest", 900)
    feed.ingest(store).sync()
    feed.order = "oldest"
    feed.grow(range(START + 900 * STEP, START + 900 * STEP + 250))
    for _ in range(3):
        feed.ingest(store).sync()
    assert agree(feed, store)
    with store.read() as tx:
        assert load(cursors.load(tx, "impressions")).order is Order.OLDEST


@pytest.mark.parametrize("order", ["newest", "oldest", "arbitrary"])
@pytest.mark.parametrize(("refuses", "limit"), [(40, 25), (2, 1)])
def test_a_feed_that_refuses_a_limit_is_asked_for_fewer_rows(
    store: Database, order: Listed, refuses: int, limit: int
) -> None:
    feed = filled(order, 120)
    feed.refuses = refuses
    first = feed.ingest(store).sync()
    assert (first.new, first.complete) == (120, True)
    with store.read() as tx:
        assert load(cursors.load(tx, "impressions")).limit == limit
    feed.rows["late"] = START + 5
    feed.ingest(store).audit()
    assert agree(feed, store)


def test_growth_during_an_audit_is_no_difference(store: Database) -> None:
    feed = filled("newest", 5_000)
    feed.ingest(store).sync()
    feed.rows["late"] = START + 777 * STEP + 1
    born = iter(range(START + 5_000 * STEP, START + 6_000 * STEP))

    def grow(model: FeedModel) -> None:
        if model.pages_asked % 9 == 0:
            at = next(born)
            model.rows[f"imp_{at}"] = at

    feed.disturb = grow
    for _ in range(3):
        feed.ingest(store).audit()
    feed.disturb = lambda _: None
    assert feed.ingest(store).audit().complete
    assert agree(feed, store)


def test_an_interrupted_sweep_is_followed_by_a_thorough_audit(store: Database) -> None:
    feed = filled("newest", 3_000)
    feed.ingest(store).sync()
    feed.grow(range(START + 3_000 * STEP, START + 3_000 * STEP + 600))

    def cut(model: FeedModel) -> None:
        if model.pages_asked > before + 3:
            raise Broken("The line is cut.")

    before, feed.disturb = feed.pages_asked, cut
    with pytest.raises(Broken):
        feed.ingest(store).sync()
    feed.disturb = lambda _: None
    result = feed.ingest(store).sync()
    assert result.requests > 15
    assert agree(feed, store)
