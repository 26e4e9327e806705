"""Showing a message through a response URL."""

from __future__ import annotations

import json
import logging
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

from slack_bolt import Respond
from slack_sdk.webhook import WebhookClient

from bot.domain.address import is_private

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.slack.message import Message

logger = logging.getLogger(__name__)

_FINE = 200
_UNFAMILIAR = "invalid_blocks"


class OnHome(Respond):
    """Answers what is pressed on a Home, which has no response URL: `tell` shows it there."""

    def __init__(self, tell: Callable[[Message], None]) -> None:
        super().__init__(response_url=None)
        self.tell = tell


def show(respond: Respond, message: Message, *, in_channel: bool = False) -> None:
    """Answer privately, or to the whole channel; as text where Slack refuses the native blocks."""
    if isinstance(respond, OnHome):
        respond.tell(message)
        return
    body: dict[str, Any] = {
        "text": message.text,
        "blocks": list(message.blocks),
        "response_type": "in_channel" if in_channel else "ephemeral",
        "replace_original": False,
        "unfurl_links": False,
    }
    refusal = _refusal(respond, body)
    if message.plain is not None and _UNFAMILIAR in refusal:
        refusal = _refusal(respond, body | {"blocks": list(message.plain)})
    if refusal:
        logger.error("Slack did not take an answer: %s", refusal)


def _refusal(respond: Respond, body: dict[str, Any]) -> str:
    """Answer once; returns why Slack did not take it, nothing where it did.

    Which host the URL names is Slack's business, which vouched for the request: hooks.slack.com is
    not the only one. But numbers and names don't travel in clear.
    """
    if not respond.response_url:
        return "there is no response URL"
    if not is_private(respond.response_url):
        return "the response URL is not https"
    # Bolt's own client would answer a second time when the connection drops before the receipt.
    # With a context the SDK builds an opener for each answer, which plain http does not need.
    tls = respond.ssl if respond.response_url.startswith("https:") else None
    client = WebhookClient(respond.response_url, proxy=respond.proxy, ssl=tls, retry_handlers=[])
    try:
        answer = client.send_dict(body)
    except (OSError, HTTPException) as error:
        return type(error).__name__
    if answer.status_code == _FINE and _ok(answer.body):
        return ""
    return f"{answer.status_code} {answer.body[:200]}".rstrip()


def _ok(body: str) -> bool:
    """Whether a good status is meant: some refusals come as JSON with the status 200."""
    try:
        told = json.loads(body)
    except ValueError:
        return True
    return not isinstance(told, dict) or told.get("ok", True) is not False
