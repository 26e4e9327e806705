"""Posting something now, by hand, on the same road as everything that is posted by the clock."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.slack.errors import SlackError
from bot.store import outbox, pauses

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.delivery import Delivery
    from bot.store.database import Database


class NotPostedError(SlackError):
    """It does not stand in the channel; the text says why, and what becomes of it."""


@dataclass(frozen=True, slots=True)
class HandDelivery:
    """Puts one message into the outbox and sees it off, after a wait where its channel rests."""

    database: Database
    delivery: Delivery
    clock: Callable[[], int]
    wait: Callable[[float], object] = time.sleep

    def post(self, kind: str, channel: str, message: str) -> str:
        """Post the JSON of a message to a channel; returns the channel.

        Raises:
            NotPostedError: when Slack did not take it; the text says why, and what becomes of it.
        """
        now = self.clock()
        intent = f"{kind}/{channel}/by hand/{now}-{secrets.token_hex(4)}"
        with self.database.write(durable=True) as tx:
            outbox.add(tx, intent, kind, channel, message, now)
        while (state := self._state(intent))[0] == "waiting" and state[1] is None:
            if self.delivery.step() is None:
                rest = self.delivery.rest()
                if rest is None:
                    break
                self.wait(rest)
        if reason := self._withdrawn(intent):
            raise NotPostedError(reason)
        what, error = self._state(intent)
        if what == "sent":
            return channel
        if what == "buried":
            raise NotPostedError(error or "It was given up.")
        if what == "sending":
            fate = "It is not known yet whether it arrived; `posterpulse run` finds out."
        else:
            fate = f"{error or ''} It stays in the outbox; `posterpulse run` will send it.".lstrip()
        raise NotPostedError(fate)

    def _withdrawn(self, intent: str) -> str:
        """Why the channel is closed, if it is: then whoever asked is to ask again, not to wait."""
        with self.database.write(durable=True) as tx:
            pause = pauses.of(tx, intent)
            if pause is None or not outbox.withdraw(tx, intent):
                return ""
        return f"Nothing can be posted in {pause.channel}: {pause.problem}. {pause.remedy}"

    def _state(self, intent: str) -> tuple[str, str | None]:
        with self.database.read() as tx:
            return outbox.outcome(tx, intent) or ("gone", None)
