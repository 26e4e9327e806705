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

logger = logging.getLogger(__name__)

_APOLOGY = "That went wrong on our side, and it was noted. Please try again in a minute."


@contextmanager
def apologising(respond: Respond) -> Iterator[None]:
    """Answer a failure of what is within with a sentence, and log it once.

    It ends here, because Bolt forgets the acknowledgement of a listener that fails soon after it.
    """
    try:
        yield
    except StoreError as error:
        logger.error("A question could not be answered: %s", error)  # noqa: TRY400 - one line says all
    except Exception:
        logger.exception("A listener failed.")
    else:
        return
    show(respond, mistake(_APOLOGY))
