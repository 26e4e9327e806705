"""Showing a message through a response URL."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from slack_sdk.errors import SlackClientError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slack_bolt import Respond

    from bot.slack.message import Block, Message

logger = logging.getLogger(__name__)
_FINE = 200


def show(respond: Respond, message: Message, *, in_channel: bool = False) -> None:
    """Answer privately, or to the whole channel; as text where Slack refuses the native blocks."""
    if not _shown(respond, message.text, message.blocks, in_channel=in_channel):
        plain = message.plain or ()
        if not plain or not _shown(respond, message.text, plain, in_channel=in_channel):
            logger.error("Slack did not take an answer.")


def _shown(respond: Respond, text: str, blocks: Sequence[Block], *, in_channel: bool) -> bool:
    try:
        answer = respond(
            text=text,
            blocks=list(blocks),
            response_type="in_channel" if in_channel else "ephemeral",
            replace_original=False,
            unfurl_links=False,
        )
    except (SlackClientError, OSError) as error:
        logger.warning("The response URL failed (%s).", type(error).__name__)
        return False
    return answer.status_code == _FINE
