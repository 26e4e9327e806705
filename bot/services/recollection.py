"""What stands in a channel already, so that a store put back from a copy repeats nothing.

A copy holds as waiting what was posted after it was made, or makes it anew. So the bot reads back
what it posted in the last day: once after a start, before its first message to a channel and before
its first reply in a thread. Where it may not read, it posts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bot.services import refusals
from bot.services.outcomes import READING, Outcomes
from bot.slack.errors import Limited, Refused, SlackError
from bot.store import health

if TYPE_CHECKING:
    from bot.slack.receipt import Receipt
    from bot.slack.sender import Sender
    from bot.store.outbox import Parcel

_DAY: Final = 86_400
_SOON: Final = 15  # seconds
_UNREAD = "It is not known yet whether it was posted before."


@dataclass(frozen=True, slots=True)
class Recollection:
    """Reads each place back once; a place is a channel or a thread in it."""

    sender: Sender
    outcomes: Outcomes
    _read: set[tuple[str, str | None]] = field(default_factory=set)
    _standing: dict[str, Receipt] = field(default_factory=dict)

    def settles(self, parcel: Parcel) -> bool:
        """Whether a message is not to be posted now: it stands, or nobody can tell yet."""
        try:
            known = self._read_back(parcel)
        except SlackError as error:
            known = self._do_without(parcel, error)
        if not known:
            return True
        if standing := self._standing.get(parcel.intent):
            # It may have been edited since the copy was made.
            self.outcomes.sent(parcel, standing, "")
        return standing is not None

    def posted(self, parcel: Parcel, receipt: Receipt) -> None:
        """Know the thread below a message that was just posted: there is nothing in it."""
        self._read.add((parcel.to, receipt.ts))

    def _read_back(self, parcel: Parcel) -> bool:
        """See what stands where the message goes; False while Slack wants a pause."""
        place = (parcel.to, parcel.thread_ts)
        if place in self._read:
            return True
        if self._put_off(parcel):
            return False
        self._standing.update(
            self.sender.marked(parcel.to, self.outcomes.now() - _DAY, parcel.thread_ts)
        )
        self._read.add(place)
        return True

    def _do_without(self, parcel: Parcel, error: SlackError) -> bool:
        """Whether to post all the same: if the channel is closed, posting says how to mend it."""
        if isinstance(error, Limited):
            self.outcomes.rest(READING, error)
            self._put_off(parcel)
            return False
        if refusals.blind(error):
            self._read.add((parcel.to, parcel.thread_ts))
        if refusals.threadless(error) or (isinstance(error, Refused) and error.permanent):
            return True
        if self.outcomes.now() - parcel.first_at > _DAY:
            self.outcomes.again(parcel, f"{_UNREAD} {error}")
        else:
            # A short outage, met by start after start, must neither use up tries nor put it off.
            self.outcomes.release(parcel, _SOON, f"{_UNREAD} {error}")
        self.outcomes.down(error)
        return False

    def _put_off(self, parcel: Parcel) -> bool:
        """Keep a message while Slack wants nothing to be read; whether it does."""
        with self.outcomes.database.read() as tx:
            pause = health.not_before(tx, READING) - self.outcomes.now()
        if pause > 0:
            self.outcomes.release(parcel, pause, _UNREAD)
        return pause > 0
