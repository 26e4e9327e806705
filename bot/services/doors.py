"""The way into channels: finding their ids, and trying again those that are closed.

A channel is looked up by its name once. From then on it is its id that counts, until there is no
channel of that id any more.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.services import refusals
from bot.services.outcomes import READING, Outcomes
from bot.slack.errors import Limited, Refused, SlackError, refusal
from bot.store import health, lanes, pauses

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.slack.sender import Channel, Sender
    from bot.store.database import Transaction
    from bot.store.pauses import Probe

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Doors:
    """Finds channels, and opens those that can be posted to again."""

    sender: Sender
    outcomes: Outcomes

    def claim(self, tx: Transaction, now: float) -> Callable[[], int] | None:
        """The channel to look at next, None where there is none or Slack wants a pause."""
        if now < health.not_before(tx, READING):
            return None
        if probe := pauses.claim(tx, int(now)):
            if pauses.wanted(tx, probe.lane):
                return partial(self._try, probe)
            pauses.end(tx, probe.lane, int(now))  # of which nobody wants to hear any more
        if name := lanes.seek(tx, int(now * 1000)):
            return partial(self._look_up, name)
        return None

    def _look_up(self, name: str) -> int:
        """Find the id of a channel that something is to be posted to."""
        try:
            channel = self.sender.channel_id(name)
        except SlackError as error:
            self._no_way(name, name, error)
        else:
            self._found(name, name, channel)
        return 0

    def _try(self, probe: Probe) -> int:
        """Find out whether a channel that was closed is open."""
        try:
            channel = self._found_again(probe)
            _enter(channel, probe.called)
        except SlackError as error:
            self._no_way(probe.lane, probe.called, error)
        else:
            self.outcomes.reopen(probe.lane)
            self._found(probe.lane, probe.called, channel)
        return 0

    def _found_again(self, probe: Probe) -> Channel:
        """The channel, or another that bears its name since it was deleted."""
        try:
            return self.sender.channel_id(probe.lane)
        except Refused as refused:
            if refused.code != "channel_not_found" or not probe.found:
                raise
        return self.sender.channel_id(probe.called)

    def _found(self, lane: str, called: str, channel: Channel) -> None:
        with self.outcomes.database.write(durable=True) as tx:
            lanes.find(tx, lane, called, channel.id)

    def _no_way(self, lane: str, called: str, error: SlackError) -> None:
        if isinstance(error, Limited):
            self.outcomes.rest(READING, error)
        elif isinstance(error, Refused) and error.permanent and not refusals.shut_out(error):
            self.outcomes.pause(lane, called, error)
        else:
            logger.debug("Could not look at %s: %s", called, error)
            self.outcomes.down(error)
            with self.outcomes.database.write() as tx:
                lanes.excuse(tx, lane, str(error))


def _enter(channel: Channel, called: str) -> None:
    """See whether the bot may post in a channel, as far as looking tells.

    Raises:
        Refused: as Slack would.
    """
    if channel.is_archived:
        raise refusal("is_archived", called)
    if not channel.is_member:
        raise refusal("not_in_channel", called)
