"""What was told of a day is put right below it, once, when that matters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.domain.model import Programs
from bot.domain.subscription import Subscription
from bot.services.corrections import Corrections
from bot.services.digests import LEADERBOARD
from bot.services.reports import Reports
from bot.store import first_load, impressions, retention
from tests.services.dying import FragileDatabase, Fuse, Killed
from tests.services.living import LivingRoom
from tests.services.test_digests import DAY, DUE, MONDAYS, digest, publisher, subscribe
from tests.services.world import Clock, fill, outgoing, scans, slack_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.domain.command import Question
    from bot.domain.model import Answer
    from bot.store.database import Database

HOUR = 3600
YESTERDAY = DUE - DAY


@pytest.fixture
def room(database: Database) -> Iterator[LivingRoom]:
    """A channel in which a digest of forty scans is told; its clock is that of the posters."""
    fill(database, *scans(YESTERDAY, 30), *scans(YESTERDAY + 1, 10, "gym"))
    with slack_of() as slack:
        yield LivingRoom(database, slack, Clock(DUE))


def tell(room: LivingRoom, *, deliver: bool = True) -> str:
    """Publish the digest of yesterday; returns its intent."""
    subscribe(room.database, digest())
    publisher(room.database).publish_due(DUE)
    if deliver:
        room.delivery().deliver()
    [sent] = outgoing(room.database)
    return sent.intent


def corrections(database: Database, fresh_until: int | None = DUE + 30 * DAY) -> Corrections:
    return Corrections(publisher(database, lambda: fresh_until), Programs({}))


def look(room: LivingRoom) -> int:
    """Look for what has changed, an hour later, and let it be told."""
    room.clock.forward(HOUR)
    found = corrections(room.database).look(room.clock())
    room.delivery().deliver()
    return found


def below(room: LivingRoom, intent: str) -> list[str]:
    """What stands in the thread of a message."""
    [top] = room.standing(intent)
    replies = room.standing(f"{intent}/correction")
    assert all(each.thread_ts == top.ts for each in replies)
    return [each.text for each in replies]


def vanish(database: Database, at: int, count: int, poster: str = "library") -> None:
    with database.write() as tx:
        ids = [row.id for row in scans(at, count, poster)]
        assert impressions.delete(tx, ids, DUE + 60) == count


def test_late_scans_are_told_below_the_digest_in_one_living_message(room: LivingRoom) -> None:
    intent = tell(room)
    assert look(room) == 0
    fill(room.database, *scans(YESTERDAY + 5, 25, "gym"))
    assert look(room) == 1
    first = (
        "Correction: 65 scans, not 40. 25 came late. First is now gym (35). Second is now "
        "library (30)."
    )
    assert below(room, intent) == [first]
    assert look(room) == 0
    # From now on it says every change, however small.
    fill(room.database, *scans(YESTERDAY + 6, 1, "gym"))
    assert look(room) == 1
    assert below(room, intent) == [
        first.replace("65", "66").replace("25", "26").replace("35", "36")
    ]
    vanish(room.database, YESTERDAY + 5, 25, "gym")
    vanish(room.database, YESTERDAY + 6, 1, "gym")
    assert look(room) == 1
    assert below(room, intent) == ["Correction: it is 40 scans after all, as first told."]


def test_deleted_scans_are_told_as_such(room: LivingRoom) -> None:
    intent = tell(room)
    vanish(room.database, YESTERDAY, 8)
    fill(room.database, *scans(YESTERDAY + 9, 2))
    look(room)
    assert below(room, intent) == [
        "Correction: 34 scans, not 40. 2 came late. 8 are gone from Vantio."
    ]


def test_a_few_scans_are_not_worth_a_word(room: LivingRoom) -> None:
    intent = tell(room)
    fill(room.database, *scans(YESTERDAY + 5, 4))
    assert (look(room), below(room, intent)) == (0, [])
    fill(room.database, *scans(YESTERDAY + 6, 1))
    assert look(room) == 1


class Watched(Reports):
    """Reports that do something before each answer."""

    def __init__(self, database: Database, before: Callable[[], object]) -> None:
        super().__init__(database, Programs({}))
        self._before = before

    def answer(self, question: Question, now: int) -> Answer:
        self._before()
        return super().answer(question, now)


def watched(database: Database, before: Callable[[], object]) -> Corrections:
    publishing = replace(publisher(database), reports=Watched(database, before))
    return Corrections(publishing, Programs({}))


def test_it_looks_once_an_hour_and_at_the_ranking_only_where_scans_changed(
    room: LivingRoom,
) -> None:
    asked: list[None] = []
    tell(room)
    looking = watched(room.database, lambda: asked.append(None))
    assert looking.look(DUE) == 0
    fill(room.database, *scans(YESTERDAY + 5, 4))
    assert (looking.look(DUE + HOUR), len(asked)) == (0, 1)
    assert (looking.look(DUE + 2 * HOUR), len(asked)) == (0, 1)
    fill(room.database, *scans(YESTERDAY + 6, 4))
    assert (looking.look(DUE + 3 * HOUR - 1), len(asked)) == (0, 1)
    assert (looking.look(DUE + 3 * HOUR), len(asked)) == (1, 2)


def test_one_that_is_sent_meanwhile_is_seen_to_the_next_time(room: LivingRoom) -> None:
    intent = tell(room, deliver=False)
    fill(room.database, *scans(YESTERDAY + 5, 9))
    looking = watched(room.database, room.delivery().deliver)
    assert looking.look(room.clock()) == 0
    assert "40 scans" in room.standing(intent)[0].text
    look(room)
    assert below(room, intent) == ["Correction: 49 scans, not 40. 9 came late."]


def test_what_has_not_been_sent_is_replaced(room: LivingRoom) -> None:
    intent = tell(room, deliver=False)
    fill(room.database, *scans(YESTERDAY + 5, 1))
    assert look(room) == 1
    [said] = room.standing(intent)
    assert "41 scans" in said.text
    assert "Late: this was due on" in str(said.blocks)
    assert "yesterday" not in said.text
    assert below(room, intent) == []
    # What is told now is what counts from now on.
    fill(room.database, *scans(YESTERDAY + 6, 5))
    look(room)
    assert below(room, intent) == ["Correction: 46 scans, not 41. 5 came late."]


@pytest.mark.parametrize("state", ["buried", "withdrawn", "sending"])
def test_what_does_not_stand_in_the_channel_is_not_corrected(room: LivingRoom, state: str) -> None:
    intent = tell(room, deliver=False)
    with room.database.write() as tx:
        tx.execute("update outbox set state = :state", state=state)
    fill(room.database, *scans(YESTERDAY + 5, 9))
    assert corrections(room.database).look(DUE + HOUR) == 0
    with room.database.write() as tx:
        tx.execute("update outbox set state = 'waiting'")
    assert corrections(room.database).look(DUE + 2 * HOUR) == 1
    room.delivery().deliver()
    assert below(room, intent) == []


def test_the_leaderboard_is_corrected_too(room: LivingRoom) -> None:
    fill(room.database, *scans(DUE - 3 * DAY, 5, ambassador="tom"))
    fill(room.database, *scans(DUE - 4 * DAY, 2, ambassador="ana"))
    subscribe(room.database, Subscription(0, LEADERBOARD, "#posters", MONDAYS), now=DUE - 2 * DAY)
    publisher(room.database).publish_due(DUE)
    room.delivery().deliver()
    [sent] = outgoing(room.database)
    fill(room.database, *scans(DUE - 4 * DAY + 1, 4, ambassador="ana"))
    assert look(room) == 1
    [said] = below(room, sent.intent)
    assert said == (
        "Correction: 11 scans, not 7. 4 came late. First is now ana (6). Second is now tom (5)."
    )


def test_filters_are_minded(room: LivingRoom) -> None:
    subscribe(room.database, digest(words="poster:gym"))
    publisher(room.database).publish_due(DUE)
    room.delivery().deliver()
    vanish(room.database, YESTERDAY, 30)
    assert look(room) == 0
    vanish(room.database, YESTERDAY + 1, 6, "gym")
    look(room)
    assert below(room, outgoing(room.database)[0].intent) == [
        "Correction: 4 scans, not 10. 6 are gone from Vantio."
    ]


def test_while_not_everything_is_read_nothing_is_corrected(room: LivingRoom) -> None:
    tell(room)
    fill(room.database, *scans(YESTERDAY + 5, 9))
    for fresh in (None, DUE - 10 * HOUR):
        assert corrections(room.database, fresh).look(DUE + HOUR) == 0
    with room.database.write() as tx:
        tx.execute("insert into first_load (key) values (1)")
        assert first_load.under_way(tx)
    assert corrections(room.database).look(DUE + HOUR) == 0
    with room.database.write() as tx:
        tx.execute("delete from first_load")
        retention.advance(tx, YESTERDAY)
    assert corrections(room.database).look(DUE + HOUR) == 0


def test_after_two_weeks_the_past_is_the_past(room: LivingRoom) -> None:
    tell(room)
    fill(room.database, *scans(YESTERDAY + 5, 9))
    assert corrections(room.database).look(DUE + 14 * DAY) == 0
    assert corrections(room.database).look(DUE + 12 * DAY) == 1


def test_dying_anywhere_corrects_once(room: LivingRoom) -> None:
    intent = tell(room)
    for dies_at in range(20):
        fill(room.database, *scans(YESTERDAY + 100 + dies_at, 5))
        fuse = Fuse(dies_at)
        fragile = corrections(FragileDatabase(room.database, fuse))
        try:
            fragile.look(room.clock())
        except Killed:
            assert look(room) <= 1
            room.rest()
            [said] = below(room, intent)
            assert f"{45 + 5 * dies_at} scans, not 40" in said
        else:
            return
    pytest.fail("it never came to an end")
