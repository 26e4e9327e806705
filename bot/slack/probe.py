"""Small questions to Slack that change nothing, to learn whether the way is open."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from bot.slack.client import call, header
from bot.slack.errors import SlackError

if TYPE_CHECKING:
    from slack_sdk import WebClient

_HALF_A_SECOND = 0.5


def open_socket(client: WebClient) -> None:
    """Ask for a Socket Mode connection, which nobody then uses; `client` holds the app token.

    Raises:
        SlackError: As `bot.slack.client.call`; `Refused` where the token can't open one.
    """
    token = client.token or ""
    call(client.apps_connections_open, app_token=token)


def clock_skew(client: WebClient) -> float | None:
    """By how many seconds this machine's clock is ahead of Slack's (negative: behind).

    It is right to a second, and None where Slack did not answer or told no time.
    """
    started, watch = time.time(), time.monotonic()
    try:
        answer = call(client.api_test)
    except SlackError:
        return None
    latency = time.monotonic() - watch
    try:
        theirs = parsedate_to_datetime(header(answer.headers, "date")).timestamp()
    except (ValueError, OverflowError):
        return None
    # Their date is cut to whole seconds and was written somewhere between asking and answer.
    return started + latency / 2 - theirs - _HALF_A_SECOND
