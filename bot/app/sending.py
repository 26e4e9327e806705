"""Parts that speak to Slack."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bot.config import settings_mistake
from bot.services.delivery import Delivery, Patience
from bot.services.permissions import Permissions
from bot.services.telling import ALERT, HELD
from bot.slack.lookup import Lookup
from bot.slack.sender import Sender, make_client

if TYPE_CHECKING:
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


def delivery(settings: Settings, database: Database) -> tuple[Delivery, Sender]:
    """What delivers the outbox, and the hand that it posts with.

    Raises:
        ConfigError: when the token is missing, or it or the address can't be right.
    """
    sender = Sender(web_client(settings))
    managers, kinds = settings.config.told, set[str](settings.config.delivery.may_repeat)
    may_repeat = kinds | {HELD} if ALERT in kinds else kinds
    return Delivery(database, sender, managers, time.time, PATIENCE, may_repeat), sender


def permissions(settings: Settings, client: WebClient) -> Permissions:
    """What says who may change something, and where questions are answered."""
    config, lookup = settings.config, Lookup(client)
    return Permissions(config.managers, config.slack.ask_in, lookup.members, lookup.channel_name)
