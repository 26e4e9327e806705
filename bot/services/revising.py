"""Editing messages that were sent, until what stands in the channel is what was last wanted.

An edit can be repeated without harm, so that one of unknown outcome is simply made again; but not
before it can't land any more, since it would undo a later one. An edit that Slack refuses for good
is dropped, and nobody is bothered: the message itself stands.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from bot.services.refusals import unchangeable
from bot.slack.errors import Limited, SlackError, Unknown
from bot.slack.message import Message
from bot.slack.receipt import Receipt
from bot.store import revisions

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.delivery import Patience
    from bot.slack.sender import Sender
    from bot.store.database import Database, Transaction
    from bot.store.revisions import Edit

logger = logging.getLogger(__name__)

_BACK_OFF = (60, 300, 900, 1800)
_MOST_ATTEMPTS = 50  # with these pauses, a day


class Revising:
    """Takes revisions from the store to the channel; several processes may do so."""

    def __init__(
        self, database: Database, sender: Sender, clock: Callable[[], int], patience: Patience
    ) -> None:
        self._database = database
        self._sender = sender
        self._clock = clock
        self._patience = patience
        self._paused_until = 0

    def claim(self, tx: Transaction, now: int) -> Edit | None:
        """The revision to carry out next; None while Slack wants a pause, or where none is due."""
        if now < self._paused_until:
            return None
        return revisions.claim(tx, now, now - self._patience.certain)

    def carry_out(self, edit: Edit) -> int:
        """Edit one message; returns 0, since none was sent."""
        if self._clock() - edit.begun > self._patience.haste:
            # Made this late, it could land after the edit of another process.
            self._again(edit, edit.begun)
            return 0
        message = Message.from_dict(json.loads(edit.message))
        try:
            self._sender.update(Receipt(edit.channel, edit.ts), message)
        except SlackError as error:
            self._failed(edit, error)
        else:
            with self._database.write(durable=True) as tx:
                revisions.edited(tx, edit, self._clock())
        return 0

    def _failed(self, edit: Edit, error: SlackError) -> None:
        if isinstance(error, Limited):
            self._paused_until = self._clock() + int(error.retry_after) + 1
            self._again(edit, self._paused_until)
        elif unchangeable(error) or edit.attempts >= _MOST_ATTEMPTS:
            self._drop(edit, error)
        else:
            logger.debug("An edit of a %s is tried again: %s", edit.kind, error)
            wait = _BACK_OFF[min(edit.attempts, len(_BACK_OFF)) - 1]
            self._again(edit, self._clock() + wait, certain=not isinstance(error, Unknown))

    def _again(self, edit: Edit, at: int, *, certain: bool = True) -> None:
        with self._database.write() as tx:
            (revisions.release if certain else revisions.doubt)(tx, edit, at)

    def _drop(self, edit: Edit, error: SlackError) -> None:
        logger.info("A %s in %s is not brought up to date: %s", edit.kind, edit.channel, error)
        with self._database.write(durable=True) as tx:
            revisions.drop(tx, edit, self._clock())
