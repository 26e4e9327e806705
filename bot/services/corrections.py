"""Correcting what was told: a digest or leaderboard whose scans came late, or are gone since."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bot.domain.command import CommandError
from bot.domain.correction import Correction, Figures
from bot.domain.naming import UnknownNameError
from bot.services.naming import Names
from bot.slack import views
from bot.store import counts, editions, first_load, outbox, retention

if TYPE_CHECKING:
    from bot.domain.model import Programs
    from bot.services.digests import Publisher
    from bot.store.database import Transaction
    from bot.store.editions import Kept
    from bot.store.scope import Scope

logger = logging.getLogger(__name__)

CORRECTION: Final = "correction"
_EVERY: Final = 3600
_LOOKED_AT: Final = 14 * 86_400


@dataclass(slots=True)
class Corrections:
    """Looks once an hour at the editions of the last two weeks.

    Of each only the scans of its period are counted; what else it said is looked at where that
    number has changed. It is corrected in its thread when the total has moved by at least five
    scans and five percent, or when one of the first three places has changed hands. There is one
    correction of an edition, which is edited from then on. An edition that still waits to be sent
    is replaced.
    """

    publisher: Publisher
    programs: Programs
    _next: int = field(default=0, init=False)

    def look(self, now: int) -> int:
        """Correct and replace what has changed; returns in how many messages.

        Periods whose scans are not all in yet are passed over, as those are whose single scans were
        dropped for their age, and everything while a first load is under way.

        Raises:
            StoreError: when the store can't be read or written.
        """
        fresh = self.publisher.fresh_until()
        if fresh is None or now < self._next:
            return 0
        self._next = now + _EVERY
        with self.publisher.database.read() as tx:
            if first_load.under_way(tx):
                return 0
            kept = editions.since(tx, max(now - _LOOKED_AT, retention.edge(tx)), now)
            complete = [each for each in kept if each.issue.period.end <= fresh]
            changed = [each for each in complete if self._differs(tx, each, now)]
        return sum(self._see_to(each, now) for each in changed)

    def _differs(self, tx: Transaction, each: Kept, now: int) -> bool:
        """Whether it may have to say something else; what waits may only have become late."""
        if each.state == "waiting":
            return True
        which = self._scope(tx, each, now)
        period = each.issue.period
        return (
            which is not None and counts.total(tx, period.start, period.end, which) != each.counted
        )

    def _scope(self, tx: Transaction, each: Kept, now: int) -> Scope | None:
        """Which scans it counts; None where its filters name nothing any more."""
        try:
            filters = self.publisher.filters(each.issue.kind, each.words, now)
            return counts.scope(tx, Names(tx, self.programs).selection(filters))
        except (CommandError, UnknownNameError) as error:
            logger.debug("A %s can't be looked at: %s", each.issue.kind, error)
            return None

    def _see_to(self, each: Kept, now: int) -> int:
        try:
            answer, message = self.publisher.render(each.issue, each.words, now)
        except (CommandError, UnknownNameError) as error:
            logger.debug("A %s can't be looked at: %s", each.issue.kind, error)
            return 0
        figures = Figures.of(answer)
        with self.publisher.database.write(durable=True) as tx:
            outcome = outbox.outcome(tx, each.intent)
            if outcome is None or outcome[0] != each.state:
                return 0
            if each.state == "waiting":
                outbox.revise(tx, each.intent, message.to_json(), now)
                editions.retold(tx, each.intent, figures, now)
                return 1
            return self._correct(tx, each, figures, now)

    def _correct(self, tx: Transaction, each: Kept, figures: Figures, now: int) -> int:
        """Say in the thread what has changed, if that matters or was said before."""
        editions.looked(tx, each.intent, figures.total)
        which = self._scope(tx, each, now)
        deleted = editions.deleted(tx, each, which) if which else 0
        found = Correction(each.told, figures, deleted)
        if each.corrected is None and not found.matters:
            return 0
        intent = f"{each.intent}/{CORRECTION}"
        text = views.correction(found, each.issue.period).to_json()
        if not outbox.add(tx, intent, CORRECTION, each.channel, text, now, each.intent):
            outbox.revise(tx, intent, text, now)
        editions.corrected(tx, each.intent, figures)
        return 1
