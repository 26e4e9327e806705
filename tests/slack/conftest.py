from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.slack.sender import Sender, make_client
from tests.slack.stand_in import TOKEN, StandIn, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def slack() -> Iterator[StandIn]:
    with serving() as stand_in:
        yield stand_in


@pytest.fixture
def sender(slack: StandIn) -> Sender:
    return Sender(make_client(TOKEN, slack.url, timeout=10))
