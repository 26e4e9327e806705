from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vantio import limits

NOW = 1_705_314_600.0  # 2024-01-15 10:30:00 UTC
LATER = "Mon, 15 Jan 2024 10:30:12 GMT"


def pause(headers: dict[str, str]) -> float:
    told = limits.windows(headers, NOW)
    return max((window.wait or 0 for window in told if window.remaining <= 0), default=0)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"retry-after": "12"}, 12),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "12, 12"}, 12),
        ({"retry-after": "-4"}, 0),
        ({"retry-after": "999999999999999999"}, limits.LONGEST_WAIT),
        ({"retry-after": LATER}, 12),
        ({"retry-after": "Mon, 15 Jan 2024 09:00:00 GMT"}, 0),
        ({"retry-after": "2024-01-15T10:30:12Z"}, 12),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Mon, 15 Jan 99999999999999999999 10:30:12 GMT"}, None),
        ({"retry-after": "soon", "x-ratelimit-reset": "12"}, 12),
        ({"retry-after": "5", "x-ratelimit-reset": "12"}, 5),
        ({"x-ratelimit-reset": "1705314612"}, 12),
        ({"x-ratelimit-reset": "1705314612000"}, 12),
        ({"x-ratelimit-reset": "1705314612.5"}, 12.5),
        ({"ratelimit-reset": "12"}, 12),
        ({"x-rate-limit-reset": "12"}, 12),
        ({"ratelimit": '"default";r=0;t=12'}, 12),
        ({"ratelimit": "limit=100, remaining=0, reset=12"}, 12),
        ({"date": "Mon, 15 Jan 2024 10:30:02 GMT", "retry-after": LATER}, 10),
        ({"date": "Mon, 15 Jan 2024 10:30:02 GMT", "x-ratelimit-reset": "1705314612"}, 10),
    ],
)
def test_a_refusal_says_how_long_to_wait(headers: dict[str, str], wait: float | None) -> None:
    assert limits.retry_after(headers, NOW) == wait


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, 0),
        ({"retry-after": "12"}, 0),
        ({"x-ratelimit-remaining": "0"}, 0),
        ({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "12"}, 0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "12"}, 12),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1705314612"}, 12),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1705314612000"}, 12),
        ({"x-ratelimit-remaining": "-1", "x-ratelimit-reset": "12"}, 12),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": LATER}, 12),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "12"}, 12),
        ({"ratelimit-remaining": "0, 5", "ratelimit-reset": "12, 60"}, 12),
        ({"x-ratelimit-remaining": "0", "ratelimit-reset": "12"}, 0),
        ({"ratelimit": '"default";r=0;t=12'}, 12),
        ({"ratelimit": '"default"; r=0; t=12'}, 12),
        ({"ratelimit": '"default";t=12;r=0;pk=:cHsd:'}, 12),
        ({"ratelimit": '"default";r=1;t=12'}, 0),
        ({"ratelimit": '"minute";r=0;t=12, "day";r=5;t=900'}, 12),
        ({"ratelimit": '"a\\";r=0;t=500, b";r=1;t=12'}, 0),
        ({"ratelimit": '"minute";r=0;t=12, "day";r=0;t=900'}, 900),
        ({"ratelimit": "limit=100, remaining=0, reset=12"}, 12),
        ({"ratelimit": "limit=100, remaining=3, reset=12"}, 0),
    ],
)
def test_a_pause_is_due_only_when_nothing_remains(headers: dict[str, str], wait: float) -> None:
    assert pause(headers) == wait


NAMES = (
    *("retry-after", "date", "ratelimit", "ratelimit-remaining", "ratelimit-reset"),
    *("x-ratelimit-remaining", "x-ratelimit-reset"),
)


@given(
    st.dictionaries(
        st.sampled_from(NAMES),
        st.text() | st.from_regex(r'"?[a-z]*"?(;[rt]=-?[0-9.]+)*|[0-9.,;=-]*', fullmatch=True),
    )
)
def test_any_headers_give_a_wait_that_ends(headers: dict[str, str]) -> None:
    named = limits.retry_after(headers, NOW)

    assert named is None or 0 <= named <= limits.LONGEST_WAIT
    assert 0 <= pause(headers) <= limits.LONGEST_WAIT
