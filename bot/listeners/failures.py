"""What a person is told when a listener fails."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.listeners.showing import show
from bot.slack.views import mistake
from bot.store.database import StoreError

if TYPE_CHECKING:
    from slack_bolt import App, Respond

logger = logging.getLogger(__name__)

_APOLOGY = "That went wrong on our side, and it was noted. Please try again in a minute."


def register(app: App) -> None:
    """Answer every failure with a sentence, and log it once."""

    def apologise(error: Exception, respond: Respond) -> None:
        if isinstance(error, StoreError):
            logger.error("A question could not be answered: %s", error)
        else:
            logger.error("A listener failed.", exc_info=error)
        show(respond, mistake(_APOLOGY))

    app.error(apologise)
