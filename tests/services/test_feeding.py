from __future__ import annotations

from collections import Counter
from contextlib import closing
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.detection.detector import Detector
from bot.domain.detection.recent import KEPT, SLICE, SLICES
from bot.domain.model import Poster
from bot.services.feeding import Feeder
from bot.store import directory, impressions, retention, scans
from bot.store.opening import open_store
from tests.services.street import DAY, HOUR, NOW, PREVIEW, Street

if TYPE_CHECKING:
    import pytest

    from bot.domain.model import Impression
    from bot.store.database import Database, Transaction
    from bot.store.scans import Scan

_LATELY = KEPT // SLICES


class Account:
    """A store, a feeder that follows it, and a list of what is in it."""

    def __init__(self, database: Database) -> None:
        self.street = Street(database)
        self.detector = Detector(lambda hour: hour % 168)
        self.feeder = Feeder(database, self.detector)
        self.rows: dict[str, Impression] = {}
        self.now = NOW

    def add(self, poster: int, back: int, *, bot: bool) -> None:
        agent = PREVIEW if bot else "Mozilla/5.0"
        row = self.street.scan(f"p{poster}", self.now - 1 - back, agent)
        self.rows[row.id] = row
        self.street.keep([row])

    def remove(self, number: int) -> None:
        if self.rows:
            id_ = sorted(self.rows)[number % len(self.rows)]
            del self.rows[id_]
            with self.street.database.write() as tx:
                impressions.delete(tx, [id_], self.now)

    def look(self, later: int) -> None:
        self.now += later
        self.feeder.catch_up(self.now)

    def restart(self) -> None:
        self.feeder = Feeder(self.street.database, self.detector)

    def counted(self) -> dict[tuple[str, int], int]:
        """Scans by poster and slice as the detector has them, of the last day and a bit."""
        last = (self.now - 1) // HOUR
        first = (last - _LATELY + 1) * SLICES
        window, ids = self.detector.recent.window, self.detector.roster.poster_ids
        return {
            (id_, each): int(scans)
            for each in range(first, (last + 1) * SLICES)
            for id_, scans in zip(ids, window(each, each), strict=True)
            if scans
        }

    def expected(self) -> dict[tuple[str, int], int]:
        """The same, counted one by one, without what programs scanned."""
        first = ((self.now - 1) // HOUR - _LATELY + 1) * HOUR
        return Counter(
            (row.poster, row.scanned_at // SLICE)
            for row in self.rows.values()
            if row.agent != PREVIEW and row.scanned_at >= first
        )


_ADD = st.tuples(
    st.just("add"),
    st.integers(0, 3),
    st.one_of(st.integers(0, 2 * HOUR), st.integers(0, 27 * HOUR), st.just(3 * DAY)),
    st.booleans(),
)
_STEPS = st.lists(
    st.one_of(
        _ADD,
        _ADD,
        st.tuples(st.just("remove"), st.integers(0, 50)),
        st.tuples(st.just("look"), st.sampled_from([0, 300, 3600, 30 * HOUR])),
        st.tuples(st.just("restart")),
    ),
    max_size=25,
)


def run(account: Account, steps: list[tuple[object, ...]]) -> None:
    for name, *values in steps:
        match name:
            case "add":
                poster, back, bot = values
                account.add(poster, back, bot=bool(bot))  # type: ignore[arg-type]
            case _:
                getattr(account, str(name))(*values)
    account.look(0)


@settings(max_examples=25)
@given(steps=_STEPS)
def test_the_detector_has_what_the_store_has(steps: list[tuple[object, ...]]) -> None:
    with TemporaryDirectory() as folder, closing(open_store(f"sqlite:///{folder}/x.db")) as store:
        account = Account(store)
        run(account, steps)
        assert account.counted() == account.expected()


def test_the_same_on_both_databases(database: Database) -> None:
    account = Account(database)
    run(account, [("add", 1, 100, False), ("add", 1, 50, False), ("look", 300)])
    run(account, [("add", 1, 100, False), ("add", 2, 9 * HOUR, False), ("remove", 0)])
    assert account.counted() == account.expected()
    assert sum(account.counted().values()) == 3


def test_a_row_that_makes_way_for_another_is_noticed(database: Database) -> None:
    account = Account(database)
    run(account, [("add", 1, 100, False), ("look", 0)])
    run(account, [("add", 2, 90, False), ("remove", 0), ("look", 0)])
    assert account.counted() == account.expected()
    assert [poster for poster, _ in account.counted()] == ["p2"]


def test_what_retention_drops_stays_counted(database: Database) -> None:
    account = Account(database)
    run(account, [("add", 1, DAY - HOUR, False), ("add", 1, 60, False), ("look", 0)])
    with database.write() as tx:
        retention.advance(tx, NOW - HOUR)
        retention.drop(tx, 100)
    account.look(300)
    assert sum(account.counted().values()) == 2


def test_posters_are_up_since_they_were_made_or_first_scanned(database: Database) -> None:
    street = Street(database, posters=2)
    street.settle(1)
    street.keep([street.scan("p5", NOW - 3 * DAY), street.scan("p5", NOW - HOUR)])
    with database.write() as tx:
        directory.save_posters(tx, [Poster("p6", "g0")])
    detector = Detector(lambda hour: hour % 168)
    Feeder(database, detector).catch_up(NOW)
    since = dict(zip(detector.roster.poster_ids, detector.roster.up_since.tolist(), strict=True))
    assert since["p0"] == NOW - 90 * DAY
    assert since["p5"] == (NOW - 3 * DAY) // HOUR * HOUR
    assert since["p6"] > NOW + 1000 * DAY


def test_only_the_hours_that_changed_are_read(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = Account(database)
    steps = [("add", 1, back * HOUR, False) for back in range(30)]
    run(account, [*steps, ("look", 0), ("look", 300), ("add", 1, 100, False)])
    read: list[int] = []
    within = scans.within

    def spied(tx: Transaction, start: int, end: int) -> list[Scan]:
        read.extend(range(start // HOUR, -(-end // HOUR)))
        return within(tx, start, end)

    monkeypatch.setattr(scans, "within", spied)
    begun = (account.now + HOUR - 1) // HOUR
    run(account, [("look", HOUR)])
    assert set(read) <= {begun - 1, begun}
    assert account.counted() == account.expected()


def test_a_row_that_makes_way_for_another_of_the_same_second_is_noticed(database: Database) -> None:
    account = Account(database)
    run(account, [("add", 1, 100, False), ("add", 2, 0, False), ("look", 0)])
    (gone,) = (id_ for id_, row in account.rows.items() if row.poster == "p1")
    back = NOW - 1 - account.rows.pop(gone).scanned_at
    with database.write() as tx:
        impressions.delete(tx, [gone], NOW)
    account.add(3, back, bot=False)
    account.look(HOUR)
    assert account.counted() == account.expected()
