"""What attempts come to, as the store keeps it: sent, put back, given up, the channel paused."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.figures import a_or_an
from bot.services import refusals
from bot.services.notices import NOTICE, notify, tell_managers
from bot.slack.errors import Limited, Refused
from bot.slack.views import relief
from bot.store import ahead, health, lanes, outbox, pauses
from bot.store.pauses import Pause

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.slack.errors import SlackError
    from bot.slack.receipt import Receipt
    from bot.store.database import Database, Transaction
    from bot.store.outbox import Parcel

logger = logging.getLogger(__name__)

SOURCE = "Slack"
# What Slack limits apart from each other, and of which it may want a pause from everybody.
POSTING, EDITING, READING = "Slack posting", "Slack editing", "Slack reading"
_BACK_OFF = (5, 15, 60, 300, 900, 1800)
_MOST_ATTEMPTS = 150  # with these pauses, three days
_SHUT_OUT = 60  # seconds before the next try, while the whole bot is shut out
_LAST_LOOK = 600


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Concludes the attempts of the process `who`; `managers` are the Slack ids of who is told.

    `clock` is in UTC seconds with their fraction.
    """

    database: Database
    managers: Sequence[str]
    clock: Callable[[], float]
    who: str

    def now(self) -> int:
        """The time in whole UTC seconds."""
        return int(self.clock())

    def sent(self, parcel: Parcel, receipt: Receipt, stands: str) -> None:
        """It stands in the channel, which says `stands`."""
        moment = self.clock()
        now = int(moment)
        again = now + _LAST_LOOK if parcel.attempts > 1 else None
        with self.database.write(durable=True) as tx:
            outbox.sent(tx, parcel.key, receipt.channel, receipt.ts, now, again, stands)
            # From the answer on, so that whatever the network does they arrive a second apart.
            lanes.rest(tx, parcel.lane, math.ceil(moment * 1000) + lanes.PACE)
            reopened = self._reopen(tx, parcel.lane)
            came_back = health.up(tx, SOURCE, now)
        if came_back:
            logger.warning("Slack takes messages again.")
        _log(reopened)

    def not_posted(self, parcel: Parcel, error: SlackError) -> None:
        """Certainly nothing stands in the channel: put the message back, or give it up."""
        if isinstance(error, Limited):
            self._limited(parcel, error)
        elif refusals.shut_out(error):
            self._shut_out(parcel, error)
        elif refusals.threadless(error):
            self.bury_reply(parcel)
        elif isinstance(error, Refused) and refusals.closed(error, parcel.to):
            self.release(parcel, 0, str(error))
            self.pause(parcel.lane, parcel.channel, error)
        elif refusals.hopeless(error):
            self.bury(parcel, str(error))
        else:
            self.again(parcel, str(error))
            self.down(error)

    def again(self, parcel: Parcel, reason: str, wait: int | None = None) -> None:
        """Try again, but not for ever: after `wait` seconds, or backing off."""
        if parcel.attempts >= _MOST_ATTEMPTS:
            self.bury(parcel, f"It was tried {parcel.attempts} times. {reason}")
            return
        back_off = _BACK_OFF[min(parcel.attempts, len(_BACK_OFF)) - 1]
        due_at = self.now() + (back_off if wait is None else wait)
        with self.database.write() as tx:
            outbox.release(tx, parcel.key, self.who, due_at, reason)

    def release(self, parcel: Parcel, wait: int, error: str) -> None:
        """Put a message back as if it had not been tried, for so many seconds."""
        with self.database.write() as tx:
            outbox.release(tx, parcel.key, self.who, self.now() + wait, error, tried=False)

    def bury(self, parcel: Parcel, reason: str) -> None:
        """Give a message up, and tell the managers."""
        logger.error("Giving up %s to %s: %s", a_or_an(parcel.kind), parcel.channel, reason)
        with self.database.write(durable=True) as tx:
            outbox.bury(tx, parcel.key, reason)
            if parcel.kind != NOTICE:
                what = f"The {parcel.kind} to {parcel.channel} could not be posted."
                tell_managers(tx, self.managers, parcel.intent, what, reason, self.now())

    def bury_reply(self, parcel: Parcel) -> None:
        """Give up a reply whose thread a person took away, which nobody needs to be told."""
        gone = "Giving up %s to %s: its thread is gone."
        logger.info(gone, a_or_an(parcel.kind), parcel.channel)
        with self.database.write(durable=True) as tx:
            outbox.bury(tx, parcel.key, "The message in whose thread it belongs is gone.")

    def pause(self, lane: str, called: str, error: Refused) -> None:
        """Let nothing into a channel that is closed, and tell the managers once."""
        now = self.now()
        problem = refusals.closed(error, lane) or error.code
        pause = Pause(called, now, problem, error.remedy)
        with self.database.write(durable=True) as tx:
            began = pauses.begin(tx, lane, pause, dark=refusals.dark(error))
            if began:
                what = f"I can't post in {called}: {problem}."
                remedy = f"{error.remedy} What is meant for it waits, for up to a day."
                tell_managers(tx, self.managers, f"paused/{lane}/{now}", what, remedy, now)
        if began:
            logger.error("Nothing is posted in %s: %s. %s", called, problem, error.remedy)

    def reopen(self, lane: str) -> None:
        """Let messages into a channel again, and tell the managers."""
        with self.database.write(durable=True) as tx:
            reopened = self._reopen(tx, lane)
        _log(reopened)

    def rest(self, what: str, error: Limited) -> None:
        """Keep to a pause that Slack asks for, in every process; `what` is one of those above."""
        with self.database.write() as tx:
            _rest(tx, what, self._until(error))

    def down(self, error: SlackError) -> None:
        """Note that Slack does not do what it is asked, and say so once."""
        if isinstance(error, Limited):
            return
        with self.database.write() as tx:
            went = health.down(tx, SOURCE, self.now(), str(error), "It is tried again by itself.")
        if went:
            logger.error("Slack does not take a message: %s", error)

    def _limited(self, parcel: Parcel, error: Limited) -> None:
        """Rest in the channel; where a second one rests, it must be the whole workspace.

        Slack limits both and doesn't say which it was. Resting everywhere at once would hold up all
        channels for the sake of one; a call too many posts nothing and is answered the same way.
        """
        until = self._until(error)
        with self.database.write() as tx:
            outbox.release(tx, parcel.key, self.who, until, str(error), tried=False)
            if lanes.others_rest(tx, parcel.lane, math.ceil(self.clock() * 1000)):
                _rest(tx, POSTING, until)
            lanes.rest(tx, parcel.lane, until * 1000)

    def _shut_out(self, parcel: Parcel, error: SlackError) -> None:
        """Nobody can be told, and no other message fares better: all of them wait."""
        self.release(parcel, 0, str(error))
        self.down(error)
        with self.database.write() as tx:
            _rest(tx, POSTING, self.now() + _SHUT_OUT)

    def _reopen(self, tx: Transaction, lane: str) -> Pause | None:
        now = self.now()
        ended = pauses.end(tx, lane, now)
        if ended:
            what = f"I can post in {ended.channel} again."
            message = relief(what, "What has waited for less than a day comes now.")
            notify(tx, self.managers, f"reopened/{lane}/{ended.since}", message, now)
        return ended

    def _until(self, error: Limited) -> int:
        """The end of a pause in whole UTC seconds, for clocks that differ a little."""
        return math.ceil(self.clock() + min(error.retry_after, ahead.LONGEST)) + 1


def _log(reopened: Pause | None) -> None:
    if reopened:
        logger.warning("Messages are posted in %s again.", reopened.channel)


def _rest(tx: Transaction, what: str, until: int) -> None:
    """Of two pauses the longer counts."""
    health.wait_until(tx, what, max(until, health.not_before(tx, what)))
