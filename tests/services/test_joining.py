"""Slack was away for days: what waits comes as one message, and every day is told once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.model import Programs
from bot.domain.subscription import Schedule, Subscription
from bot.services.digests import DIGEST, LEADERBOARD
from bot.services.reports import Reports
from bot.slack.sender import Sender, make_client
from bot.store import lanes, outbox, subscriptions
from tests.ports import free_port
from tests.services.dying import FragileDatabase, Fuse, Killed
from tests.services.test_digests import DAILY, DAY, DUE, MONDAYS, digest, publisher, subscribe
from tests.services.world import Clock, Mailroom, fill, outgoing, scans, slack_of
from tests.store.samples import emptied, modest

if TYPE_CHECKING:
    from bot.domain.command import Question
    from bot.domain.model import Answer
    from bot.store.database import Database
    from bot.store.outbox import Parcel

Span = tuple[int, int]
# A day passes, with a death after so many steps; a message is sent, refused, of unknown fate; the
# fate of one becomes known.
deeds = st.one_of(
    st.tuples(st.just("day"), st.integers(0, 12)),
    st.tuples(st.sampled_from(["sent", "refused", "doubt", "landed", "lost"]), st.just(0)),
)


class Postman:
    """Takes messages from the outbox, with any luck."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.doubtful: list[Parcel] = []

    def take(self, deed: str, now: int) -> None:
        if deed in {"landed", "lost"}:
            if self.doubtful:
                self._end(self.doubtful.pop(0), now, sent=deed == "landed")
            return
        with self.database.write() as tx:
            for (channel,) in tx.rows("select distinct channel from outbox order by channel"):
                lanes.find(tx, channel, channel, channel)
            parcel = outbox.claim(tx, now, "me")
        if parcel and deed == "doubt":
            self.doubtful.append(parcel)
        elif parcel:
            self._end(parcel, now, sent=deed == "sent")

    def finish(self, now: int) -> None:
        for _ in [*self.doubtful]:
            self.take("lost", now)
        for _ in range(self.waiting()):
            self.take("sent", now)
        assert not self.waiting()

    def waiting(self) -> int:
        with self.database.read() as tx:
            return outbox.counts(tx).get("waiting", 0)

    def spans(self, state: str) -> list[Span]:
        """What the messages in this state cover, in the order of time."""
        with self.database.read() as tx:
            rows = tx.rows("select intent from outbox where state = :state", state=state)
        return sorted(span(intent) for (intent,) in rows)

    def _end(self, parcel: Parcel, now: int, *, sent: bool) -> None:
        with self.database.write() as tx:
            if sent:
                outbox.sent(tx, parcel.key, "C1", "1.0", now, None)
            else:
                outbox.release(tx, parcel.key, "me", now, "refused")


def span(intent: str) -> Span:
    start, _, end = intent.rsplit("/", maxsplit=1)[-1].partition("-")
    return int(start), int(end)


@given(st.lists(deeds, max_size=25))
@modest(max_examples=30)
def test_every_day_is_told_once_whatever_happens(
    database: Database, history: list[tuple[str, int]]
) -> None:
    emptied(database)
    subscribe(database, digest())
    post, now = Postman(database), DUE
    for deed, dies_at in history:
        if deed != "day":
            post.take(deed, now)
            continue
        try:
            made = publisher(FragileDatabase(database, Fuse(dies_at))).publish_due(now)
        except Killed:
            made = 0
        waiting = post.spans("waiting")
        assert not made or waiting[-1][0] not in {end for _, end in waiting}
        now += DAY
    publisher(database).publish_due(now)
    post.finish(now)
    told = post.spans("sent")
    assert (told[0][0], told[-1][1]) == (DUE - 33 * 3600, now - 9 * 3600)
    assert [end for _, end in told[:-1]] == [start for start, _ in told[1:]]


@pytest.mark.parametrize(
    ("kind", "schedule", "said"),
    [(DIGEST, DAILY, "3 days"), (LEADERBOARD, MONDAYS, "3 weeks")],
)
def test_editions_that_wait_become_one_late_edition(
    database: Database, kind: str, schedule: Schedule, said: str
) -> None:
    step = DAY if kind == DIGEST else 7 * DAY
    first = DUE if kind == DIGEST else DUE - DAY
    subscribe(database, Subscription(0, kind, "#posters", schedule), now=first - 1)
    for n in range(3):
        fill(database, *scans(first - step + n * step, n + 1))
    for n in range(3):
        assert publisher(database).publish_due(first + n * step) == 1
    post = Postman(database)
    [_] = post.spans("waiting")
    assert len(post.spans("withdrawn")) == 2
    last = str(outgoing(database)[-1].message)
    assert "6 scans" in last
    assert f"Late: {said} in one message" in last


def test_what_is_on_its_way_is_left_alone(database: Database) -> None:
    subscribe(database, digest())
    post = Postman(database)
    publisher(database).publish_due(DUE)
    post.take("doubt", DUE)
    publisher(database).publish_due(DUE + DAY)
    assert post.spans("withdrawn") == []
    assert len(post.spans("waiting")) == len(post.spans("sending")) == 1


def test_one_that_leaves_while_its_successor_is_made_is_left_alone(database: Database) -> None:
    subscribe(database, digest())
    post, publishing = Postman(database), publisher(database)
    publishing.publish_due(DUE)

    class Slow(Reports):
        def answer(self, question: Question, now: int) -> Answer:
            post.take("sent", now)
            return super().answer(question, now)

    slow = replace(publishing, reports=Slow(database, Programs({})))
    assert slow.publish_due(DUE + DAY) == 0
    assert len(outgoing(database)) == 1
    assert publishing.publish_due(DUE + DAY + 60) == 1
    assert len(post.spans("sent")) == len(post.spans("waiting")) == 1


def test_other_filters_are_another_message(database: Database) -> None:
    subscribe(database, digest())
    publisher(database).publish_due(DUE)
    subscribe(database, digest(words="poster:gym"), now=DUE + 60)
    fill(database, *scans(DUE, 1, "gym"))
    publisher(database).publish_due(DUE + DAY)
    assert len(Postman(database).spans("waiting")) == 2


def test_a_subscription_that_was_made_anew_tells_no_day_again(database: Database) -> None:
    subscribe(database, digest())
    for n in range(2):
        publisher(database).publish_due(DUE + n * DAY)
    with database.read() as tx:
        [made] = subscriptions.every(tx)
    with database.write() as tx:
        subscriptions.move_on(tx, made, DUE + DAY)
    assert publisher(database).publish_due(DUE + DAY + 60) == 0
    assert len(Postman(database).spans("waiting")) == 1


def test_days_without_slack_end_in_one_message(database: Database) -> None:
    subscribe(database, digest())
    with slack_of() as slack:
        room = Mailroom(database, slack, Clock(DUE))
        nobody = Sender(make_client("xoxb-sandbox", f"http://127.0.0.1:{free_port()}/api/", 1))
        for _ in range(4):
            publisher(database).publish_due(room.clock())
            for _ in range(3):
                room.delivery(nobody).deliver()
                room.clock.forward(DAY // 3)
        room.settle()
        [said] = slack.workspace.messages("#posters")
        assert "Late: 4 days in one message" in str(said.blocks)
