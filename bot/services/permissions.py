"""Who may ask where, and who may change something."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.slack import views
from bot.slack.errors import SlackError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.slack.message import Message

logger = logging.getLogger(__name__)

_GROUP = "S"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who does something, and in which channel: ids of Slack, and the name that it tells.

    The name of a private channel is not told by Slack; `channel` is empty outside of channels.
    """

    user: str
    channel: str = ""
    channel_name: str = ""


@dataclass(frozen=True, slots=True)
class Permissions:
    """Refuses kindly, with a message that says whom or where to ask.

    Attributes:
        managers: Who may change something, by the ids of people (U...) and groups (S...); where
            there is nobody, everyone may.
        ask_in: The channels in which questions are answered, by name or id; everywhere if empty.
        members: Who is in a group; may raise `SlackError`.
        name_of: What the channel with an id is called; may raise `SlackError`.
    """

    managers: Sequence[str]
    ask_in: Sequence[str]
    members: Callable[[str], Sequence[str]]
    name_of: Callable[[str], str]

    def to_ask(self, asker: Asker) -> Message | None:
        """Why questions are not answered here; None where they are.

        Direct messages are no listed channel: a list that they go around would keep nobody out.
        """
        listed = [each.removeprefix("#") for each in self.ask_in]
        if not listed or asker.channel in listed or asker.channel_name in listed:
            return None
        if self._named(asker.channel) in listed:
            return None
        return views.ask_elsewhere(self.ask_in)

    def manages(self, user: str) -> bool:
        """Whether somebody is named as a manager, alone or within a group."""
        return bool(self.managers) and self.to_change(Asker(user)) is None

    def to_change(self, asker: Asker) -> Message | None:
        """Why somebody may not change anything; None where they may."""
        groups = [each for each in self.managers if each.startswith(_GROUP)]
        people = {each: None for each in self.managers if each not in groups}
        if not self.managers or asker.user in people:
            return None
        unknown = False
        for group in groups:
            try:
                people |= dict.fromkeys(self.members(group))
            except SlackError as error:
                logger.warning("The managers in the group %s are not known: %s", group, error)
                unknown = True
        if asker.user in people:
            return None
        return views.managers_unknown([*people]) if unknown else views.managers_only([*people])

    def _named(self, channel: str) -> str:
        """The name of a channel, empty where the bot may not know it."""
        try:
            return self.name_of(channel) if channel else ""
        except SlackError as error:
            logger.debug("A channel in which somebody asks is not known: %s", error)
            return ""
