"""Editing messages that were sent, until what stands in the channel is what was last wanted.

An edit can be repeated without harm, so that one of unknown outcome is simply made again; but not
before it can't land any more, since it would undo a later one. An edit that Slack refuses for good
is dropped, and nobody is bothered: the message itself stands.

Slack counts edits by the workspace and not by the channel, so that they keep no pace of a channel;
a pause that it asks for holds up all of them.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.domain.figures import a_or_an
from bot.services.outcomes import EDITING
from bot.services.refusals import unchangeable
from bot.slack.errors import Limited, SlackError, Unknown
from bot.slack.message import Message
from bot.slack.receipt import Receipt
from bot.store import health, revisions

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.delivery import Patience
    from bot.services.outcomes import Outcomes
    from bot.slack.sender import Sender
    from bot.store.database import Transaction
    from bot.store.revisions import Edit

logger = logging.getLogger(__name__)

_BACK_OFF = (60, 300, 900, 1800)
_MOST_ATTEMPTS = 50  # with these pauses, a day


@dataclass(frozen=True, slots=True)
class Revising:
    """Takes revisions from the store to the channel; several processes may do so."""

    sender: Sender
    outcomes: Outcomes
    patience: Patience

    def claim(self, tx: Transaction, now: int) -> Callable[[], int] | None:
        """The edit to make next; None while Slack wants a pause, or where none is due."""
        if now < health.not_before(tx, EDITING):
            return None
        edit = revisions.claim(tx, now, now - self.patience.certain)
        return partial(self._carry_out, edit) if edit else None

    def _carry_out(self, edit: Edit) -> int:
        """Edit one message; returns 0, since none was sent."""
        if self.outcomes.now() - edit.begun > self.patience.haste:
            # Made this late, it could land after the edit of another process.
            self._again(edit, edit.begun)
            return 0
        message = Message.from_json(edit.message)
        try:
            self.sender.update(Receipt(edit.channel, edit.ts), message)
        except SlackError as error:
            self._failed(edit, error)
        else:
            with self.outcomes.database.write(durable=True) as tx:
                revisions.edited(tx, edit, self.outcomes.now())
        return 0

    def _failed(self, edit: Edit, error: SlackError) -> None:
        if isinstance(error, Limited):
            self.outcomes.rest(EDITING, error)
            self._again(edit, self.outcomes.now())
        elif unchangeable(error, edit.channel) or edit.attempts >= _MOST_ATTEMPTS:
            self._drop(edit, error)
        else:
            logger.debug("An edit of %s is tried again: %s", a_or_an(edit.kind), error)
            wait = _BACK_OFF[min(edit.attempts, len(_BACK_OFF)) - 1]
            self._again(edit, self.outcomes.now() + wait, certain=not isinstance(error, Unknown))

    def _again(self, edit: Edit, at: int, *, certain: bool = True) -> None:
        with self.outcomes.database.write() as tx:
            (revisions.release if certain else revisions.doubt)(tx, edit, at)

    def _drop(self, edit: Edit, error: SlackError) -> None:
        what = a_or_an(edit.kind).capitalize()
        logger.info("%s in %s is not brought up to date: %s", what, edit.channel, error)
        with self.outcomes.database.write(durable=True) as tx:
            revisions.drop(tx, edit, self.outcomes.now())
