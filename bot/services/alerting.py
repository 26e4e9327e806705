"""Looking for posters that stand out, in the hour that just came in."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.calendar import Step, Unit, instant, local
from bot.domain.model import Bucket, Poster
from bot.domain.naming import poster_name
from bot.domain.spike import WEEKS, WINDOW, Silence, decide
from bot.services.naming import Names
from bot.slack import views
from bot.store import alerts, counts, outbox, subscriptions
from bot.store.counts import Selection

if TYPE_CHECKING:
    from bot.domain.model import Programs, Spike
    from bot.domain.spike import Sensitivity
    from bot.slack.message import Message
    from bot.store.database import Database, Transaction

logger = logging.getLogger(__name__)

_HOURS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Alerting:
    """Finds spikes and puts one message about each into the outbox of every subscribed channel."""

    database: Database
    programs: Programs
    sensitivity: Sensitivity
    zone: str

    def look(self, now: int, since: int = 0) -> list[Spike]:
        """Judge every poster with enough scans in the last hour; returns the spikes told.

        What was scanned before `since` (UTC seconds) is history, and nobody is told of it. A
        decision, its alert and its messages are one transaction, so that a crash tells neither
        half of it.
        """
        with self.database.read() as tx:
            channels = subscriptions.of_kind(tx, "alert")
            found = self._spikes(tx, now, since) if channels else []
        told = []
        for spike in found:
            with self.database.write(durable=True) as tx:
                if spike.poster in self._resting(tx, now):
                    continue
                alerts.add_spike(tx, spike)
                message = json.dumps(self.render(tx, spike, now).to_dict())
                for each in channels:
                    intent = f"spike/{each.channel}/{spike.poster}/{spike.at}"
                    outbox.add(tx, intent, "spike alert", each.channel, message, now)
            logger.info("Spike at %s: %s", spike.poster, spike.reason)
            told.append(spike)
        return told

    def render(self, tx: Transaction, spike: Spike, now: int) -> Message:
        """The message about a spike."""
        names = Names(tx, self.programs)
        poster = names.posters([spike.poster])[spike.poster]
        series = _hours(tx, spike, self.zone)
        return views.spike(spike, poster_name(poster), names.about(poster), self.zone, now, series)

    def _spikes(self, tx: Transaction, now: int, since: int) -> list[Spike]:
        scans = counts.by(tx, "poster", max(now - WINDOW + 1, since), now + 1)
        busy = [id_ for id_, count in scans.items() if count >= self.sensitivity.floor]
        if not busy:
            return []
        ends = [_weeks_before(now, week, self.zone) for week in range(1, WEEKS + 1)]
        usual = [(end, _in_window(tx, end)) for end in ends]
        last = self._resting(tx, now)
        posters = Names(tx, self.programs).posters(busy)
        begin, _ = counts.extent(tx)
        found = []
        for id_ in busy:
            up_since = max(_up_since(tx, posters[id_]), begin or 0)
            history = [week.get(id_, 0) for end, week in usual if end - WINDOW >= up_since]
            verdict = decide(id_, scans[id_], history, now, last.get(id_), self.sensitivity)
            if isinstance(verdict, Silence):
                logger.debug("No spike at %s: %s", id_, verdict.reason)
            else:
                found.append(verdict)
        return found

    def _resting(self, tx: Transaction, now: int) -> dict[str, int]:
        """When each poster was named that is not to be named again yet."""
        return alerts.last_spikes(tx, now - self.sensitivity.rest + 1)


def _in_window(tx: Transaction, end: int) -> dict[str, int]:
    """Scans by poster in the hour up to and including `end`."""
    return counts.by(tx, "poster", end - WINDOW + 1, end + 1)


def _weeks_before(now: int, weeks: int, zone: str) -> int:
    """The same time on the wall, weeks ago."""
    return instant(Step(Unit.WEEK).shift(local(now, zone), -weeks), zone)


def _up_since(tx: Transaction, poster: Poster) -> int:
    """When a poster can first have been scanned."""
    first, _ = counts.extent(tx, Selection(poster=poster.id))
    return min((at for at in (poster.created_at, first) if at is not None), default=0)


def _hours(tx: Transaction, spike: Spike, zone: str) -> tuple[Bucket, ...]:
    """The poster's last hours, each ending at the minute of the spike."""
    starts = [spike.at - WINDOW * (back + 1) for back in reversed(range(_HOURS_SHOWN))]
    cuts = [(start + 1, start + WINDOW + 1) for start in starts]
    scans = counts.totals(tx, cuts, Selection(poster=spike.poster))
    return tuple(
        Bucket(start, f"{local(start, zone):%H:%M}", count)
        for start, count in zip(starts, scans, strict=True)
    )
