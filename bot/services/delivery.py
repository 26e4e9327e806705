"""Delivering the outbox: each message once, however often Slack, the network or we fall over.

Before the wire the row says `sending`, durably. A clear refusal puts it back or buries it. Anything
else leaves the outcome unknown: nobody sends again until the attempt can't land any more and a look
into the channel's history for the message's key found nothing. A message of more than one attempt
is looked for once more later, and a copy that landed late is removed.

Where Slack does not let the bot look, the message is buried: nobody can know, and twice is as wrong
as never. Looking into direct messages takes the permissions `im:write` and `im:history`.

Messages that were sent are edited where something else is to stand in their place (`revising`).
"""

from __future__ import annotations

import json
import logging
import os
import secrets
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.services.refusals import hopeless, threadless
from bot.services.revising import Revising
from bot.slack.errors import Limited, Refused, SlackError, Unknown
from bot.slack.message import Message
from bot.slack.views import trouble
from bot.store import health, outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.slack.sender import Receipt, Sender
    from bot.store.database import Database, Transaction
    from bot.store.outbox import Parcel

logger = logging.getLogger(__name__)

SOURCE = "Slack"
_BACK_OFF = (5, 15, 60, 300, 900, 1800)
_MOST_ATTEMPTS = 150  # with these pauses, three days
_LONGEST_DOUBT = 86_400
_LAST_LOOK = 600
_MARGIN = 3 * 3600  # a look must find the message even if our clock is some hours ahead of Slack's
_NOTICE = "trouble"


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: how long a request may take, and how long after that it may still land.

    `haste` is how long after claiming a message its request must have been sent.
    """

    timeout: int = 30
    settle: int = 60
    haste: int = 10

    @property
    def certain(self) -> int:
        """After so many seconds nothing of an attempt lands any more; it may ask twice."""
        return self.haste + 2 * self.timeout + self.settle


class Delivery:
    """Sends what the outbox holds; several processes may do so at the same time."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        managers: Sequence[str],
        clock: Callable[[], int],
        patience: Patience,
    ) -> None:
        """`managers` are the Slack ids of who is told when a message is given up."""
        self._database = database
        self._sender = sender
        self._managers = managers
        self._clock = clock
        self._patience = patience
        self._revising = Revising(database, sender, clock, patience)
        self._who = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._paused: dict[str, int] = {}

    def deliver(self, stopped: Callable[[], bool] = lambda: False) -> int:
        """Work until nothing is due or it is `stopped`; returns how many messages were sent."""
        count = 0
        while not stopped() and (done := self.step()) is not None:
            count += done
        return count

    def step(self) -> int | None:
        """One unit of work: 1 when a message was sent, 0 when not, None when there was none."""
        now = self._clock()
        with self._database.write(durable=True) as tx:
            work = self._claim(tx, now)
        return work() if work else None

    def _claim(self, tx: Transaction, now: int) -> Callable[[], int] | None:
        """Take the most urgent piece of work; what it says must be committed before it is done."""
        if due := outbox.claim(tx, now, self._who):
            return partial(self._send, due, now)
        if edit := self._revising.claim(tx, now):
            return partial(self._revising.carry_out, edit)
        if doubtful := outbox.claim_unknown(tx, now, self._who, now - self._patience.certain):
            return partial(self._look, doubtful)
        if repeated := outbox.claim_repeated(tx, now, self._who):
            return partial(self._remove_copies, repeated)
        return None

    def _send(self, parcel: Parcel, claimed: int) -> int:
        channel = self._target(parcel, claimed)
        if channel is None:
            return 0
        message = Message.from_dict(json.loads(parcel.message))
        try:
            receipt = self._sender.post(
                channel, message, parcel.intent, parcel.thread_ts, called=parcel.channel
            )
        except Unknown as error:
            logger.warning("It is unknown whether a %s arrived: %s", parcel.kind, error)
            self._down(error)
        except SlackError as error:
            self._not_posted(parcel, error)
        else:
            self._sent(parcel, receipt, parcel.message)
            return 1
        return 0

    def _target(self, parcel: Parcel, claimed: int) -> str | None:
        """The id to post to; None where the message went back, since nothing was posted yet."""
        pause = self._paused.get(parcel.channel, 0) - claimed
        if pause > 0:
            self._release(parcel, pause, str(Limited(pause)))
            return None
        try:
            channel = self._channel(parcel)
        except SlackError as error:
            self._not_posted(parcel, error)
            return None
        if self._clock() - claimed > self._patience.haste:
            # Sent this late, it could land after another process has looked for it in vain.
            self._again(parcel, "It took too long to find the channel.")
            return None
        return channel

    def _look(self, parcel: Parcel) -> int:
        """Find out whether an attempt of unknown outcome landed; send again if it did not."""
        try:
            copies = self._copies(parcel)
        except SlackError as error:
            self._cannot_look(parcel, error)
            return 0
        if copies:
            # Of several attempts it may be an earlier one, with what was to be said then.
            self._sent(parcel, copies[0], parcel.message if parcel.attempts == 1 else "")
            return 1
        self._again(parcel, "It did not arrive.")
        return 0

    def _remove_copies(self, parcel: Parcel) -> int:
        try:
            copies = self._copies(parcel)
            # The one with the receipt is kept: its revisions and replies go there.
            kept = [copy for copy in copies if copy.ts == parcel.sent_ts] or copies[:1]
            for copy in copies:
                if copy not in kept:
                    self._sender.delete(copy)
        except SlackError as error:
            logger.warning("Could not look for a second copy of a %s: %s", parcel.kind, error)
            if not (isinstance(error, Refused) and error.permanent):
                return 0
        with self._database.write() as tx:
            outbox.looked(tx, parcel.key)
        return 0

    def _copies(self, parcel: Parcel) -> list[Receipt]:
        since = parcel.first_at - _MARGIN
        return self._sender.find_all(self._channel(parcel), parcel.intent, since, parcel.thread_ts)

    def _channel(self, parcel: Parcel) -> str:
        """The id of the channel or person; that of a reply is known already."""
        return parcel.thread_in or self._sender.channel_id(parcel.channel).id

    def _sent(self, parcel: Parcel, receipt: Receipt, stands: str) -> None:
        now = self._clock()
        again = now + _LAST_LOOK if parcel.attempts > 1 else None
        with self._database.write(durable=True) as tx:
            outbox.sent(tx, parcel.key, receipt.channel, receipt.ts, now, again, stands)
            came_back = health.up(tx, SOURCE, now)
        if came_back:
            logger.warning("Slack takes messages again.")

    def _not_posted(self, parcel: Parcel, error: SlackError) -> None:
        """Certainly nothing stands in the channel: put the message back, or give it up."""
        if isinstance(error, Limited):
            wait = int(error.retry_after) + 1
            self._paused[parcel.channel] = self._clock() + wait
            self._release(parcel, wait, str(error))
        elif threadless(error):
            self._bury_reply(parcel)
        elif hopeless(error):
            self._bury(parcel, str(error))
        else:
            self._again(parcel, str(error))
            self._down(error)

    def _again(self, parcel: Parcel, reason: str) -> None:
        """Back off and try again, but not for ever."""
        if parcel.attempts >= _MOST_ATTEMPTS:
            self._bury(parcel, f"It was tried {parcel.attempts} times. {reason}")
        else:
            self._release(parcel, _BACK_OFF[min(parcel.attempts, len(_BACK_OFF)) - 1], reason)

    def _release(self, parcel: Parcel, wait: int, error: str) -> None:
        with self._database.write() as tx:
            outbox.release(tx, parcel.key, self._who, self._clock() + wait, error)

    def _cannot_look(self, parcel: Parcel, error: SlackError) -> None:
        """Keep the doubt while Slack does not answer; where it says no, nobody will ever know."""
        answered = isinstance(error, Refused) and error.code != "unreachable"
        too_long = self._clock() - parcel.first_at > _LONGEST_DOUBT
        if threadless(error):
            self._bury_reply(parcel)
        elif hopeless(error) or (answered and too_long):
            self._bury(parcel, f"It may have been posted; that can't be found out. {error}")
        else:
            logger.debug("Could not look whether a %s arrived: %s", parcel.kind, error)
            self._down(error)

    def _bury(self, parcel: Parcel, reason: str) -> None:
        logger.error("Giving up a %s to %s: %s", parcel.kind, parcel.channel, reason)
        with self._database.write(durable=True) as tx:
            outbox.bury(tx, parcel.key, reason)
            if parcel.kind != _NOTICE:
                what = f"The {parcel.kind} to {parcel.channel} could not be posted."
                tell_managers(tx, self._managers, parcel.intent, what, reason, self._clock())

    def _bury_reply(self, parcel: Parcel) -> None:
        """Give up a reply whose thread a person took away, which nobody needs to be told."""
        logger.info("Giving up a %s to %s: its thread is gone.", parcel.kind, parcel.channel)
        with self._database.write(durable=True) as tx:
            outbox.bury(tx, parcel.key, "The message in whose thread it belongs is gone.")

    def _down(self, error: SlackError) -> None:
        """Note that Slack does not do what it is asked, and say so once."""
        if isinstance(error, Limited):
            return
        with self._database.write() as tx:
            went = health.down(
                tx, SOURCE, self._clock(), str(error), "It is tried again by itself."
            )
        if went:
            logger.error("Slack does not take a message: %s", error)


def tell_managers(
    tx: Transaction, managers: Sequence[str], about: str, what: str, remedy: str, now: int
) -> None:
    """Put a direct message to every manager into the outbox, once for each `about`."""
    message = json.dumps(trouble(what, remedy).to_dict())
    for manager in managers:
        outbox.add(tx, f"{_NOTICE}/{about}/{manager}", _NOTICE, manager, message, now)
