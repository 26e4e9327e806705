from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.calendar import MONTHS, WEEKDAYS, Unit, local
from bot.domain.period import Period, PeriodError, compare, days, parse, slices

from .clocks import at, instants, zones

BERLIN = "Europe/Berlin"
NOW = at("2026-11-24 14:05", BERLIN)  # a Tuesday

PHRASES = (
    *("today", "yesterday", "this week", "last week", "this month", "last month", "this quarter"),
    *("last quarter", "this year", "last year", "last hour", "last day", "past week", "all time"),
    *("last 24 hours", "last 7 days", "7 days", "past 3 weeks", "last 2 months", "last 90 minutes"),
    *("since monday", "since friday", "since nov 2", "friday", "on friday", "last friday"),
    *("november", "in june", "2 nov", "feb 29", "1-3 mar", "monday to friday", "dec 30 to jan 2"),
)


@pytest.mark.parametrize(
    ("words", "begin", "end"),
    [
        ("today", "2026-11-24", "2026-11-25"),
        ("  ToDay ", "2026-11-24", "2026-11-25"),
        ("yesterday", "2026-11-23", "2026-11-24"),
        ("this week", "2026-11-23", "2026-11-30"),
        ("Last   Week", "2026-11-16", "2026-11-23"),
        ("last month", "2026-10-01", "2026-11-01"),
        ("this quarter", "2026-10-01", "2027-01-01"),
        ("last quarter", "2026-07-01", "2026-10-01"),
        ("last year", "2025-01-01", "2026-01-01"),
        ("last 90 minutes", "2026-11-24 12:35", "2026-11-24 14:05"),
        ("last hour", "2026-11-24 13:05", "2026-11-24 14:05"),
        ("last day", "2026-11-23 14:05", "2026-11-24 14:05"),
        ("last 7 days", "2026-11-18", "2026-11-25"),
        ("seven days", "2026-11-18", "2026-11-25"),
        ("past two weeks", "2026-11-11", "2026-11-25"),
        ("last 3 months", "2026-08-25", "2026-11-25"),
        ("since monday", "2026-11-23", "2026-11-24 14:05"),
        ("since tuesday", "2026-11-24", "2026-11-24 14:05"),
        ("since 2026-11-02", "2026-11-02", "2026-11-24 14:05"),
        ("since Nov 2", "2026-11-02", "2026-11-24 14:05"),
        ("on friday", "2026-11-20", "2026-11-21"),
        ("tuesday", "2026-11-24", "2026-11-25"),
        ("last friday", "2026-11-20", "2026-11-21"),
        ("last tuesday", "2026-11-17", "2026-11-18"),
        ("on 2026-11-02", "2026-11-02", "2026-11-03"),
        ("2 november 2026", "2026-11-02", "2026-11-03"),
        ("nov 2nd", "2026-11-02", "2026-11-03"),
        ("dec 2", "2025-12-02", "2025-12-03"),
        ("feb 29", "2024-02-29", "2024-03-01"),
        ("2026-11-01..2026-11-15", "2026-11-01", "2026-11-16"),
        ("2026-11-01 to 2026-11-15", "2026-11-01", "2026-11-16"),
        ("2026-11-01 \N{EN DASH} 2026-11-15", "2026-11-01", "2026-11-16"),
        ("2026-11-01 - 2026-11-15", "2026-11-01", "2026-11-16"),
        ("from 1 to 15 nov", "2026-11-01", "2026-11-16"),
        ("1-15 nov", "2026-11-01", "2026-11-16"),
        ("28 dec to 3 jan 2026", "2025-12-28", "2026-01-04"),
        ("friday to sunday", "2026-11-20", "2026-11-23"),
        ("nov 20 to dec 5", "2026-11-20", "2026-12-06"),
        ("2026-11-20..today", "2026-11-20", "2026-11-25"),
        ("november", "2026-11-01", "2026-12-01"),
        ("in december", "2025-12-01", "2026-01-01"),
        ("nov 2025", "2025-11-01", "2025-12-01"),
        ("2026-10", "2026-10-01", "2026-11-01"),
        ("all time", "1970-01-01 01:00", "2026-11-24 14:05"),
    ],
)
def test_words_mean(words: str, begin: str, end: str) -> None:
    found = parse(words, NOW, BERLIN)
    assert (found.start, found.end) == (at(begin, BERLIN), at(end, BERLIN))


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("yesteday", "Did you mean “yesterday”?"),
        ("last 7 dayz", "Did you mean “last 7 days”?"),
        ("since munday", "Did you mean “since monday”?"),
        ("2026-02-30", "no day 2026-02-30"),
        ("31 nov", "no day 2025-11-31"),
        ("2026-11-15..2026-11-01", "Did you mean “2026-11-01..2026-11-15”?"),
        ("2027-03-01", "future"),
        ("9999-12-31", "out of reach"),
        ("99999999999999999999-01-01", "out of reach"),
        ("2026-11-01..2027-12-31", "too far"),
        ("1999-12-31", "out of reach"),
        ("Tue 2 Nov 2026", "is a Mon"),
        ("last 0 days", "no time"),
        ("last 99999999999999999999 years", "too long"),
        ("since last 24 hours", "wants a day"),
        ("", "Try “today”"),
        ("since since monday", "Try “today”"),
        ("x" * 100_000, "Try “today”"),
    ],
)
def test_mistakes_say_what_to_type(words: str, part: str) -> None:
    with pytest.raises(PeriodError) as caught:
        parse(words, NOW, BERLIN)
    assert part in str(caught.value)
    assert len(str(caught.value)) < 250


PIECES = st.sampled_from(
    [
        *WEEKDAYS,
        *MONTHS,
        "since",
        "last",
        "this",
        "to",
        "..",
        "-",
        "days",
        "hours",
        "years",
        "for",
        "on",
        "the",
        "all",
        "time",
        "0",
        "1",
        "31",
        "99",
        "2026",
        "2026-02-30",
        "9" * 30,
        "...",
    ]
)
texts = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=12).map(" ".join))


@given(texts, instants, zones)
@example("\N{LATIN SMALL LETTER LONG S}ince mon", NOW, BERLIN)
@example("since for since for since monday", NOW, BERLIN)
@example("\N{ARABIC-INDIC DIGIT ONE} nov", NOW, BERLIN)
def test_any_words_are_a_period_or_a_period_error(words: str, now: int, zone: str) -> None:
    try:
        found = parse(words, now, zone)
    except PeriodError:
        return
    assert 0 <= found.start <= found.end
    assert found.start <= now
    assert parse(found.label, now, zone) == found
    assert zone in found.describe()
    compared = compare(found, now)
    assert compared.before.start <= compared.before.end <= compared.period.start
    assert compared.running == (now < found.end)


@given(st.sampled_from(PHRASES), instants, zones)
def test_labels_read_back(words: str, now: int, zone: str) -> None:
    found = parse(words, now, zone)
    assert parse(found.label, now, zone) == found


@given(instants, zones)
def test_calendar_periods_tile_the_line(now: int, zone: str) -> None:
    today, yesterday = parse("today", now, zone), parse("yesterday", now, zone)
    assert yesterday.end == today.start <= now < today.end
    for unit in ("week", "month", "quarter", "year"):
        this, last = parse(f"this {unit}", now, zone), parse(f"last {unit}", now, zone)
        assert last.start < last.end == this.start <= now < this.end
        assert parse(f"this {unit}", this.start, zone) == this
        assert parse(f"this {unit}", this.end - 1, zone) == this


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("yesterday", "yesterday (Mon 23 Nov 2026, Europe/Berlin)"),
        ("last week", "last week (Mon 16 - Sun 22 Nov 2026, Europe/Berlin)"),
        ("on 2026-11-02", "Mon 2 Nov 2026 (Europe/Berlin)"),
        ("1-15 nov", "Sun 1 - Sun 15 Nov 2026 (Europe/Berlin)"),
        ("28 dec to 3 jan 2026", "Sun 28 Dec 2025 - Sat 3 Jan 2026 (Europe/Berlin)"),
        ("last 24 hours", "last 24 hours (Mon 23 Nov 14:05 - Tue 24 Nov 14:05, Europe/Berlin)"),
        ("last hour", "last hour (Tue 24 Nov 2026 13:05 - 14:05, Europe/Berlin)"),
        ("all time", "all time (Europe/Berlin)"),
    ],
)
def test_descriptions(words: str, expected: str) -> None:
    assert parse(words, NOW, BERLIN).describe() == expected.replace(" - ", " \N{EN DASH} ")


@pytest.mark.parametrize(
    ("words", "begin", "end", "label"),
    [
        ("today", "2026-11-23", "2026-11-23 14:05", "the same part of yesterday"),
        ("yesterday", "2026-11-22", "2026-11-23", "the day before"),
        ("this week", "2026-11-16", "2026-11-17 14:05", "the same part of last week"),
        ("last week", "2026-11-09", "2026-11-16", "the week before"),
        ("this month", "2026-10-01", "2026-10-24 14:05", "the same part of last month"),
        ("last month", "2026-09-01", "2026-10-01", "the month before"),
        ("last quarter", "2026-04-01", "2026-07-01", "the quarter before"),
        ("last year", "2024-01-01", "2025-01-01", "the year before"),
        ("mar 2026", "2026-02-01", "2026-03-01", "the month before"),
        ("last 24 hours", "2026-11-22 14:05", "2026-11-23 14:05", "the 24 hours before"),
        ("last 7 days", "2026-11-11", "2026-11-17 14:05", "the same part of the 7 days before"),
        ("2026-11-01..2026-11-15", "2026-10-17", "2026-11-01", "the 15 days before"),
        ("since monday", "2026-11-16", "2026-11-17 14:05", "the same days a week before"),
        ("mon to fri", "2026-11-18", "2026-11-19 14:05", "the same part of the 5 days before"),
    ],
)
def test_what_it_compares_with(words: str, begin: str, end: str, label: str) -> None:
    before = compare(parse(words, NOW, BERLIN), NOW).before
    assert (before.start, before.end) == (at(begin, BERLIN), at(end, BERLIN))
    assert before.label == label


def test_all_time_has_nothing_before() -> None:
    compared = compare(parse("all time", NOW, BERLIN), NOW)
    assert compared.before.start == compared.before.end
    assert not compared.running


def test_a_running_month_never_reaches_into_itself() -> None:
    now = at("2026-03-31 15:00", BERLIN)
    compared = compare(parse("this month", now, BERLIN), now)
    assert compared.period.end == now
    assert compared.before.end == compared.period.start


def test_across_a_clock_change_the_wall_clock_counts() -> None:
    now = at("2026-03-29 15:00", BERLIN)
    before = compare(parse("today", now, BERLIN), now).before
    assert before.end == at("2026-03-28 15:00", BERLIN)
    assert parse("last 1 days", now, BERLIN).start == at("2026-03-28 15:00", BERLIN)
    assert parse("last 24 hours", now, BERLIN).start == at("2026-03-28 14:00", BERLIN)


@given(instants, zones, st.integers(0, 90_000))
def test_a_period_without_a_step_compares_by_the_stopwatch(
    start: int, zone: str, length: int
) -> None:
    compared = compare(Period(start, start + length, zone, "mine"), start + 2 * length)
    assert (compared.before.start, compared.before.end) == (start - length, start)


@given(st.sampled_from(PHRASES), instants, zones)
@example("since monday", 1_306_209_601, "America/New_York")
def test_slices_tile_their_period(words: str, now: int, zone: str) -> None:
    found = parse(words, now, zone)
    for by in (None, Unit.MONTH, 7):
        cut = slices(found, by)
        assert [end for _, end, _ in cut[:-1]] == [start for start, _, _ in cut[1:]]
        if cut:
            assert (cut[0][0], cut[-1][1]) == (found.start, found.end)
    assert len(slices(found)) <= 125
    labels = [label for _, _, label in slices(found)]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("words", "count", "first", "last"),
    [
        ("yesterday", 24, "00:00", "23:00"),
        ("last 24 hours", 25, "14:05", "14:00"),
        ("last week", 7, "Mon 16", "Sun 22"),
        ("last 7 days", 7, "Wed 18", "Tue 24"),
        ("last month", 31, "1 Oct", "31 Oct"),
        ("last year", 53, "1 Jan 2025 00:00", "29 Dec 2025"),
        ("2012-01-01..2016-12-31", 60, "Jan 2012", "Dec 2016"),
    ],
)
def test_slices_are_labelled(words: str, count: int, first: str, last: str) -> None:
    cut = slices(parse(words, NOW, BERLIN))
    assert len(cut) == count
    assert (cut[0][2], cut[-1][2]) == (first, last)


def test_the_repeated_hour_has_a_slice_of_its_own() -> None:
    night = days(date(2026, 10, 25), date(2026, 10, 25), BERLIN)
    labels = [label for _, _, label in slices(night)]
    assert labels[1:5] == ["01:00", "02:00", "02:00 (again)", "03:00"]
    assert len(labels) == 25


@given(instants, zones, st.integers(0, 40))
def test_whole_days(now: int, zone: str, length: int) -> None:
    first = local(now, zone).date()
    last = first + timedelta(days=length)
    span = days(first, last, zone)
    assert span.start <= now < span.end
    assert compare(span, span.end).before.end == span.start
