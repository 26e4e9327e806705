"""How the bot itself is doing: for `/posters status`, and for whoever looks after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.model import Status, Trouble
from bot.domain.sight import EVERYTHING
from bot.store import (
    counts,
    cursors,
    directory,
    health,
    mutes,
    outbox,
    pauses,
    quarantine,
    subscriptions,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.model import Programs
    from bot.domain.sight import Sight
    from bot.store.database import Database, Transaction

RECENT = 14 * 86_400  # seconds for which a message that was given up is worth a word
LATE_POLLS = 3  # polls that may fail to come before something must be wrong
_FOR_MANAGERS = "Managers see here which one it is; “posterpulse check” says it too."


@dataclass(frozen=True, slots=True)
class Condition:
    """Reads the status; `feeds` names the feeds that are polled every `every` seconds."""

    database: Database
    programs: Programs
    zone: str
    feeds: list[str]
    every: int

    def status(self, now: int, sight: Sight = EVERYTHING) -> Status:
        """Everything as of `now` (UTC seconds), with the channels that are in sight."""
        with self.database.read() as tx:
            first, last = counts.extent(tx)
            posted = outbox.counts(tx)
            upcoming = subscriptions.every(tx)
            lost = outbox.buried(tx, now - RECENT)
            return Status(
                now=now,
                zone=self.zone,
                scans=counts.everything(tx),
                posters=len(directory.posters(tx)),
                ambassadors=len(directory.ambassadors(tx)),
                programs=len({*directory.programs(tx), *self.programs.names}),
                first_scan=first,
                last_scan=last,
                last_poll=cursors.fresh_until(tx, self.feeds),
                polled_every=self.every,
                quarantined=quarantine.count(tx),
                waiting=posted.get("waiting", 0) + posted.get("sending", 0),
                buried=len(lost),
                upcoming=tuple(
                    (each.kind, each.channel if sight.sees(each.channel) else "", each.next_due)
                    for each in upcoming
                    if each.next_due is not None
                ),
                troubles=tuple(self._troubles(tx, lost, now, sight)),
            )

    def channels(self, now: int) -> frozenset[str]:
        """Those that answers about the bot may name, as of `now` (UTC seconds)."""
        with self.database.read() as tx:
            return frozenset(
                {
                    *(each.channel for each in subscriptions.every(tx)),
                    *(each.channel for each in pauses.every(tx)),
                    *(each.channel for each in outbox.buried(tx, now - RECENT)),
                    *(each.channel for each in mutes.running(tx, now)),
                }
            )

    def fresh_until(self) -> int | None:
        """Up to when everything scanned is known, in UTC seconds; None before the first sweep."""
        with self.database.read() as tx:
            return cursors.fresh_until(tx, self.feeds)

    def failures(self, tx: Transaction, now: int) -> list[Trouble]:
        """What keeps all of the bot from its work as of `now` (UTC seconds)."""
        down = [
            Trouble(each.problem or f"{each.name} is down", each.remedy or "", each.down_since)
            for each in health.sources(tx)
            if each.down_since is not None
        ]
        fresh = cursors.fresh_until(tx, self.feeds)
        if not down and fresh is not None and now - fresh > LATE_POLLS * self.every:
            down.append(Trouble("Polling has stopped.", "Is “posterpulse run” still running?"))
        return down

    def _troubles(
        self, tx: Transaction, lost: Sequence[outbox.Buried], now: int, sight: Sight
    ) -> list[Trouble]:
        paused = [
            Trouble(f"Nothing is posted in {each.channel}: {each.problem}.", each.remedy)
            if sight.sees(each.channel)
            else Trouble("Nothing is posted in a private conversation.", _FOR_MANAGERS)
            for each in pauses.every(tx)
        ]
        given_up = [
            Trouble(f"A message to {each.channel} was given up ({each.kind}).", each.error)
            if sight.sees(each.channel)
            else Trouble(
                f"A message to a private conversation was given up ({each.kind}).", _FOR_MANAGERS
            )
            for each in lost[:3]
        ]
        return self.failures(tx, now) + paused + given_up
