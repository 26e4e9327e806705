"""Parts that speak to Slack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.config import settings_mistake
from bot.services.delivery import Delivery, Patience
from bot.services.permissions import Permissions
from bot.slack.lookup import Lookup
from bot.slack.sender import Sender, make_client

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk import WebClient

    from bot.config import Settings
    from bot.store.database import Database

PATIENCE = Patience()


def web_client(settings: Settings) -> WebClient:
    """The client that posts, which never repeats a request by itself.

    Raises:
        ConfigError: when the token is missing, or it or the address can't be right.
    """
    token = settings.secret("SLACK_BOT_TOKEN")
    with settings_mistake():
        return make_client(token, settings.environment.slack_api_url, PATIENCE.timeout)


def delivery(
    settings: Settings, database: Database, clock: Callable[[], int]
) -> tuple[Delivery, Sender]:
    """What delivers the outbox, and the hand that it posts with.

    Raises:
        ConfigError: when the token is missing, or it or the address can't be right.
    """
    sender = Sender(web_client(settings))
    return Delivery(database, sender, settings.config.told, clock, PATIENCE), sender


def permissions(settings: Settings, client: WebClient) -> Permissions:
    """What says who may change something, and where questions are answered."""
    config, lookup = settings.config, Lookup(client)
    return Permissions(config.managers, config.slack.ask_in, lookup.members, lookup.channel_name)
