import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.figures import a_or_an, change, count, roughly, sparkline, thousands


@pytest.mark.parametrize(
    ("scans", "before", "expected"),
    [
        (112, 100, "▲ 12 %"),
        (92, 100, "▼ 8 %"),
        (0, 100, "▼ 100 %"),
        (1001, 1000, "▲ under 1 %"),
        (50, 50, "= same"),
        (0, 0, "= same"),
        (7, 0, "new"),
        (7, None, ""),
        (8, 5, "▲ 3 scans"),
        (4, 5, "▼ 1 scan"),
        (900, 9, "▲ 891 scans"),
        (299, 100, "▲ 199 %"),
        (320, 100, "x3.2"),
        (5000, 10, "x500"),
        (99_999, 10, "x10,000"),
    ],
)
def test_change(scans: int, before: int | None, expected: str) -> None:
    assert change(scans, before) == expected.replace("x", "\N{MULTIPLICATION SIGN}")


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_the_arrow_points_the_right_way(scans: int, before: int) -> None:
    said = change(scans, before)
    assert said[0] in ("▲\N{MULTIPLICATION SIGN}" if scans > before else "▼=")
    assert (said == "= same") == (scans == before)


@pytest.mark.parametrize(
    ("exact", "told"),
    [(0, 0), (7, 7), (87, 87), (999, 999), (1004, 1000), (1005, 1000), (12_437, 12_400)],
)
def test_an_estimate_is_told_roughly(exact: int, told: int) -> None:
    assert roughly(exact) == told


@given(st.integers(0, 10**9))
def test_a_rough_number_is_close_and_stays_so(exact: int) -> None:
    assert 0.99 * exact <= roughly(exact) <= exact
    assert roughly(roughly(exact)) == roughly(exact)


def test_numbers_with_nouns() -> None:
    assert thousands(12_480) == "12,480"
    assert count(1, "scan") == "1 scan"
    assert count(0, "scan") == "0 scans"
    assert count(12_480, "scan") == "12,480 scans"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], ""),
        ([5], ""),
        ([0, 0], "▁▁"),
        ([3, 3], "██"),
        ([0, 1, 100], "▁▂█"),
        (range(8), "▁▂▃▄▅▆▇█"),
    ],
)
def test_sparkline(values: list[int], expected: str) -> None:
    assert sparkline(values) == expected


@given(st.lists(st.integers(0, 10**9), min_size=2))
def test_a_sparkline_keeps_length_order_and_zeros(values: list[int]) -> None:
    bars = sparkline(values)
    assert len(bars) == len(values)
    assert [bar == "▁" for bar in bars] == [value == 0 for value in values]
    by_value = [bar for _, bar in sorted(zip(values, bars, strict=True))]
    assert by_value == sorted(by_value)


def test_an_article_suits_its_noun() -> None:
    assert [a_or_an(kind) for kind in ("digest", "alert")] == ["a digest", "an alert"]
