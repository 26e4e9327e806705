"""Telling those who look after the bot that no scans come in, once, and that they do again, once.

An outage is told when it has lasted for a while, or at once where only a person can end it. That
Slack was away is told in Slack when it is over; until then the log says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.services.outcomes import SOURCE as SLACK
from bot.slack.views import outage, outage_over
from bot.store import health, outbox

if TYPE_CHECKING:
    from bot.domain.outage import Outage
    from bot.slack.message import Message
    from bot.store.database import Database, Transaction

A_WHILE = 1800  # seconds
_KIND = "notice"


@dataclass(frozen=True, slots=True)
class Outages:
    """Tells the `channel`, times in `zone`; without a channel (empty) nobody is told."""

    database: Database
    channel: str
    zone: str

    def look(self, now: int) -> None:
        """Tell what is to be told as of `now` (UTC seconds); call it again and again."""
        with self.database.read() as tx:
            if not health.outages(tx):
                return
        with self.database.write() as tx:
            for each in health.outages(tx):
                self._heed(tx, each, now)

    def _heed(self, tx: Transaction, found: Outage, now: int) -> None:
        told = outbox.outcome(tx, _intent(found)) is not None
        long = found.lasted(now) >= A_WHILE
        if found.ended is None:
            if (long or found.urgent) and found.source != SLACK:
                self._tell(tx, _intent(found), outage(found, self.zone), now)
            return
        if told or long:
            # What Slack did not take in time is no longer true.
            outbox.withdraw(tx, _intent(found))
            self._tell(tx, f"{_intent(found)}/over", outage_over(found, self.zone), now)
        health.forget(tx, found)

    def _tell(self, tx: Transaction, intent: str, message: Message, now: int) -> None:
        if self.channel:
            outbox.add(tx, intent, _KIND, self.channel, message.to_json(), now)


def _intent(found: Outage) -> str:
    return f"outage/{found.source}/{found.began}"
