import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.digest import Send, Wait, decide, edition, joined, reissued
from bot.domain.period import compare
from bot.domain.subscription import Schedule, missed, next_due

from .clocks import at, instants, zones

BERLIN = "Europe/Berlin"
DUE = at("2026-11-24 09:00", BERLIN)
MIDNIGHT = at("2026-11-24", BERLIN)


def due(day: str) -> int:
    return at(f"{day} 09:00", BERLIN)


@pytest.mark.parametrize(
    ("kind", "dues", "begin", "end", "label"),
    [
        ("digest", ["2026-11-24"], "2026-11-23", "2026-11-24", "Mon 23 Nov 2026"),
        ("digest", ["2026-11-22", "2026-11-24"], "2026-11-21", "2026-11-24", "21-23 Nov 2026"),
        ("digest", ["2026-03-30"], "2026-03-29", "2026-03-30", "Sun 29 Mar 2026"),
        ("leaderboard", ["2026-11-23"], "2026-11-16", "2026-11-23", "16-22 Nov 2026"),
        ("leaderboard", ["2026-11-27"], "2026-11-16", "2026-11-23", "16-22 Nov 2026"),
        ("leaderboard", ["2026-11-16", "2026-11-23"], "2026-11-09", "2026-11-23", "9-22 Nov 2026"),
    ],
)
def test_what_an_edition_covers(
    kind: str, dues: list[str], begin: str, end: str, label: str
) -> None:
    found = edition(kind, [due(day) for day in dues], due(dues[-1]), BERLIN)
    assert (found.period.start, found.period.end) == (at(begin, BERLIN), at(end, BERLIN))
    assert found.period.label == label.replace("-", "\N{EN DASH}")
    assert found.late == (len(dues) > 1)
    assert found.due == due(dues[0])
    assert compare(found.period, due(dues[-1])).before.end == found.period.start


def test_late_after_a_quarter_of_an_hour() -> None:
    assert not edition("digest", [DUE], DUE + 900, BERLIN).late
    assert edition("digest", [DUE], DUE + 901, BERLIN).late


def test_an_edition_needs_a_due_time() -> None:
    with pytest.raises(ValueError, match="due"):
        edition("digest", [], DUE, BERLIN)


def test_the_key_is_of_the_period_and_not_of_the_hour() -> None:
    keys = {
        edition("digest", [DUE], DUE + late, BERLIN).key("C1", 7) for late in (0, 60, 9_000, 80_000)
    }
    assert keys == {f"digest/C1/7/{MIDNIGHT - 86_400}-{MIDNIGHT}"}


@given(instants, zones, st.integers(0, 20 * 86_400))
def test_editions_follow_one_another_without_gap_or_overlap(
    start: int, zone: str, down: int
) -> None:
    schedule = Schedule("09:00", zone)
    first = next_due(schedule, start)
    dues = missed(schedule, first, first + down)
    late = edition("digest", dues, first + down, zone)
    following = next_due(schedule, dues[-1])
    assert edition("digest", [following], following, zone).period.start >= late.period.end
    assert late.period.end <= dues[-1]


@given(
    instants, zones, st.sampled_from([None, 0, 3]), st.sets(st.integers(0, 9)), st.integers(1, 9)
)
def test_what_waits_is_joined_as_far_as_there_is_no_gap(
    start: int, zone: str, weekday: int | None, waiting: set[int], last: int
) -> None:
    schedule = Schedule("09:00", zone, weekday)
    kind = "digest" if weekday is None else "leaderboard"
    dues = [next_due(schedule, start)]
    while len(dues) <= last:
        dues.append(next_due(schedule, dues[-1]))
    each = [edition(kind, [due], due, zone) for due in dues]
    whole, replaced = joined(each[last], [each[n] for n in waiting if n < last], dues[last], zone)
    gap = max((n for n in range(last) if n not in waiting), default=-1)
    assert [n for n in range(last) if each[n] in replaced] == [*range(gap + 1, last)]
    # As if the bot had been down for as long.
    assert whole == edition(kind, dues[gap + 1 : last + 1], dues[last], zone)


@given(instants, zones, st.integers(0, 86_400))
def test_an_edition_is_made_again_from_what_is_kept_of_it(start: int, zone: str, wait: int) -> None:
    schedule = Schedule("09:00", zone)
    due = next_due(schedule, start)
    made = edition("digest", [due], due + wait, zone)
    kept = (made.period.start, made.period.end, made.due)
    assert reissued("digest", *kept, due + wait, zone) == made


def test_it_waits_until_it_is_due() -> None:
    assert decide(DUE, MIDNIGHT, DUE - 1, MIDNIGHT) == Wait(DUE)
    assert decide(DUE, DUE + 60, DUE, DUE) == Wait(DUE + 60)


def test_it_goes_out_when_the_day_is_complete() -> None:
    assert decide(DUE, MIDNIGHT, DUE, MIDNIGHT) == Send()


def test_it_waits_for_a_sweep_and_then_owns_up() -> None:
    fresh = MIDNIGHT - 1
    assert decide(DUE, MIDNIGHT, DUE + 3599, fresh) == Wait(DUE + 3600)
    sent = decide(DUE, MIDNIGHT, DUE + 3600, fresh, zone=BERLIN)
    assert isinstance(sent, Send)
    assert sent.note
    assert "Mon 23 Nov 2026 23:59 (Europe/Berlin)" in sent.note
    nothing = decide(DUE, MIDNIGHT, DUE + 3600, None)
    assert isinstance(nothing, Send)
    assert nothing.note


def test_patience_begins_when_the_bot_wakes_up() -> None:
    woken = DUE + 3 * 86_400
    assert decide(DUE, MIDNIGHT, woken + 60, MIDNIGHT - 1, awake=woken) == Wait(woken + 3600)
    assert decide(DUE, MIDNIGHT, woken + 60, MIDNIGHT, awake=woken) == Send()
