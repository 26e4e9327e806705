from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert import Kind
from bot.domain.noise import Held, Mute, Scope, State, Told, Votes, Why
from bot.store import feedback, held, lanes, mutes, outbox, standing, told
from bot.store.held import Waiting
from bot.store.standing import Standing

from .samples import emptied, modest

if TYPE_CHECKING:
    from bot.store.database import Database, Transaction

NOW = 1_795_500_000
HOUR = 3600
LIBRARY = Mute("#alerts", Scope.POSTER, "p_1", NOW + HOUR, "U1", NOW)
votes = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from(["U1", "U2"]), st.booleans()), max_size=12
)


def alert(
    tx: Transaction,
    at: int = NOW,
    kind: str = "spike",
    scope: str = "poster",
    subject: str = "p_1",
    over: int | None = None,
) -> int:
    rows = tx.rows(
        """insert into alert (kind, scope, subject, started_at, fired_at, resolved_at, scans,
            expected, reason, detail)
        values (:kind, :scope, :subject, :at, :at, :over, 9, 1.5, 'much', '{}') returning key""",
        kind=kind,
        scope=scope,
        subject=subject,
        at=at,
        over=over,
    )
    return int(rows[0][0])


def test_a_mute_runs_until_its_end(database: Database) -> None:
    with database.write() as tx:
        longer = mutes.add(tx, replace(LIBRARY, subject="p_2", until=NOW + 9 * HOUR))
        shorter = mutes.add(tx, LIBRARY)
        other = mutes.add(tx, replace(LIBRARY, channel="#b", until=NOW + 2 * HOUR))
        assert len({longer.key, shorter.key, other.key}) == 3
        assert mutes.running(tx, NOW) == [shorter, other, longer]
        assert mutes.running(tx, NOW, "#alerts") == [shorter, longer]
        assert mutes.running(tx, NOW + HOUR) == [other, longer]
        assert mutes.end(tx, longer.key) == longer
        assert mutes.end(tx, longer.key) is None
        assert mutes.running(tx, NOW) == [shorter, other]


def test_muting_again_moves_the_end_of_the_mute_that_runs(database: Database) -> None:
    with database.write() as tx:
        first = mutes.add(tx, LIBRARY)
        again = mutes.add(tx, replace(LIBRARY, until=NOW + 9, author="U2"))
        assert again.key == first.key
        assert mutes.running(tx, NOW) == [again]
        # One that has ended is no more, and a new one is another.
        mutes.add(tx, replace(LIBRARY, subject="p_2", made_at=NOW + HOUR, until=NOW + 2 * HOUR))
        assert tx.rows("select subject from mute") == [("p_2",)]


def test_an_alert_is_held_once_for_a_channel(database: Database) -> None:
    night, cap = Held(NOW + 9, Why.QUIET_HOURS), Held(NOW + 5, Why.ENOUGH_TODAY)
    with database.write() as tx:
        assert held.add(tx, "#a", 3, night, NOW)
        assert not held.add(tx, "#a", 3, cap, NOW)
        assert held.add(tx, "#b", 3, cap, NOW)
        assert held.add(tx, "#a", 1, night, NOW)
        assert held.due(tx, NOW + 4) == []
        assert held.due(tx, NOW + 5) == [Waiting("#b", 3, Why.ENOUGH_TODAY)]
        assert [each.alert for each in held.due(tx, NOW + 9)] == [3, 3, 1]
        assert held.alerts(tx, "#a") == [3, 1]
        held.remove(tx, "#a", [3, 4])
        assert (held.alerts(tx, "#a"), held.alerts(tx, "#b")) == ([1], [3])


@given(votes)
@modest(max_examples=30)
def test_the_last_vote_of_each_person_counts(
    database: Database, cast: list[tuple[int, str, bool]]
) -> None:
    emptied(database)
    with database.write() as tx:
        keys = [alert(tx, NOW + n, kind) for n, kind in enumerate(["spike", "quiet", "spike"])]
        for nth, author, useful in cast:
            feedback.vote(tx, keys[nth - 1], author, NOW, useful=useful)
        last = {(nth, author): useful for nth, author, useful in cast}
        counted = [
            (
                sum(useful for (each, _), useful in last.items() if each == nth),
                sum(not useful for (each, _), useful in last.items() if each == nth),
            )
            for nth in (1, 2, 3)
        ]
        latest = told.latest(tx, 5)
        assert [each.key for each in latest] == keys[::-1]
        assert [(each.useful, each.noise) for each in latest] == counted[::-1]
        by_kind = {each.kind: (each.useful, each.noise) for each in feedback.by_kind(tx)}
        spikes = tuple(a + b for a, b in zip(counted[0], counted[2], strict=True))
        assert by_kind.get(Kind.SPIKE, (0, 0)) == spikes
        assert by_kind.get(Kind.QUIET, (0, 0)) == counted[1]
        assert Votes(Kind.SPIKE, 0, 0) not in feedback.by_kind(tx)


def test_the_last_word_on_a_poster_counts(database: Database) -> None:
    gone = Standing(State.RETIRED, "U2", NOW + 1)
    with database.write() as tx:
        standing.say(tx, "p_1", Standing(State.UP, "U1", NOW))
        standing.say(tx, "p_1", gone)
        standing.say(tx, "p_2", Standing(State.REPLACED, "U1", NOW))
        assert standing.every(tx) == {
            "p_1": gone,
            "p_2": Standing(State.REPLACED, "U1", NOW),
        }


def test_an_alert_in_brief(database: Database) -> None:
    with database.write() as tx:
        key = alert(tx, kind="first scan")
        assert told.brief(tx, key) == Told(key, Kind.FIRST_SCAN, "poster", "p_1", NOW)
        assert told.brief(tx, key + 1) is None
        later = alert(tx, NOW)
        assert [each.key for each in told.latest(tx, 1)] == [later]


def test_what_a_channel_was_told(database: Database) -> None:
    with database.write() as tx:
        for channel, number, at in (("#a", 1, NOW), ("#a", 12, NOW + 9), ("#a2", 3, NOW + 9)):
            outbox.add(tx, told.intent(channel, number), "alert", channel, "{}", at)
        outbox.add(tx, "alert/#a", "alert", "#a", "{}", NOW)
        outbox.add(tx, "digest/#a/1", "digest", "#a", "{}", NOW)
        outbox.add(tx, "alert/#a/12/details", "alert", "#a", "{}", NOW)
        tx.execute("update outbox set thread_of = 'x' where intent = 'alert/#a/12/details'")
        assert [told.count(tx, "#a", since) for since in (NOW, NOW + 1, NOW + 10)] == [2, 1, 0]
        assert told.count(tx, "#a2", NOW) == 1
        assert told.waiting(tx, "#a") == [1, 12]
        lanes.find(tx, "#a", "#a", "C1")
        parcel = outbox.claim(tx, NOW, "me")
        assert parcel
        outbox.sent(tx, parcel.key, "C1", "1.0", NOW, None)
        assert told.waiting(tx, "#a") == [12]
        assert told.count(tx, "#a", NOW) == 2
        # What was taken back was not told.
        tx.execute("update outbox set state = 'withdrawn' where intent = 'alert/#a/12'")
        assert told.count(tx, "#a", NOW) == 1


def test_a_spike_of_the_program_or_of_all_lifts_a_poster(database: Database) -> None:
    with database.write() as tx:
        alert(tx)
        alert(tx, scope="program", subject="prog_2")
        alert(tx, scope="program", subject="prog_1", over=NOW)
        alert(tx, scope="program", subject="prog_1", kind="milestone")
        assert not told.lifted(tx, "prog_1")
        assert told.lifted(tx, "prog_2")
        alert(tx, scope="overall", subject="")
        assert told.lifted(tx, "prog_1")


def test_where_the_message_about_an_alert_stands(database: Database) -> None:
    with database.write() as tx:
        outbox.add(tx, told.intent("#a", 1), "alert", "#a", "{}", NOW)
        outbox.add(tx, told.intent("#a", 12), "alert", "#a", "{}", NOW)
        lanes.find(tx, "#a", "#a", "C1")
        parcel = outbox.claim(tx, NOW, "me")
        assert parcel
        assert told.receipt(tx, "#a", 1) is None
        outbox.sent(tx, parcel.key, "C1", "1.5", NOW, None)
        assert told.receipt(tx, "#a", 1) == ("C1", "1.5")
        assert told.receipt(tx, "#a", 12) is None
        assert told.receipt(tx, "#b", 1) is None
