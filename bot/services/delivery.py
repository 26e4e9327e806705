"""Delivering the outbox: each message once, however often Slack, the network or we fall over.

Before the wire the row says `sending`, durably. A clear refusal puts it back, gives it up, or
pauses its channel (`outcomes`). Anything else leaves the outcome unknown: nobody sends again until
the attempt can't land any more and a look into the channel's history for the message's key found
nothing (`doubts`). What stands already, though the store doesn't know it, is not sent
(`recollection`).

The messages of a channel go in the order in which they were made, a second apart, since Slack takes
no more. While a channel rests, others go on. The store keeps order and pace, so that several
processes may deliver.

A channel is found by its name once (`doors`), and one that is closed, as when the bot was removed,
is tried again now and then. Messages that were sent are edited where something else is to stand in
their place (`revising`).
"""

from __future__ import annotations

import logging
import math
import os
import secrets
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.domain.figures import a_or_an
from bot.services.doors import Doors
from bot.services.doubts import Doubts
from bot.services.outcomes import POSTING, Outcomes
from bot.services.recollection import Recollection
from bot.services.revising import Revising
from bot.slack.errors import SlackError, Unknown
from bot.slack.message import Message
from bot.store import ahead, health, lanes, outbox, pauses

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from bot.slack.sender import Sender
    from bot.store.database import Database, Transaction
    from bot.store.outbox import Parcel

logger = logging.getLogger(__name__)

# Seconds to wait for a channel that rests; what takes longer comes with a later tick of the clock.
_SHORTEST_WAIT, _LONGEST_WAIT = 0.01, 2


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


def _at_once(seconds: float) -> bool:
    """Wait for nothing: to wait at all is to stop."""
    return seconds > 0


class Delivery:
    """Sends what the outbox holds; several processes may do so at the same time."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        managers: Sequence[str],
        clock: Callable[[], float],
        patience: Patience,
        may_repeat: Collection[str] = (),
    ) -> None:
        """`managers` are the Slack ids of who is told of trouble; `clock` is in UTC seconds.

        The kinds of message in `may_repeat` are rather sent twice than not at all.
        """
        self._database = database
        self._sender = sender
        self._clock = clock
        self._patience = patience
        who = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._outcomes = Outcomes(database, managers, clock, who)
        self._doors = Doors(sender, self._outcomes)
        self._doubts = Doubts(sender, self._outcomes, patience.certain, may_repeat)
        self._revising = Revising(sender, self._outcomes, patience)
        self._recollection = Recollection(sender, self._outcomes)
        self._latest = math.inf

    def deliver(self, wait: Callable[[float], bool] = _at_once) -> int:
        """Work until nothing is due, or will be in a moment; returns how many messages were sent.

        `wait` waits so many seconds, and says whether to stop, as that of an event does.
        """
        count = 0
        while not wait(0):
            if (done := self.step()) is not None:
                count += done
            elif (rest := self.rest()) is None or wait(rest):
                break
        return count

    def step(self) -> int | None:
        """One unit of work: 1 when a message was sent, 0 when not, None when there was none."""
        with self._database.write(durable=True) as tx:
            work = self._claim(tx, self._clock())
        return work() if work else None

    def rest(self) -> float | None:
        """In how many seconds a channel has rested; None where that is not to be waited for."""
        now = self._clock()
        with self._database.read() as tx:
            at = lanes.next_ready(tx, int(now)) if health.not_before(tx, POSTING) <= now else None
        if at is None or at / 1000 - now > _LONGEST_WAIT:
            return None
        return max(at / 1000 - now, _SHORTEST_WAIT)

    def _claim(self, tx: Transaction, now: float) -> Callable[[], int] | None:
        """Take the most urgent piece of work; what it says must be committed before it is done."""
        if now < self._latest:  # after a start too, since nobody knows what the clock did before
            pauses.try_soon(tx, int(now))
            ahead.disbelieve(tx, int(now))
        self._latest = now
        # What holds up a channel goes first.
        if work := self._doors.claim(tx, now) or self._doubts.claim(tx, int(now)):
            return work
        if now >= health.not_before(tx, POSTING) and (
            due := outbox.claim(tx, now, self._outcomes.who)
        ):
            return partial(self._send, due, now)
        return self._revising.claim(tx, int(now))

    def _send(self, parcel: Parcel, claimed: float) -> int:
        if self._recollection.settles(parcel):
            return 0
        if self._clock() - claimed > self._patience.haste:
            # Sent this late, it could land after another process has looked for it in vain.
            self._outcomes.release(parcel, 1, "It took too long to begin.")
            return 0
        message = Message.from_json(parcel.message)
        try:
            receipt = self._sender.post(
                parcel.to, message, parcel.intent, parcel.thread_ts, called=parcel.channel
            )
        except Unknown as error:
            logger.warning("It is unknown whether %s arrived: %s", a_or_an(parcel.kind), error)
            self._outcomes.down(error)
        except SlackError as error:
            self._outcomes.not_posted(parcel, error)
        else:
            self._outcomes.sent(parcel, receipt, parcel.message)
            self._recollection.posted(parcel, receipt)
            return 1
        return 0
