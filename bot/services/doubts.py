"""Attempts of unknown outcome: looking into the channel, and only then sending again.

A look is made when the attempt can't land any more. A message of more than one attempt is looked
for once more later, and a copy that landed late is removed. Where Slack does not let the bot look,
nobody can know: the message is given up, or sent again where the operator would rather have it
twice than never.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.domain.figures import a_or_an
from bot.services import refusals
from bot.services.outcomes import READING, Outcomes
from bot.slack.errors import UNREACHABLE, Limited, Refused, SlackError
from bot.store import health, outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from bot.slack.sender import Receipt, Sender
    from bot.store.database import Transaction
    from bot.store.outbox import Parcel

logger = logging.getLogger(__name__)

_LONGEST = 86_400
_SOON = 5  # seconds
_MARGIN = 3 * 3600  # a look must find the message even if our clock is some hours ahead of Slack's


@dataclass(frozen=True, slots=True)
class Doubts:
    """Clears up what is unknown `certain` seconds after an attempt began.

    The kinds of message in `may_repeat` are sent again where the bot may not look.
    """

    sender: Sender
    outcomes: Outcomes
    certain: int
    may_repeat: Collection[str]

    def claim(self, tx: Transaction, now: int) -> Callable[[], int] | None:
        """The look to make next, None where none is due or Slack wants a pause."""
        if now < health.not_before(tx, READING):
            return None
        who = self.outcomes.who
        if doubtful := outbox.claim_unknown(tx, now, who, now - self.certain):
            return partial(self._look, doubtful)
        if repeated := outbox.claim_repeated(tx, now, who):
            return partial(self._remove_copies, repeated)
        return None

    def _look(self, parcel: Parcel) -> int:
        """Find out whether an attempt of unknown outcome landed; send again if it did not."""
        try:
            copies = self._copies(parcel)
        except SlackError as error:
            self._cannot_look(parcel, error)
            return 0
        if copies:
            # Of several attempts it may be an earlier one, with what was to be said then.
            self.outcomes.sent(parcel, copies[0], parcel.message if parcel.attempts == 1 else "")
            return 1
        # Each attempt has waited long already, and whoever died with one was no trouble of Slack's.
        self.outcomes.again(parcel, "It did not arrive.", _SOON)
        return 0

    def _remove_copies(self, parcel: Parcel) -> int:
        try:
            copies = self._copies(parcel)
            # The one with the receipt is kept: its revisions and replies go there.
            kept = [copy for copy in copies if copy.ts == parcel.sent_ts] or copies[:1]
            for copy in copies:
                if copy not in kept:
                    self.sender.delete(copy)
        except SlackError as error:
            what = a_or_an(parcel.kind)
            logger.warning("Could not look for a second copy of %s: %s", what, error)
            if not (isinstance(error, Refused) and error.permanent):
                return 0
        with self.outcomes.database.write() as tx:
            outbox.looked(tx, parcel.key)
        return 0

    def _copies(self, parcel: Parcel) -> list[Receipt]:
        since = parcel.first_at - _MARGIN
        return self.sender.find_all(parcel.to, parcel.intent, since, parcel.thread_ts)

    def _cannot_look(self, parcel: Parcel, error: SlackError) -> None:
        """Keep the doubt while Slack does not answer; where it says no, nobody will ever know."""
        if isinstance(error, Limited):
            self.outcomes.rest(READING, error)
        elif refusals.threadless(error):
            self.outcomes.bury_reply(parcel)
        elif refusals.blind(error) and parcel.kind in self.may_repeat:
            self.outcomes.again(parcel, f"It may have been posted already. {error}")
        elif refusals.blind(error) or self._too_long(parcel, error):
            self.outcomes.bury(parcel, f"It may have been posted; that can't be found out. {error}")
        elif isinstance(error, Refused) and refusals.closed(error, parcel.to):
            self.outcomes.pause(parcel.lane, parcel.channel, error)
        elif refusals.hopeless(error):
            self.outcomes.bury(parcel, f"It may have been posted; that can't be found out. {error}")
        else:
            logger.debug("Could not look whether %s arrived: %s", a_or_an(parcel.kind), error)
            self.outcomes.down(error)

    def _too_long(self, parcel: Parcel, error: SlackError) -> bool:
        """Whether Slack has said no for a day."""
        answered = isinstance(error, Refused) and error.code != UNREACHABLE
        return answered and self.outcomes.now() - parcel.first_at > _LONGEST
