"""Whatever happens to a list meanwhile, once it is quiet the store comes to equal it."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.store.opening import open_store
from tests.services.feed_model import NOW, START, STEP, agree, filled
from tests.services.feed_weather import ACTS, Broken, Weather

if TYPE_CHECKING:
    import pytest

    from tests.services.feed_model import Order as Listed


@dataclass(frozen=True)
class Story:
    """A list, what may happen to it, and how often it is polled meanwhile."""

    order: Listed
    count: int
    cap: int
    ties: int
    acts: set[str]
    seed: int
    polls: int


STORIES = st.builds(
    Story,
    order=st.sampled_from(["newest", "oldest", "arbitrary"]),
    count=st.sampled_from([1, 5, 60, 300, 1_200]),
    cap=st.sampled_from([5, 7, 20, 50, 100]),
    ties=st.sampled_from([1, 3, 40]),
    acts=st.sets(st.sampled_from(ACTS), max_size=5),
    seed=st.integers(0, 10**6),
    polls=st.integers(1, 4),
)


@settings(max_examples=100)
@given(STORIES)
@example(Story("newest", 300, 20, 3, set(ACTS), 1, 4))
def test_once_the_feed_is_quiet_the_store_equals_it(
    tmp_path_factory: pytest.TempPathFactory, story: Story
) -> None:
    # Where no page shows a second whole, what cancels out inside it can't be told.
    assume(story.ties + 2 <= story.cap)
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('law') / 'store.db'}")
    feed = filled(story.order, story.count, story.cap, story.ties)
    chance, now = random.Random(story.seed), NOW
    end = START + story.count * STEP
    feed.disturb = Weather(chance, sorted(story.acts), end, story.ties + 2)
    for _ in range(story.polls):
        now += 300
        with suppress(Broken):
            feed.ingest(store, now).sync()
    feed.disturb = lambda _: None
    feed.ingest(store, now + 300).sync(full=True)
    result = feed.ingest(store, now + 4_000).audit()
    # A list that is suddenly empty is not believed so soon.
    assume(feed.ids())
    assert result.complete
    assert agree(feed, store)
    store.close()
