import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.model import Spike
from bot.domain.spike import WINDOW, Sensitivity, Silence, decide

NOW = 1_790_000_000
USUAL = Sensitivity()

counts = st.integers(0, 500)
histories = st.lists(counts, max_size=8)
sensitivities = st.builds(
    Sensitivity, st.integers(1, 50), st.floats(1, 10), st.integers(0, 100_000)
)


@pytest.mark.parametrize(
    ("scans", "usual", "last_alert", "reason"),
    [
        (9, [0, 0], None, "below the floor"),
        (10, [0], None, "too little history"),
        (10, [], None, "too little history"),
        (29, [10, 10], None, "within the usual"),
        (10, [2, 2, 3, 3], None, "within the usual"),  # four times as many, and yet chance
        (40, [2, 2], NOW - USUAL.rest + 1, "told already"),
        (40, [2, 2], NOW + 60, "told already"),
    ],
)
def test_it_is_silent_and_says_why(
    scans: int, usual: list[int], last_alert: int | None, reason: str
) -> None:
    assert decide("p", scans, usual, NOW, last_alert, USUAL) == Silence(reason)


@pytest.mark.parametrize(
    ("scans", "usual", "last_alert", "expected"),
    [
        (10, [0, 0], None, 0.0),
        (30, [10, 10], None, 10.0),
        (11, [2, 2, 3, 3], None, 2.5),
        (40, [1, 2], NOW - USUAL.rest, 1.5),
    ],
)
def test_it_speaks_with_its_numbers(
    scans: int, usual: list[int], last_alert: int | None, expected: float
) -> None:
    found = decide("p", scans, usual, NOW, last_alert, USUAL)
    reason = f"{scans} scans in an hour that usually brings {expected:.1f}"
    assert found == Spike("p", NOW, WINDOW, scans, expected, reason)


@given(counts, histories, st.integers(1, 100), sensitivities)
def test_more_scans_never_silence_it(
    scans: int, usual: list[int], more: int, sensitivity: Sensitivity
) -> None:
    if isinstance(decide("p", scans, usual, NOW, None, sensitivity), Spike):
        assert isinstance(decide("p", scans + more, usual, NOW, None, sensitivity), Spike)


@given(counts, histories, sensitivities)
def test_what_it_speaks_of_passes_every_bar(
    scans: int, usual: list[int], sensitivity: Sensitivity
) -> None:
    found = decide("p", scans, usual, NOW, None, sensitivity)
    if isinstance(found, Spike):
        assert scans >= sensitivity.floor
        assert len(usual) >= 2
        assert scans >= sensitivity.factor * found.expected
        assert (scans - found.expected) ** 2 >= 25 * found.expected * (1 - 1e-9)


@given(counts, st.integers(2, 8))
def test_an_hour_like_all_others_is_never_told(scans: int, weeks: int) -> None:
    if scans:
        assert isinstance(decide("p", scans, [scans] * weeks, NOW, None, USUAL), Silence)


@given(counts, histories)
def test_the_order_of_the_weeks_does_not_matter(scans: int, usual: list[int]) -> None:
    one, other = (decide("p", scans, each, NOW, None, USUAL) for each in (usual, sorted(usual)))
    assert one == other
