from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.alert import Alert, Kind, Scope
from bot.domain.model import Poster, Programs
from bot.domain.noise import Held, Mute, Muted, QuietHours, Rule, Sent, State, Why
from bot.domain.noise import Scope as Cover
from bot.services.noise import Noise, Release
from bot.store import directory, held, outbox, standing, told
from bot.store.database import StoreError
from bot.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.store.database import Database

ZONE = "Europe/Berlin"
NOW = 1_795_528_800  # Tuesday, 24 November 2026, 15:00 in Berlin
AUTUMN = 1_793_052_000  # Monday, 26 October 2026, 23:00: the day after the clocks were turned back
HOUR, DAY = 3600, 86_400
NIGHT = QuietHours(time(22), time(7), ZONE)
PROGRAMS = Programs({"prog_1": "Autumn launch"})
SPIKE = Alert(Kind.SPIKE, Scope.POSTER, "p_lib", NOW, NOW, HOUR, 42, 6.0, "much")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path: Path = tmp_path_factory.mktemp("noise") / "store.db"
    database = open_store(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def database(store: Database) -> Database:
    cleared(store)
    return store


def cleared(database: Database) -> None:
    with database.write() as tx:
        for table in (
            "alert",
            "mute",
            "held",
            "feedback",
            "standing",
            "outbox",
            "poster",
            "change",
        ):
            tx.execute(f"delete from {table}")  # noqa: S608 - our own table names
        directory.save_posters(
            tx,
            [
                Poster("p_lib", "prog_1", location="Library - First Floor"),
                Poster("p_lib2", "prog_2", location="library - Basement"),
                Poster("p_gym", "prog_1", location="Gym"),
            ],
        )


def kept(database: Database, alert: Alert) -> Alert:
    """The alert as it is once it has a number."""
    with database.write() as tx:
        rows = tx.rows(
            """insert into alert (kind, scope, subject, started_at, fired_at, resolved_at, scans,
                expected, reason, detail)
            values (:kind, :scope, :subject, :began, :fired, :over, 1, 1.0, '', '{}')
            returning key""",
            kind=alert.kind,
            scope=alert.scope,
            subject=alert.subject,
            began=alert.started_at,
            fired=alert.fired_at,
            over=alert.resolved_at,
        )
    return replace(alert, key=int(rows[0][0]))


def passed(noise: Noise, alert: Alert, now: int, channel: str = "#alerts") -> object:
    """Do with a new alert as the alerting does; returns what was decided."""
    with noise.database.write() as tx:
        found = noise.gate(tx, alert, channel, now)
        if isinstance(found, Sent):
            intent = told.intent(channel, alert.key)
            assert outbox.add(tx, intent, "alert", channel, "{}", now)
        elif isinstance(found, Held):
            assert noise.hold(tx, alert.key, channel, found, now)
    return found


def released(noise: Noise, now: int) -> list[Release]:
    with noise.database.write() as tx:
        found = noise.due(tx, now)
        for each in found:
            noise.release(tx, each)
    return found


def test_mutes_cover_poster_building_and_program(database: Database) -> None:
    noise = Noise(database, PROGRAMS, ZONE)
    alerts = {
        "lib": kept(database, SPIKE),
        "lib2": kept(database, replace(SPIKE, subject="p_lib2")),
        "gym": kept(database, replace(SPIKE, subject="p_gym")),
        "prog": kept(
            database, replace(SPIKE, scope=Scope.PROGRAM, subject="prog_1", resolved_at=1)
        ),
        "all": kept(database, replace(SPIKE, scope=Scope.OVERALL, subject="", resolved_at=1)),
    }
    covered = {
        Cover.POSTER: {"lib"},
        Cover.PLACE: {"lib", "lib2"},
        Cover.PROGRAM: {"lib", "gym", "prog"},
        Cover.OVERALL: set(alerts),
    }
    for scope, names in covered.items():
        made = noise.mute(alerts["lib"].key, "#alerts", scope, NOW + HOUR, "U1", NOW)
        assert made
        with database.read() as tx:
            gates = {n: noise.gate(tx, each, "#alerts", NOW) for n, each in alerts.items()}
            elsewhere = [noise.gate(tx, each, "#other", NOW) for each in alerts.values()]
            later = [noise.gate(tx, each, "#alerts", NOW + HOUR) for each in alerts.values()]
        assert {name for name, gate in gates.items() if isinstance(gate, Muted)} == names
        assert elsewhere == later == [Sent()] * 5
        assert noise.unmute(made.key, "U2", NOW + HOUR) == made
        assert noise.unmute(made.key, "U2", NOW + HOUR) is None


def test_what_can_not_be_muted(database: Database) -> None:
    noise = Noise(database, PROGRAMS, ZONE)
    program = kept(database, replace(SPIKE, scope=Scope.PROGRAM, subject="prog_1"))
    for key, scope in (
        (program.key, Cover.POSTER),
        (program.key, Cover.PLACE),
        (program.key + 1, Cover.PROGRAM),
    ):
        assert noise.mute(key, "#alerts", scope, NOW + HOUR, "U1", NOW) is None
    assert noise.mutes(NOW) == []


def test_the_list_of_mutes_names_what_is_muted(database: Database) -> None:
    noise = Noise(database, PROGRAMS, ZONE)
    key = kept(database, SPIKE).key
    for hours, scope in enumerate(Cover, 1):
        noise.mute(key, "#alerts", scope, NOW + hours, "U1", NOW)
    assert [(mute.scope, name) for mute, name in noise.mutes(NOW)] == [
        (Cover.POSTER, "Library - First Floor"),
        (Cover.PLACE, "Library"),
        (Cover.PROGRAM, "Autumn launch"),
        (Cover.OVERALL, "everything"),
    ]
    assert [mute.subject for mute, _ in noise.mutes(NOW + 2)] == ["prog_1", ""]


def test_a_mute_takes_back_what_still_waits(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def withdraw(tx: object, intent: str) -> bool:  # noqa: ARG001 - as the outbox has it
        taken.append(intent)
        return True

    taken: list[str] = []
    monkeypatch.setattr(outbox, "withdraw", withdraw, raising=False)
    noise = Noise(database, PROGRAMS, ZONE, rules={"#night": Rule(NIGHT)})
    lib, gym = kept(database, SPIKE), kept(database, replace(SPIKE, subject="p_gym"))
    night = NOW + 8 * HOUR
    for each in (lib, gym):
        assert passed(noise, each, night) == Sent()
        assert isinstance(passed(noise, each, night, "#night"), Held)
    noise.mute(lib.key, "#alerts", Cover.POSTER, night + DAY, "U1", night)
    noise.mute(lib.key, "#night", Cover.POSTER, night + 1, "U1", night)
    assert taken == [told.intent("#alerts", lib.key)]
    assert released(noise, night + 9 * HOUR) == [Release("#night", (gym.key,), Why.QUIET_HOURS)]


def test_a_channel_hears_so_many_a_day(database: Database) -> None:
    noise = Noise(database, PROGRAMS, ZONE, Rule(most_a_day=2), {"#all": Rule()})
    alerts = [kept(database, SPIKE) for _ in range(5)]
    decided = [passed(noise, each, NOW) for each in alerts]
    assert [type(each) for each in decided] == [Sent, Sent, Held, Held, Held]
    assert [passed(noise, each, NOW, "#all") for each in alerts] == [Sent()] * 5
    morning = NOW + 18 * HOUR
    assert released(noise, morning - 1) == []
    rest = tuple(each.key for each in alerts[2:])
    assert released(noise, morning) == [Release("#alerts", rest, Why.ENOUGH_TODAY)]
    assert released(noise, morning) == []
    assert passed(noise, kept(database, SPIKE), morning) == Sent()


def test_quiet_hours_that_were_set_meanwhile_are_kept(database: Database) -> None:
    alert = kept(database, SPIKE)
    old = QuietHours(time(14), time(23), ZONE)
    assert isinstance(passed(Noise(database, PROGRAMS, ZONE, Rule(old)), alert, NOW), Held)
    noise = Noise(database, PROGRAMS, ZONE, Rule(NIGHT))
    assert released(noise, NOW + 8 * HOUR) == []
    assert [each.alerts for each in released(noise, NOW + 16 * HOUR)] == [(alert.key,)]


def test_a_program_that_is_told_of_speaks_for_its_posters(database: Database) -> None:
    noise = Noise(database, PROGRAMS, ZONE)
    program = kept(database, replace(SPIKE, scope=Scope.PROGRAM, subject="prog_1"))
    lib, other = kept(database, SPIKE), kept(database, replace(SPIKE, subject="p_lib2"))
    quiet = kept(database, replace(SPIKE, kind=Kind.QUIET))
    with database.read() as tx:
        assert isinstance(noise.gate(tx, lib, "#alerts", NOW), Muted)
        for each in (program, other, quiet):
            assert noise.gate(tx, each, "#alerts", NOW) == Sent()
    with database.write() as tx:
        tx.execute("update alert set resolved_at = :now where key = :key", now=NOW, key=program.key)
    with database.read() as tx:
        assert noise.gate(tx, lib, "#alerts", NOW) == Sent()


def test_votes_and_standings(database: Database) -> None:
    noise = Noise(database, PROGRAMS, ZONE)
    alert = kept(database, SPIKE)
    assert noise.vote(alert.key, "U1", NOW, useful=True)
    assert noise.vote(alert.key, "U1", NOW, useful=False)
    assert not noise.vote(alert.key + 1, "U1", NOW, useful=True)
    ((told_of, name),), votes = noise.last()
    assert (told_of.useful, told_of.noise, name) == (0, 1, "Library - First Floor")
    assert [(each.useful, each.noise) for each in votes] == [(0, 1)]
    assert noise.stand("p_gym", State.RETIRED, "U1", NOW) == "Gym"
    with database.read() as tx:
        assert standing.every(tx)["p_gym"].state is State.RETIRED


hours = st.none() | st.builds(
    QuietHours,
    st.builds(time, st.integers(0, 11), st.sampled_from([0, 30])),
    st.builds(time, st.integers(12, 23), st.sampled_from([0, 30])),
    st.just(ZONE),
).flatmap(lambda day: st.sampled_from([day, QuietHours(day.end, day.begin, day.zone)]))


@given(
    hours,
    st.integers(0, 3),
    st.lists(st.integers(0, 30), min_size=1, max_size=14),
    st.sampled_from([NOW, AUTUMN - 2 * DAY, AUTUMN - DAY, 1_774_652_400, 1_774_738_800]),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_alert_reaches_the_channel_once_and_never_in_quiet_hours(
    store: Database, quiet: QuietHours | None, most: int, half_hours: list[int], start: int
) -> None:
    cleared(store)
    noise = Noise(store, PROGRAMS, ZONE, Rule(quiet, most))
    coming = sorted(start + 1800 * each + 60 for each in half_hours)
    spoken: list[int] = []
    for now in range(start, start + 4 * DAY, 1800):
        heard = [key for each in released(noise, now) for key in each.alerts]
        while coming and coming[0] <= now:
            coming.pop(0)
            alert = kept(store, SPIKE)
            if passed(noise, alert, now) == Sent():
                heard.append(alert.key)
        spoken += heard
        wall = datetime.fromtimestamp(now, ZoneInfo(ZONE)).time()
        if quiet and heard:
            across = quiet.end < quiet.begin
            early, late = sorted([quiet.begin, quiet.end])
            assert (early <= wall < late) is across
    assert sorted(spoken) == sorted(set(spoken))
    assert len(spoken) == len(half_hours)
    with store.read() as tx:
        assert held.alerts(tx, "#alerts") == []


def test_a_mute_is_told_of_by_name(database: Database) -> None:
    noise = Noise(database, PROGRAMS, ZONE)
    made = Mute("#alerts", Cover.POSTER, "p_never_seen", NOW, "U1", NOW)
    assert noise.name(made) == "p_never_seen"


def test_what_can_not_be_noted_is_not_changed(database: Database) -> None:
    noise = Noise(database, PROGRAMS, ZONE)
    found = kept(database, SPIKE)
    with database.write() as tx:
        tx.execute("alter table change rename to elsewhere")
    for deed in (
        lambda: noise.mute(found.key, "#a", Cover.POSTER, NOW + HOUR, "U1", NOW),
        lambda: noise.stand("p_lib", State.RETIRED, "U1", NOW),
    ):
        with pytest.raises(StoreError):
            deed()
    with database.write() as tx:
        tx.execute("alter table elsewhere rename to change")
        assert standing.every(tx) == {}
    assert noise.mutes(NOW) == []
    assert noise.changes() == []
