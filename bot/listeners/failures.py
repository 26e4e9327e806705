"""What a person is told when a listener fails."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.listeners.showing import show
from bot.slack.views import mistake
from bot.store.database import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_bolt import Respond

    from bot.slack.message import Message

logger = logging.getLogger(__name__)

_APOLOGY = "That went wrong on our side, and it was noted. Please try again in a minute."


@contextmanager
def apologising(respond: Respond) -> Iterator[None]:
    """Answer a failure of what is within with a sentence, and log it once.

    It ends here, because Bolt forgets the acknowledgement of a listener that fails soon after it.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it was, a person waits for an answer
        show(respond, apology(error))


def apology(error: Exception) -> Message:
    """The sentence that answers a failure, which is logged."""
    if isinstance(error, StoreError):
        logger.error("A question could not be answered: %s", error)
    else:
        logger.error("A listener failed.", exc_info=error)
    return mistake(_APOLOGY)
