"""Whatever an alert is about, its messages stay within Slack's limits and mean what we say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert import About, Alert, Band, Evidence, Kind, Scope, Verdict
from bot.sandbox.blocks import problems
from bot.slack import views
from tests.slack.samples import HOUR, NOW, ZONE
from tests.slack.test_hostile import COUNT, TEXT, fine, unhurried

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")

AMOUNT = st.floats(0, 1e12)
TIME = st.integers(NOW - 10**8, NOW + 10**6)
CHANNELS = st.sampled_from(["#alerts", "C0123ABC", f"#{'x' * 80}"])
BANDS = st.lists(st.builds(Band, TEXT, COUNT, AMOUNT, AMOUNT), max_size=60).map(tuple)
SEEN = st.builds(
    Evidence,
    *[COUNT] * 7,
    busy=st.lists(st.tuples(TEXT, COUNT), max_size=10).map(tuple),
)
ALERTS = st.builds(
    Alert,
    kind=st.sampled_from(Kind),
    scope=st.sampled_from(Scope),
    subject=TEXT,
    started_at=TIME,
    fired_at=TIME,
    window=st.integers(0, 10**7),
    scans=COUNT,
    expected=AMOUNT,
    reason=TEXT,
    score=st.floats(0, 400),
    resolved_at=st.none() | TIME,
    now=COUNT,
    usual=AMOUNT,
    total=COUNT,
    peak=COUNT,
    verdict=st.sampled_from(Verdict),
    evidence=SEEN,
    key=st.integers(0, 2**63),
)
ABOUTS = st.builds(
    About,
    name=TEXT,
    detail=TEXT,
    place=TEXT,
    program=TEXT,
    names=st.dictionaries(TEXT, TEXT, max_size=5),
    bands=BANDS,
)


@unhurried
@given(ALERTS, ABOUTS, CHANNELS)
def test_alerts(found: Alert, about: About, channel: str) -> None:
    for now in (found.fired_at, NOW + HOUR):
        message = views.alert(found, about, ZONE, now, channel)
        fine(message)
        assert problems(list(message.blocks)) == []
    fine(views.details(found, about, ZONE))


@unhurried
@given(st.lists(st.tuples(ALERTS, ABOUTS), min_size=1, max_size=4), st.integers(1, 9), CHANNELS)
def test_silences(both: list[tuple[Alert, About]], times: int, channel: str) -> None:
    alerts, abouts = zip(*(both * times), strict=True)
    fine(views.quiet(alerts, abouts, ZONE, NOW, channel))
